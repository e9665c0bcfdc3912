"""What the log controller does: looks at unusual reading, goes through the month's check list, takes the log out.

Nothing here opens a case or a talk. The log controller sees that something was read, by whom and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.database import transaction
from bot.staff.effect.spreadsheet import write_csv
from bot.staff.oversight.audit import (
    MOST_EXPORTED,
    count_actions,
    entries_of,
    export_entries,
    reading_ids,
    readings,
    record,
    worked_on,
)
from bot.staff.oversight.log import FIELDS, read_filter
from bot.staff.oversight.unusual import Finding, find_unusual
from bot.staff.parts import Desk
from bot.staff.sign_in.accounts import aliases
from bot.staff.times import end_of_day, in_stockholm, start_of_day
from bot.staff.web import Answer, File, Page, Redirect, Visit
from bot.tables import audit_checks

PATH, MONTH_PATH, EXPORT_PATH = "/kontroll", "/kontroll/manad", "/loggutdrag"
USUAL = timedelta(days=30)
LONGEST = timedelta(days=93)
SAMPLE = 5
FULL = 50
"""Findings after which the page is full: older days are a page of their own."""
LONGEST_NOTE = 2_000
COUNTED = ("break_glass", "reset_factor", "reset_password", "create_staff", "sign_in_no_role", "export_log", "refused")
COLUMNS = ("at", "name", "alias", "role", "action", "reference", "conversation_id", "reason", "detail")


@dataclass(frozen=True)
class Month:
    """A month in Stockholm, as 2026-11; `begins` and `ends` are aware moments."""

    name: str
    begins: datetime
    ends: datetime

    @classmethod
    def read(cls, typed: str) -> Month | None:
        """From 2026-11, or None."""
        begins = start_of_day(f"{typed}-01")
        if begins is None or len(typed) != 7:
            return None
        following = (begins.date().replace(day=28) + timedelta(days=4)).replace(day=1)
        ends = start_of_day(following.isoformat())
        return cls(typed, begins, ends) if ends else None

    @classmethod
    def before(cls, day: date) -> Month:
        """The month before the one that a day stands in."""
        last = day.replace(day=1) - timedelta(days=1)
        found = cls.read(f"{last.year:04}-{last.month:02}")
        if found is None:
            raise ValueError("A day has a month before it.")
        return found


def show_unusual(desk: Desk, visit: Visit) -> Answer:
    """Unusual reading of the last thirty days, or of the days asked for (three months at most), newest first."""
    since = start_of_day(visit.query.one("from")) or visit.now - USUAL
    until = end_of_day(visit.query.one("till")) or visit.now
    problems = {name: "bad_date" for name in ("from", "till") if visit.query.one(name) and not _is_day(visit, name)}
    if until - since > LONGEST:
        problems["from"] = "long_period"
    elif until <= since:
        problems["till" if visit.query.one("till") else "from"] = "ends_before"
    with transaction(desk.engine) as connection:
        found, begins = ([], since) if problems else _newest(desk, connection, since, until, visit.now)
        names = aliases(connection)
        record(connection, visit.member.id, "read_unusual", visit.now)
    values = {"findings": found, "people": names, "since": begins, "until": until, "limits": desk.limits}
    values["older"] = _older(since, begins)
    used = {name: visit.query.one(name) for name in ("from", "till")}
    return Page("unusual.html", {**values, "used": used}, 422 if problems else 200, problems)


def show_month(desk: Desk, visit: Visit) -> Answer:
    """The check list of a month, by default the last that is over; made to be printed."""
    return _month_page(desk, visit, visit.query.one("manad"))


def check_month(desk: Desk, visit: Visit) -> Answer:
    """State that a month has been gone through. Once: a later thought belongs into the next month's note."""
    month, note = Month.read(visit.form.one("manad")), visit.form.one("note")
    if month is None:
        return Page("gone.html", status=404)
    problem = _note_problem(month, note, visit.now)
    if problem:
        return _month_page(desk, visit, month.name, {"note": problem})
    values = {"month": month.name, "checked_by": visit.member.id, "checked_at": visit.now, "note": note}
    try:
        with transaction(desk.engine) as connection:
            connection.execute(insert(audit_checks).values(**values))
            record(connection, visit.member.id, "check_month", visit.now, detail={"month": month.name})
    except IntegrityError:
        return _month_page(desk, visit, month.name, {"case": "already_checked"})
    return Redirect(f"{MONTH_PATH}?manad={month.name}&klart=month_checked")


def export_log(desk: Desk, visit: Visit) -> Answer:
    """The lines that a search finds, as a table; that it was taken out is a line of its own."""
    wanted, problems = read_filter(visit.query)
    if problems:
        return Redirect("/logg")
    used = {name: visit.query.one(name) for name in FIELDS if visit.query.one(name)}
    with transaction(desk.engine) as connection:
        found = export_entries(connection, wanted)
        record(connection, visit.member.id, "export_log", visit.now, detail={**used, "rows": len(found)})
    header = [desk.words.of("column", column) for column in COLUMNS]
    rows = [[_cell(desk, column, entry) for column in COLUMNS] for entry in found]
    if len(found) == MOST_EXPORTED:
        rows.append([desk.words.of("column", "cut")])
    return File(f"logg-{in_stockholm(visit.now).date()}.csv", write_csv(header, rows), "text/csv; charset=utf-8")


def _cell(desk: Desk, column: str, entry: Mapping[str, Any]) -> object:
    if column == "at":
        return in_stockholm(entry["at"]).isoformat(sep=" ", timespec="seconds")
    if column in ("action", "role"):
        return desk.words.of(column, entry[column])
    if column == "name":
        return entry["name"] or desk.words.of("who", entry["staff_id"])
    if column == "detail":
        return ", ".join(f"{desk.words.of('detail', name)}: {value}" for name, value in (entry["detail"] or {}).items())
    return entry[column]


def _month_page(desk: Desk, visit: Visit, typed: str, problems: dict[str, str] | None = None) -> Page:
    today = in_stockholm(visit.now).date()
    month = Month.read(typed) or Month.before(today)
    with transaction(desk.engine) as connection:
        found, begins = _newest(desk, connection, month.begins, month.ends, visit.now)
        counts = count_actions(connection, COUNTED, month.begins, month.ends)
        sample = entries_of(connection, _sample(reading_ids(connection, month.begins, month.ends), month))
        done = connection.execute(select(audit_checks).where(audit_checks.c.month == month.name)).mappings().first()
        names = aliases(connection)
        record(connection, visit.member.id, "read_month", visit.now, detail={"month": month.name})
    values = {
        "month": month,
        "is_over": month.ends <= visit.now,
        "findings": found,
        "older": _older(month.begins, begins),
        "since": begins,
        "counts": counts,
        "sample": sample,
        "done": done,
        "people": names,
        "earlier": Month.before(month.begins.date()).name,
        "note": visit.form.one("note"),
        "notice": visit.query.one("klart"),
    }
    return Page("month.html", values, 422 if problems else 200, problems or {})


def _note_problem(month: Month, note: str, now: datetime) -> str | None:
    if month.ends > now:
        return "month_not_over"
    if not note:
        return "no_note"
    return "long_note" if len(note) > LONGEST_NOTE else None


def _newest(
    desk: Desk, connection: Connection, since: datetime, until: datetime, now: datetime
) -> tuple[list[Finding], datetime]:
    """Findings of whole days, the newest first, until the page is full; and from when on the days are on it.

    Where there is much to find, few days fill the page: the rest of a large city's log need not be read for it.
    """
    found: list[Finding] = []
    begins, days = until, 2
    while begins > since and len(found) < FULL:
        first = start_of_day((_day_before(begins) - timedelta(days=days - 1)).isoformat())
        ends, begins = begins, max(since, first) if first else since
        found += _unusual(desk, connection, begins, ends, now)
        days *= 4
    return found, begins


def _older(since: datetime, begins: datetime) -> str | None:
    """Where the days are that a full page has no room for."""
    return f"{PATH}?from={in_stockholm(since).date()}&till={_day_before(begins)}" if begins > since else None


def _day_before(midnight: datetime) -> date:
    """The day that a midnight ends; of any other moment its own day."""
    return in_stockholm(midnight - timedelta(microseconds=1)).date()


def _unusual(desk: Desk, connection: Connection, since: datetime, until: datetime, now: datetime) -> list[Finding]:
    """What days show, also what began the evening before."""
    early = since - desk.limits.longest
    found = find_unusual(readings(connection, early, until), worked_on(connection, early, until), desk.limits, now)
    return [finding for finding in found if finding.day >= in_stockholm(since).date()]


def _sample(ids: Sequence[int], month: Month) -> list[int]:
    """A few readings to ask about, the same however often the page is opened."""
    return sorted(ids, key=lambda id_: sha256(f"{month.name}:{id_}".encode()).digest())[:SAMPLE]


def _is_day(visit: Visit, name: str) -> bool:
    return start_of_day(visit.query.one(name)) is not None
