"""The cases of one's own services: the list by time left, one case with what the person chose to share, its thread.

What is done with a case stands in `case_acts.py`; the SQL of cases, threads and contact details in bot/handover.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import Case, CaseError, get_case, open_cases
from bot.handover.contact import Contact
from bot.handover.passed_on import shared_lines
from bot.handover.record import OPEN
from bot.staff.accounts import aliases
from bot.staff.audit import case_events, record
from bot.staff.parts import Desk
from bot.staff.times import TimeLeft, time_left
from bot.staff.web import Answer, Page, Visit

SHOWN = ("all", "mine", "free", "many")


class NotYoursError(LookupError):
    """No such case, or one of another service: the two are answered alike. `case_id` is set if it exists."""

    def __init__(self, case_id: str | None) -> None:
        super().__init__("not a case of this person's services")
        self.case_id = case_id


@dataclass(frozen=True)
class CaseRow:
    """A case in the list, with the time left of its promise."""

    case: Case
    left: TimeLeft
    taken_by: str


def show_cases(desk: Desk, visit: Visit) -> Answer:
    """The services' open cases: those that wait for a first contact, then the others."""
    shown = visit.query.one("visa") if visit.query.one("visa") in SHOWN else "all"
    with transaction(desk.engine) as connection:
        found = open_cases(connection, visit.member.services)
        names = aliases(connection)
        record(connection, visit.member.id, "list_cases", visit.now)
    rows = [_row(case, names, visit.now) for case in found if _is_shown(case, shown, visit.member.id)]
    waiting, reached = [r for r in rows if r.left.pace != "met"], [r for r in rows if r.left.pace == "met"]
    folded = [_row(case, names, visit.now) for case in found if _is_folded(case)]
    soonest = min(folded, key=lambda row: (row.case.due_at is None, row.case.due_at or visit.now), default=None)
    values = {"waiting": waiting, "reached": reached, "shown": shown, "folded": folded, "soonest": soonest}
    return Page("cases.html", values)


def show_case(desk: Desk, visit: Visit) -> Answer:
    """One case. Opening it is recorded, and the person's messages count as read by staff."""
    with transaction(desk.engine) as connection:
        case = own_case(connection, visit)
        record(connection, visit.member.id, "read_case", visit.now, case_id=case.id)
        return case_page(connection, visit, case)


def own_case(connection: Connection, visit: Visit) -> Case:
    """The case of this address, if it belongs to one of the person's services.

    Raises:
        NotYoursError: otherwise.
    """
    try:
        case = get_case(connection, visit.params["case"])
    except CaseError as error:
        raise NotYoursError(None) from error
    if not visit.member.works_for(case.service):
        raise NotYoursError(case.id)
    return case


def case_page(
    connection: Connection,
    visit: Visit,
    case: Case,
    problems: Mapping[str, str] | None = None,
    contact: Contact | None = None,
) -> Page:
    """The whole page of a case; with `problems` what was typed is kept, with `contact` the details are shown once."""
    written = thread.messages(connection, case.id)
    if written:
        thread.mark_read(connection, case.id, "staff", written[-1].id, visit.now)
    names = aliases(connection)
    values = {
        "case": case,
        "left": _left(case, visit.now),
        "is_open": case.state in OPEN,
        "is_mine": case.taken_by == visit.member.id,
        "people": names,
        "told": shared_lines(connection, case),
        "thread": written,
        "may_answer": thread.may_answer(connection, case.id),
        "thread_reaches": case.receipt_until is not None and case.receipt_until > visit.now,
        "events": case_events(connection, case.id),
        "contact": contact,
        "message_id": secrets.token_hex(16),
        "typed": visit.form,
        "notice": visit.query.one("klart"),
    }
    return Page("case.html", values, 422 if problems else 200, problems or {})


def _row(case: Case, names: Mapping[str, str], now: datetime) -> CaseRow:
    return CaseRow(case, _left(case, now), names.get(case.taken_by or "", ""))


def is_settled(case: Case) -> bool:
    """Whether no first contact is owed any more: it is made, the case is over, or the person wants none."""
    return case.contacted_at is not None or case.state not in OPEN or case.stopped_at is not None


def _left(case: Case, now: datetime) -> TimeLeft:
    return time_left(case.due_at, is_settled(case), now)


def _is_shown(case: Case, shown: str, staff_id: str) -> bool:
    if shown == "many" or _is_folded(case):
        return shown == "many" and _is_folded(case)
    if shown == "mine":
        return case.taken_by == staff_id
    return shown == "all" or case.taken_by is None


def _is_folded(case: Case) -> bool:
    """One of many from one caller, which nobody has looked into yet; whoever takes it brings it out."""
    return case.crowd is not None and case.taken_by is None
