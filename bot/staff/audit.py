"""The record of every reading and every act: who, what, when, why. It is only added to; nothing here changes a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.handover import journal
from bot.tables import audit, cases, staff

PAGE_LENGTH = 50
BY_STAFF = ("take", "release", "read_contact", "contact_attempt", "first_contact", "reply", "close", "register")
CASE_EVENTS = (*BY_STAFF, journal.WITHDREW, journal.STOPPED, journal.REVOKED, journal.SHARED)


@dataclass(frozen=True)
class AuditFilter:
    """What the log is searched for; None is "all". `before` is an id: the page that follows an earlier one."""

    staff_id: str | None = None
    action: str | None = None
    reference: str | None = None
    conversation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def record(
    connection: Connection,
    staff_id: str,
    action: str,
    now: datetime,
    *,
    case_id: str | None = None,
    conversation_id: str | None = None,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one line, in the transaction of what it tells of: no reading without its line, no line without its act."""
    values = {"case_id": case_id, "conversation_id": conversation_id, "reason": reason}
    line = audit.insert().values(staff_id=staff_id, action=action, at=now, detail=dict(detail or {}), **values)
    connection.execute(line)


def entries(connection: Connection, wanted: AuditFilter) -> list[Mapping[str, Any]]:
    """A page of lines, newest first, one more than `PAGE_LENGTH` when there are older ones; names joined in."""
    joined = audit.outerjoin(staff, staff.c.id == audit.c.staff_id).outerjoin(cases, cases.c.id == audit.c.case_id)
    columns = (audit, staff.c.name, staff.c.alias, staff.c.role, cases.c.reference)
    query = select(*columns).select_from(joined).order_by(audit.c.id.desc()).limit(PAGE_LENGTH + 1)
    for column, value in (
        (audit.c.staff_id, wanted.staff_id),
        (audit.c.action, wanted.action),
        (audit.c.conversation_id, wanted.conversation_id),
        (cases.c.reference, wanted.reference),
    ):
        query = query if value is None else query.where(column == value)
    if wanted.since:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until:
        query = query.where(audit.c.at < wanted.until)
    if wanted.before:
        query = query.where(audit.c.id < wanted.before)
    return list(connection.execute(query).mappings())


def case_events(connection: Connection, case_id: str) -> list[Mapping[str, Any]]:
    """What has been done with a case, oldest first, for those who work on it; who has read it stays in the log."""
    query = select(audit, staff.c.alias).outerjoin(staff, staff.c.id == audit.c.staff_id)
    mine = query.where(audit.c.case_id == case_id, audit.c.action.in_(CASE_EVENTS)).order_by(audit.c.id)
    return list(connection.execute(mine).mappings())
