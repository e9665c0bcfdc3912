"""The statistics page: what came of the talks and of the promise, as pictures and tables, and as a file."""

from __future__ import annotations

from datetime import datetime

from bot.database import transaction
from bot.staff.effect.figures import EXIT, Year, known_years, read_year
from bot.staff.effect.figures_file import write_figures
from bot.staff.effect.pictures import draw_columns
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.times import in_stockholm
from bot.staff.web import Answer, File, Page, Visit

PATH = "/statistik"
CSV_PATH = f"{PATH}/fil"


def show_figures(desk: Desk, visit: Visit) -> Answer:
    """A year of figures; this year unless another is asked for."""
    found, years = _read(desk, visit, "read_figures")
    picture = draw_columns([(month, found.months.totals.get(month, 0)) for month in desk.words.all("figure_month")])
    values = {"figures": found, "years": years, "picture": picture, "exit": EXIT}
    return Page("statistics.html", values)


def export_figures(desk: Desk, visit: Visit) -> Answer:
    """The same figures, hidden ones hidden, as a file for a spreadsheet."""
    found, _ = _read(desk, visit, "export_figures")
    return File(f"statistik-{found.year}.csv", write_figures(found, desk.words), "text/csv; charset=utf-8")


def _read(desk: Desk, visit: Visit, action: str) -> tuple[Year, list[int]]:
    with transaction(desk.engine) as connection:
        years = known_years(connection, in_stockholm(visit.now).date())
        year = _wanted(visit.query.one("ar"), years, visit.now)
        record(connection, visit.member.id, action, visit.now, detail={"year": year})
        return read_year(connection, year, visit.now), years


def _wanted(asked: str, years: list[int], now: datetime) -> int:
    return next((year for year in years if str(year) == asked), in_stockholm(now).year)
