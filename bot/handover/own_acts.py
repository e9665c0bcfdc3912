"""What the person decides about their own case: no more contact, no more code, or that staff may see more.

Taking a case back stands with the other steps in `progress.py`. Each act is one conditional UPDATE and, if it changed
anything, one line in the case's events; staff see them. Nothing is destroyed here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.handover import journal
from bot.handover.notices import outbox
from bot.handover.record import OPEN, Case, CaseError, Shared, get_case
from bot.tables import cases


def stop_contact(connection: Connection, case_id: str, now: datetime) -> Case:
    """The person wants no contact: details stay shut, alarms about a first contact are withdrawn, staff are told.

    The case itself goes on: whether anything more must be done is for staff to judge. A second time changes nothing.

    Raises:
        CaseError: `unknown`.
    """
    waiting = cases.c.stopped_at.is_(None), cases.c.state != "withdrawn"
    if _change(connection, case_id, *waiting, stopped_at=now):
        outbox.make_moot(connection, case_id)
        outbox.add(connection, case_id, outbox.STOPPED, f"{outbox.STOPPED}:{case_id}", now)
        journal.note(connection, case_id, journal.STOPPED, now)
    return get_case(connection, case_id)


def revoke_receipt(connection: Connection, case_id: str, now: datetime) -> bool:
    """The code opens nothing from now on; the case stays. Returns whether there was a code that still did."""
    revoked = _change(connection, case_id, cases.c.receipt_until > now, receipt_until=now)
    if revoked:
        journal.note(connection, case_id, journal.REVOKED, now)
    return revoked


def share_more(
    connection: Connection, case_id: str, shared: Shared, summary: str | None, until: int | None, now: datetime
) -> Case:
    """Staff may see a summary or the talk up to that message; what was shared before stays shared.

    Raises:
        CaseError: `unknown`, or `over`.
    """
    values: dict[str, Any] = {"shared": shared, "shared_until": until}
    values |= {"summary": summary} if shared == "summary" else {}
    if not _change(connection, case_id, cases.c.state.in_(OPEN), **values):
        get_case(connection, case_id)
        raise CaseError("over")
    journal.note(connection, case_id, journal.SHARED, now, {"shared": shared})
    return get_case(connection, case_id)


def _change(connection: Connection, case_id: str, *conditions: object, **values: Any) -> bool:
    changed = connection.execute(update(cases).where(cases.c.id == case_id, *conditions).values(**values))
    return bool(changed.rowcount)
