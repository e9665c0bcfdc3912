"""One case of one's own services: what the person chose to share, its thread, and who else has it open.

The list stands in `queue.py`, what is done with a case in `case_acts.py` and `passing.py`; the SQL of cases, threads
and contact details in bot/handover.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import Case, CaseError, get_case
from bot.handover.contact import Contact
from bot.handover.handing_in import handed_in, needs_registering
from bot.handover.passed_on import shared_lines
from bot.handover.presence import arrive
from bot.handover.progress import UNDO
from bot.handover.record import OPEN
from bot.staff.access import Member
from bot.staff.casework.changes import others, state_of_case
from bot.staff.casework.colleagues import colleagues, staffed_services
from bot.staff.oversight.audit import case_events, record
from bot.staff.parts import Desk
from bot.staff.preferences import read_preferences
from bot.staff.sign_in.accounts import aliases
from bot.staff.times import time_of_case
from bot.staff.web import Answer, Page, Visit


class NotYoursError(LookupError):
    """No such case, or one of another service: the two are answered alike. `case_id` is set if it exists."""

    def __init__(self, case_id: str | None) -> None:
        super().__init__("not a case of this person's services")
        self.case_id = case_id


def show_case(desk: Desk, visit: Visit) -> Answer:
    """One case. Opening it is recorded, and the person's messages count as read by staff."""
    with transaction(desk.engine) as connection:
        case = own_case(connection, visit)
        record(connection, visit.member.id, "read_case", visit.now, case_id=case.id)
        arrive(connection, case.id, visit.member.id, visit.now)
        return case_page(desk, connection, visit, case)


def show_case_now(desk: Desk, visit: Visit) -> Answer:
    """The parts of a case that change, for a page that is open; `sedan` is the newest message that it knows."""
    with transaction(desk.engine) as connection:
        case = own_case(connection, visit)
        record(connection, visit.member.id, "read_case", visit.now, case_id=case.id)
        return replace(case_page(desk, connection, visit, case), template="case_now.html")


def insert_reply(desk: Desk, visit: Visit) -> Answer:
    """Without script: the page once more, with the chosen standard reply after what was typed. Nothing is sent."""
    chosen = next((reply.text for reply in desk.replies if reply.id == visit.form.one("standard")), "")
    draft = "\n\n".join(part for part in (visit.form.one("text"), chosen) if part)
    with transaction(desk.engine) as connection:
        case = own_case(connection, visit)
        record(connection, visit.member.id, "read_case", visit.now, case_id=case.id)
        page = case_page(desk, connection, visit, case)
    return replace(page, values={**page.values, "draft": draft})


def own_case(connection: Connection, visit: Visit) -> Case:
    """The case of this address, if it belongs to one of the person's services.

    Raises:
        NotYoursError: otherwise.
    """
    return find_own(connection, visit.member, visit.params["case"])


def find_own(connection: Connection, member: Member, case_id: str) -> Case:
    """As `own_case`, for whoever has no visit."""
    try:
        case = get_case(connection, case_id)
    except CaseError as error:
        raise NotYoursError(None) from error
    if not member.works_for(case.service):
        raise NotYoursError(case.id)
    return case


def case_page(
    desk: Desk,
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
        "left": time_of_case(case, visit.now),
        "is_open": case.state in OPEN,
        "is_mine": case.taken_by == visit.member.id,
        "people": names,
        "told": shared_lines(connection, case),
        "thread": written,
        "may_answer": thread.may_answer(connection, case.id),
        "thread_reaches": case.receipt_until is not None and case.receipt_until > visit.now,
        "handed_in": handed_in(connection, case.id),
        "to_register": case.state != "open" and needs_registering(connection, case),
        "events": case_events(connection, case.id),
        "there": [names[id_] for id_ in others(connection, case.id, visit.member, visit.now) if id_ in names],
        "live": state_of_case(connection, case, visit.member, visit.now),
        "known": visit.query.one("sedan"),
        "colleagues": colleagues(connection, case.service, visit.member.id),
        "other_services": staffed_services(connection, case.service),
        "undo_until": _undo_until(case, visit),
        "replies": desk.replies,
        "draft": visit.form.one("text"),
        "preferences": read_preferences(connection, visit.member.id),
        "contact": contact,
        "message_id": secrets.token_hex(16),
        "typed": visit.form,
        "notice": visit.query.one("klart"),
    }
    return Page("case.html", values, 422 if problems else 200, problems or {})


def _undo_until(case: Case, visit: Visit) -> datetime | None:
    """Until when the one who has closed the case can undo it; None when nobody can."""
    if case.state != "closed" or case.closed_at is None or case.closed_by != visit.member.id or case.registered_at:
        return None
    until: datetime = case.closed_at + UNDO
    return until if visit.now < until else None
