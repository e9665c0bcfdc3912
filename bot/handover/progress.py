"""What becomes of a case: somebody takes it, reaches the person, closes it; or the person takes it back.

Each step is one conditional UPDATE, so that of two people who press at the same time exactly one wins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.handover import journal, outbox
from bot.handover.record import OPEN, Case, CaseError, How, get_case
from bot.tables import cases


def take(connection: Connection, case_id: str, staff_id: str, now: datetime) -> Case:
    """Make the case this person's; taking one's own case again changes nothing.

    Raises:
        CaseError: `unknown`, `over`, or `taken` by somebody else.
    """
    free = cases.c.taken_by.is_(None), cases.c.state.in_(OPEN)
    if _change(connection, case_id, *free, taken_by=staff_id, taken_at=now):
        _change(connection, case_id, cases.c.state == "open", state="taken")
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

    Raises:
        CaseError: `unknown`.
    """
    _change(connection, case_id, cases.c.registered_at.is_(None), registered_at=now)
    return get_case(connection, case_id)


def _not_over(connection: Connection, case_id: str) -> Case:
    case = get_case(connection, case_id)
    if case.state not in OPEN:
        raise CaseError("over")
    return case


def _change(connection: Connection, case_id: str, *conditions: object, **values: Any) -> bool:
    changed = connection.execute(update(cases).where(cases.c.id == case_id, *conditions).values(**values))
    return bool(changed.rowcount)
