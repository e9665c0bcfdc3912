"""The log of readings and acts, for administrators and log controllers. Nothing on this page can change it."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy import select

from bot.database import transaction
from bot.staff import access
from bot.staff.oversight.audit import PAGE_LENGTH, AuditFilter, entries, record
from bot.staff.parts import Desk
from bot.staff.times import end_of_day, start_of_day
from bot.staff.web import Answer, Fields, Page, Visit
from bot.tables import staff

LONGEST_SEARCH = 100
FIELDS = ("from", "till", "person", "handelse", "arende", "samtal", "skal")


def show_log(desk: Desk, visit: Visit) -> Answer:
    """A page of the log, narrowed by day, person, act, case or talk. Reading the log is recorded, too."""
    wanted, problems = read_filter(visit.query)
    used = {name: visit.query.one(name) for name in FIELDS if visit.query.one(name)}
    with transaction(desk.engine) as connection:
        found = [] if problems else entries(connection, wanted)
        people = connection.execute(select(staff.c.id, staff.c.alias, staff.c.name).order_by(staff.c.alias)).all()
        record(connection, visit.member.id, "read_log", visit.now, detail=used)
    shown = found[:PAGE_LENGTH]
    older = urlencode({**used, "fore": shown[-1]["id"]}) if len(found) > PAGE_LENGTH else None
    links = {"older": f"/logg?{older}" if older else None, "export": f"/loggutdrag?{urlencode(used)}"}
    values = {"entries": shown, "people": people, "used": used, **links, "exports": visit.member.holds(access.CONTROL)}
    return Page("log.html", values, 422 if problems else 200, problems)


def read_filter(query: Fields) -> tuple[AuditFilter, dict[str, str]]:
    """The filter of an address, and what is wrong with it."""
    wanted = AuditFilter(
        staff_id=query.one("person") or None,
        action=query.one("handelse") or None,
        reference=query.one("arende").upper() or None,
        conversation_id=query.one("samtal") or None,
        since=start_of_day(query.one("from")),
        until=end_of_day(query.one("till")),
        text=query.one("skal")[:LONGEST_SEARCH] or None,
        before=int(query.one("fore")[:15]) if query.one("fore").isdecimal() else None,
    )
    dates = (("from", wanted.since), ("till", wanted.until))
    return wanted, {name: "bad_date" for name, read in dates if query.one(name) and read is None}
