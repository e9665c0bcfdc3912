"""What becomes of a case: somebody takes it, reaches the person, closes it; or the person takes it back.

Each step is one conditional UPDATE, so that of two people who press at the same time exactly one wins.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import case as choose
from sqlalchemy import exists, or_, update
from sqlalchemy.engine import Connection

from bot.handover import journal
from bot.handover.notices import outbox
from bot.handover.record import OPEN, Case, CaseError, How, get_case
from bot.tables import cases, thread_messages

# Long enough to notice that one has closed the wrong case, short enough that nobody has begun to count on it.
UNDO = timedelta(minutes=10)


def take(connection: Connection, case_id: str, staff_id: str, now: datetime) -> Case:
    """Make the case this person's; taking one's own case again changes nothing.

    Raises:
        CaseError: `unknown`, `over`, or `taken` by somebody else.
    """
    free = cases.c.taken_by.is_(None), cases.c.state.in_(OPEN)
    if _change(connection, case_id, *free, taken_by=staff_id, taken_at=now):
        _change(connection, case_id, cases.c.state == "open", state="taken")
        outbox.make_moot(connection, case_id, outbox.STILL_ACUTE)
    case = _not_over(connection, case_id)
    if case.taken_by != staff_id:
        raise CaseError("taken")
    return case


def release(connection: Connection, case_id: str, staff_id: str) -> Case:
    """Give the case back to the unit; only the one who has it can.

    Raises:
        CaseError: `unknown`, `over`, or `taken` by somebody else.
    """
    own = cases.c.taken_by == staff_id, cases.c.state.in_(OPEN)
    if not _change(connection, case_id, *own, taken_by=None, taken_at=None):
        _not_over(connection, case_id)
        raise CaseError("taken")
    _change(connection, case_id, cases.c.state == "taken", state="open")
    return get_case(connection, case_id)


def record_first_contact(connection: Connection, case_id: str, staff_id: str, how: How, now: datetime) -> Case:
    """A named member of staff states that a human has reached the person, and how. An attempt is not contact.

    The first statement stands; a second one changes nothing. Alarms that have not been sent are withdrawn.

    Raises:
        CaseError: `unknown`, `over`, or `how` is none of phone, thread, meeting, mail.
    """
    if how not in get_args(How):
        raise CaseError("how")
    contact = {"contacted_by": staff_id, "contacted_at": now, "contacted_how": how, "state": "contacted"}
    waiting = cases.c.contacted_at.is_(None), cases.c.state.in_(OPEN)
    if _change(connection, case_id, *waiting, **contact):
        outbox.make_moot(connection, case_id)
    return _not_over(connection, case_id)


def close(connection: Connection, case_id: str, staff_id: str, outcome: str, now: datetime) -> Case:
    """End the case; the first outcome stands. A promise that was broken stays broken: `contacted_at` stays empty.

    Raises:
        CaseError: `unknown`, or `over` because the person took it back.
    """
    end = {"state": "closed", "closed_by": staff_id, "closed_at": now, "outcome": outcome}
    if _change(connection, case_id, cases.c.state.in_(OPEN), **end):
        outbox.make_moot(connection, case_id)
    case = get_case(connection, case_id)
    if case.state != "closed":
        raise CaseError("over")
    return case


def reopen(connection: Connection, case_id: str, staff_id: str, now: datetime) -> Case:
    """Undo one's own closing, a short while after it: the case is again what it was, and its clock has gone on.

    Raises:
        CaseError: `unknown`, or `over`: closed by somebody else, too long ago, registered, or taken back by the person.
    """
    mine = cases.c.closed_by == staff_id, cases.c.closed_at > now - UNDO, cases.c.registered_at.is_(None)
    was = choose(
        (cases.c.contacted_at.is_not(None), "contacted"), (cases.c.taken_by.is_not(None), "taken"), else_="open"
    )
    again = {"state": was, "closed_by": None, "closed_at": None, "outcome": None}
    if _change(connection, case_id, cases.c.state == "closed", *mine, **again):
        case = get_case(connection, case_id)
        if case.contacted_at is None:
            outbox.make_due(connection, case_id, now)
        return case
    get_case(connection, case_id)
    raise CaseError("over")


def hand_to(connection: Connection, case_id: str, staff_id: str, to: str, now: datetime) -> Case:
    """Hand the case to a colleague: by whoever has it, or by anybody of the unit while nobody has. The clock goes on.

    Raises:
        CaseError: `unknown`, `over`, or `taken` by somebody else.
    """
    if not _change(connection, case_id, *_mine_or_free(staff_id), taken_by=to, taken_at=now):
        _not_over(connection, case_id)
        raise CaseError("taken")
    _change(connection, case_id, cases.c.state == "open", state="taken")
    _tell_of_hand_on(connection, case_id, now)
    return get_case(connection, case_id)


def hand_over_to(connection: Connection, case_id: str, staff_id: str, service: str, now: datetime) -> Case:
    """Put the case into the queue of another service, where nobody has it yet. The clock goes on.

    Raises:
        CaseError: `unknown`, `over`, or `taken` by somebody else.
    """
    moved = {"service": service, "taken_by": None, "taken_at": None}
    if not _change(connection, case_id, *_mine_or_free(staff_id), **moved):
        _not_over(connection, case_id)
        raise CaseError("taken")
    _change(connection, case_id, cases.c.state == "taken", state="open")
    _tell_of_hand_on(connection, case_id, now)
    return get_case(connection, case_id)


def give_back(connection: Connection, case_id: str, now: datetime) -> Case:
    """Leave the talk to the assistant until staff take it up again; giving it back twice changes nothing.

    Raises:
        CaseError: `unknown`, or `over`.
    """
    _change(connection, case_id, cases.c.given_back_at.is_(None), cases.c.state.in_(OPEN), given_back_at=now)
    return _not_over(connection, case_id)


def take_up(connection: Connection, case_id: str) -> Case:
    """Staff have the talk once more.

    Raises:
        CaseError: `unknown`, or `over`.
    """
    _change(connection, case_id, cases.c.given_back_at.is_not(None), cases.c.state.in_(OPEN), given_back_at=None)
    return _not_over(connection, case_id)


def withdraw(connection: Connection, case_id: str, now: datetime) -> Case:
    """The person takes the case back; staff are told, nothing is destroyed.

    Raises:
        CaseError: `unknown`, or `over` because staff have closed it.
    """
    if _change(connection, case_id, cases.c.state.in_(OPEN), state="withdrawn", closed_at=now):
        outbox.make_moot(connection, case_id)
        outbox.add(connection, case_id, outbox.WITHDRAWN, f"{outbox.WITHDRAWN}:{case_id}", now)
        journal.note(connection, case_id, journal.WITHDREW, now)
    case = get_case(connection, case_id)
    if case.state != "withdrawn":
        raise CaseError("over")
    return case


def raise_alarm(connection: Connection, case_id: str, now: datetime) -> Case:
    """The case has become acute (the person is threatened tonight): alarm staff at once, once.

    Raises:
        CaseError: `unknown`, or `over`.
    """
    case = _not_over(connection, case_id)
    if _change(connection, case_id, cases.c.acute.is_(False), acute=True):
        outbox.add(connection, case_id, outbox.ACUTE, f"{outbox.ACUTE}:{case_id}", now)
    return replace(case, acute=True)


def mark_registered(connection: Connection, case_id: str, now: datetime) -> Case:
    """The case now stands in the city's own case system: from here on a disposal decision may cover it.

    The first registration stands, unless something has been written in the thread since.

    Raises:
        CaseError: `unknown`.
    """
    later = thread_messages.c.case_id == case_id, thread_messages.c.created_at > cases.c.registered_at
    lacking = or_(cases.c.registered_at.is_(None), exists().where(*later))
    _change(connection, case_id, lacking, registered_at=now)
    return get_case(connection, case_id)


def _mine_or_free(staff_id: str) -> tuple[object, object]:
    return or_(cases.c.taken_by == staff_id, cases.c.taken_by.is_(None)), cases.c.state.in_(OPEN)


def _tell_of_hand_on(connection: Connection, case_id: str, now: datetime) -> None:
    # A case may be handed on many times, so each time has a name of its own.
    outbox.add(connection, case_id, outbox.HANDED_ON, f"{outbox.HANDED_ON}:{case_id}:{secrets.token_hex(4)}", now)


def _not_over(connection: Connection, case_id: str) -> Case:
    case = get_case(connection, case_id)
    if case.state not in OPEN:
        raise CaseError("over")
    return case


def _change(connection: Connection, case_id: str, *conditions: object, **values: Any) -> bool:
    changed = connection.execute(update(cases).where(cases.c.id == case_id, *conditions).values(**values))
    return bool(changed.rowcount)
