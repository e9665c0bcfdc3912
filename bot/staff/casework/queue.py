"""The queue of one's own services: what is looked for stands in the address, and the database cuts it into pages.

Another page asks for the list alone when something has changed (`show_queue_now`), and puts it in the place of the old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlencode

from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.handover import queue
from bot.handover.breach import count_breaches
from bot.handover.case import Case
from bot.handover.queue import PAGE_LENGTH, QueueFilter, Shown
from bot.handover.record import OPEN
from bot.staff.casework.changes import moment_of, state_of_queue
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.preferences import read_preferences
from bot.staff.sign_in.accounts import aliases
from bot.staff.times import MET, TimeLeft, time_left, time_of_case
from bot.staff.web import Answer, Fields, Page, Visit
from bot.switch import services_off

FIELDS = ("visa", "verksamhet", "lage", "akut", "sent")
MOST_PAGES = 10_000


@dataclass(frozen=True)
class CaseRow:
    """A case in the list, with the time left of its promise."""

    case: Case
    left: TimeLeft
    taken_by: str


def show_queue(desk: Desk, visit: Visit) -> Answer:
    """The services' open cases: those that wait for a first contact, then the others."""
    with transaction(desk.engine) as connection:
        values = _queue(connection, visit)
        values["off"] = [id_ for id_ in services_off(connection) if id_ in visit.member.services]
        values["preferences"] = read_preferences(connection, visit.member.id)
    return Page("cases.html", {**values, "notice": visit.query.one("klart")})


def show_queue_now(desk: Desk, visit: Visit) -> Answer:
    """The list alone, for a page that is open; `sedan` says how new the newest case is that the page knows."""
    with transaction(desk.engine) as connection:
        values = _queue(connection, visit)
        values["new"] = _new(connection, visit)
    return Page("cases_now.html", values)


def read_filter(query: Fields, visit: Visit) -> QueueFilter:
    """The filter of an address; an unknown view, service or state narrows nothing, one of another unit least of all."""
    mine = visit.member.services
    asked = query.one("verksamhet")
    shown: tuple[Shown, ...] = get_args(Shown)
    return QueueFilter(
        services=(asked,) if asked in mine else mine,
        shown=next((view for view in shown if view == query.one("visa")), "all"),
        staff_id=visit.member.id,
        state=query.one("lage") if query.one("lage") in OPEN else None,
        acute=bool(query.one("akut")),
        late=bool(query.one("sent")),
    )


def read_page(query: Fields) -> int:
    """The number of a page; the first one for anything that is none."""
    asked = query.one("sida")[:6]
    return min(int(asked), MOST_PAGES) if asked.isdecimal() and int(asked) > 0 else 1


def _queue(connection: Connection, visit: Visit) -> dict[str, Any]:
    wanted, page = read_filter(visit.query, visit), read_page(visit.query)
    used = {name: visit.query.one(name) for name in FIELDS if visit.query.one(name)}
    counted = queue.count_open(connection, wanted, visit.now)
    # A case may have gone since the link was made: rather the last page there is than an empty one.
    last = max(1, -(-counted.all // PAGE_LENGTH))
    page = min(page, last)
    names = aliases(connection)
    rows = [_row(case, names, visit.now) for case in queue.find_open(connection, wanted, visit.now, page)]
    record(connection, visit.member.id, "list_cases", visit.now, detail=used)
    return {
        "waiting": [row for row in rows if row.left.pace not in MET],
        "reached": [row for row in rows if row.left.pace in MET],
        "breaches": count_breaches(connection, visit.member.services, visit.now),
        "counted": counted,
        "folded": _folded(connection, wanted, visit.now),
        "shown": wanted.shown,
        "used": used,
        "narrowed": bool({*used} - {"visa"}),
        "views": {view: _link({**used, "visa": view}) for view in get_args(Shown)},
        "page": page,
        "pages": last,
        "newer": _link(used, page - 1) if page > 1 else None,
        "older": _link(used, page + 1) if page < last else None,
        "here": _link(used, page),
        "live": state_of_queue(connection, visit.member, visit.now),
        "question": urlencode({**used, "sida": page}),
    }


def _folded(connection: Connection, wanted: QueueFilter, now: datetime) -> dict[str, Any]:
    """The crowds that are kept apart: how many, whether one is acute, and the time left of the first."""
    counted = queue.count_open(connection, replace(wanted, shown="many", state=None, acute=False, late=False), now)
    left = time_left(counted.soonest, False, now) if counted.soonest else None
    return {"count": counted.all, "acute": counted.acute, "left": left}


def _new(connection: Connection, visit: Visit) -> int:
    """How many of what the page shows came after the newest that it knows."""
    known = visit.query.one("sedan")[:16]
    if not known.isdecimal():
        return 0
    since = moment_of(int(known))
    return queue.count_open(connection, read_filter(visit.query, visit), visit.now, since).all


def _row(case: Case, names: Mapping[str, str], now: datetime) -> CaseRow:
    return CaseRow(case, time_of_case(case, now), names.get(case.taken_by or "", ""))


def _link(used: Mapping[str, str], page: int = 1) -> str:
    chosen = {name: value for name, value in used.items() if (name, value) != ("visa", "all")}
    query = urlencode({**chosen, **({"sida": page} if page > 1 else {})})
    return f"/arenden?{query}" if query else "/arenden"
