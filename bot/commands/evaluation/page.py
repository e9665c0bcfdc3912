"""The report as one HTML file that needs nothing beside it: pictures inline, a table beside each."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.commands.evaluation.measure import Report
from bot.commands.evaluation.pictures import pictures
from bot.commands.evaluation.tables import overview, times_table

TEMPLATES = Path(__file__).parent


def write_page(report: Report, verdict: str, path: Path) -> None:
    """Draw everything and write the page; folders are made. Holds figures only, never a message."""
    found = report.figures
    sections = [(name, list(pictures(name, found[name], judged))) for name, judged in report.judged.items()]
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("page.html").render(
        tables=[overview(found), times_table(report.times)], verdict=verdict, sections=sections
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
