"""What staff do with a case: take it, see how to reach the person, write, state the first contact, close it.

Every act goes the same way: the case must be one's own service's, the form must be right, the act and its line in the
log are one transaction, and then the browser is sent back to the case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.handover import case as handed
from bot.handover import thread
from bot.handover.case import Case, CaseError, How
from bot.handover.contact import read_contact
from bot.handover.handing_in import ask_to_hand_in
from bot.handover.record import OPEN
from bot.handover.thread import ThreadMessage
from bot.staff.casework.cases import case_page, own_case
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.reasons import reason_problem
from bot.staff.web import Answer, Redirect, Visit

LONGEST_MESSAGE = 2_000
WHY_HANDED_IN = "hand_in_reason"
"""The field of the form: `reason` on the same page is that of the contact details."""
AFTER_CONTACT = ("support", "declined")
"""Outcomes that say that somebody has talked with the person: not without a first contact."""
REFUSALS = {
    "taken": "already_taken",
    "over": "not_open",
    "how": "no_how",
    "open": "still_open",
    "stopped": "contact_stopped",
}

Check = Callable[[Desk, Connection, Visit, Case], Mapping[str, str]]
Step = Callable[[Connection, Visit, Case], Mapping[str, Any]]


@dataclass(frozen=True)
class Act:
    """`action` names the line in the log, `notice` what is said afterwards; `step` returns the line's detail.

    `reason` is the field of the form whose text stands in the log as the reason. `leads_away`: the case may not be
    one's own afterwards, so the browser is sent to the queue.
    """

    action: str
    notice: str
    step: Step
    check: Check | None = None
    anchor: str = ""
    reason: str = ""
    leads_away: bool = False


def perform(act: Act) -> Callable[[Desk, Visit], Answer]:
    """The page function of an act."""

    def handle(desk: Desk, visit: Visit) -> Answer:
        with transaction(desk.engine) as connection:
            case = own_case(connection, visit)
            problems = act.check(desk, connection, visit, case) if act.check else {}
            if not problems:
                try:
                    detail = act.step(connection, visit, case)
                except CaseError as error:
                    problems = {"case": REFUSALS.get(error.code, "not_open")}
            if problems:
                record(connection, visit.member.id, "read_case", visit.now, case_id=case.id)
                return case_page(desk, connection, visit, own_case(connection, visit), problems)
            reason = visit.form.one(act.reason) if act.reason else None
            record(connection, visit.member.id, act.action, visit.now, case_id=case.id, reason=reason, detail=detail)
        return Redirect(f"/arenden{'' if act.leads_away else f'/{case.id}'}?klart={act.notice}{act.anchor}")

    return handle


def show_contact(desk: Desk, visit: Visit) -> Answer:
    """The contact details, in the answer to this form alone: no address leads to them, a reload asks again."""
    reason = visit.form.one("reason")
    with transaction(desk.engine) as connection:
        case = own_case(connection, visit)
        if not case.may_contact:
            refused = "not_open" if case.state == "withdrawn" else "contact_stopped"
            return case_page(desk, connection, visit, case, {"case": refused})
        problem = reason_problem(reason)
        if problem:
            return case_page(desk, connection, visit, case, {"reason": problem})
        record(connection, visit.member.id, "read_contact", visit.now, case_id=case.id, reason=reason)
        contact = read_contact(connection, case.id, desk.encryption_keys)
        return case_page(desk, connection, visit, case, {} if contact else {"case": "no_contact"}, contact)


def _take(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    handed.take(connection, case.id, visit.member.id, visit.now)
    return {}


def _release(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    handed.release(connection, case.id, visit.member.id)
    return {}


def _first_contact(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    how: Any = visit.form.one("how")
    handed.record_first_contact(connection, case.id, visit.member.id, how, visit.now)
    return {"how": how}


def _check_contact(_desk: Desk, connection: Connection, visit: Visit, case: Case) -> Mapping[str, str]:
    if case.state not in OPEN:
        return {"case": "not_open"}
    how = visit.form.one("how")
    if how not in get_args(How):
        return {"how": "no_how"}
    if how == "thread" and not has_reached(thread.messages(connection, case.id)):
        return {"how": "unread_thread"}
    return {} if visit.form.one("reached") else {"reached": "not_confirmed"}


def has_reached(written: list[ThreadMessage]) -> bool:
    """Whether the person has read what staff wrote, or answered it: that we wrote is an attempt, not a contact."""
    ours = [message for message in written if message.sender == "staff"]
    answered = bool(ours) and any(m.sender == "person" and m.id > ours[0].id for m in written)
    return answered or any(message.read_at for message in ours)


def _attempt(_connection: Connection, visit: Visit, _case: Case) -> Mapping[str, Any]:
    return {"how": visit.form.one("how")}


def _check_attempt(_desk: Desk, _connection: Connection, visit: Visit, case: Case) -> Mapping[str, str]:
    if case.state not in OPEN:
        return {"case": "not_open"}
    return {} if visit.form.one("how") in get_args(How) else {"how": "no_how"}


def _reply(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    text, client_id = visit.form.one("text"), visit.form.one("message_id")[:36] or None
    written = thread.post(connection, case.id, "staff", text, visit.now, visit.member.id, client_id)
    handed.take_up(connection, case.id)
    return {"message": written}


def _check_reply(_desk: Desk, connection: Connection, visit: Visit, case: Case) -> Mapping[str, str]:
    length = len(visit.form.one("text"))
    if case.state not in OPEN:
        return {"case": "not_open"}
    if length == 0:
        return {"text": "no_text"}
    if not thread.may_answer(connection, case.id):
        return {"case": "contact_stopped"}
    return {"text": "long_text"} if length > LONGEST_MESSAGE else {}


def _close(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    outcome = visit.form.one("outcome")
    handed.close(connection, case.id, visit.member.id, outcome, visit.now)
    return {"outcome": outcome}


def _check_close(desk: Desk, _connection: Connection, visit: Visit, case: Case) -> Mapping[str, str]:
    outcome = visit.form.one("outcome")
    if outcome not in desk.words.all("outcome"):
        return {"outcome": "no_outcome"}
    return {"outcome": "needs_contact"} if outcome in AFTER_CONTACT and case.contacted_at is None else {}


def _register(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    handed.mark_registered(connection, case.id, visit.now)
    return {}


def _hand_in(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    ask_to_hand_in(connection, case.id, visit.now)
    return {}


def _check_hand_in(desk: Desk, _connection: Connection, visit: Visit, case: Case) -> Mapping[str, str]:
    if not desk.hands_in:
        return {"case": "no_case_system"}
    if case.state in OPEN:
        return {"case": "still_open"}
    problem = reason_problem(visit.form.one(WHY_HANDED_IN))
    return {WHY_HANDED_IN: problem} if problem else {}


ACTS: Mapping[str, Act] = {
    "ta": Act("take", "taken", _take),
    "lamna": Act("release", "released", _release),
    "forsta-kontakt": Act("first_contact", "contacted", _first_contact, _check_contact),
    "forsok": Act("contact_attempt", "attempted", _attempt, _check_attempt),
    "svara": Act("reply", "replied", _reply, _check_reply),
    "avsluta": Act("close", "closed", _close, _check_close),
    "registrera": Act("register", "registered", _register),
    "arendesystemet": Act("hand_in", "handed_in", _hand_in, _check_hand_in, reason=WHY_HANDED_IN),
}
"""The last part of the address → the act."""
