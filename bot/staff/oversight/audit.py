"""The record of every reading and every act: who, what, when, why. It is only added to; nothing here changes a row.

The database refuses changes, too (`bot/tables/`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.handover import journal
from bot.staff.oversight.unusual import READINGS, USES, Reading
from bot.tables import audit, cases, staff

PAGE_LENGTH = 50
MOST_EXPORTED = 50_000
BY_STAFF = (
    "take",
    "release",
    "hand_to",
    "hand_over_to",
    "read_contact",
    "contact_attempt",
    "first_contact",
    "reply",
    "give_back",
    "take_up",
    "close",
    "reopen",
    "register",
    "hand_in",
)
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
    text: str | None = None
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
    return list(connection.execute(_found(wanted).order_by(audit.c.id.desc()).limit(PAGE_LENGTH + 1)).mappings())


def export_entries(connection: Connection, wanted: AuditFilter) -> list[Mapping[str, Any]]:
    """All that a search finds, oldest first, at most `MOST_EXPORTED`."""
    query = _found(wanted).order_by(audit.c.id).limit(MOST_EXPORTED)
    return list(connection.execute(query).mappings())


def reading_ids(connection: Connection, since: datetime, until: datetime) -> list[int]:
    """The lines that tell of a reading between two moments."""
    query = select(audit.c.id).where(audit.c.at >= since, audit.c.at < until, audit.c.action.in_(READINGS))
    return list(connection.execute(query).scalars())


def entries_of(connection: Connection, ids: Collection[int]) -> list[Mapping[str, Any]]:
    """Some lines with the names joined in, oldest first."""
    query = _found(AuditFilter()).where(audit.c.id.in_(ids)).order_by(audit.c.id)
    return list(connection.execute(query).mappings())


def readings(connection: Connection, since: datetime, until: datetime) -> list[Reading]:
    """Every reading of a case, a talk or contact details between two moments."""
    # In the order of `Reading`: taken by name, thirteen thousand rows take twice as long.
    what = func.coalesce(audit.c.case_id, audit.c.conversation_id, "")
    columns = (audit.c.at, audit.c.staff_id, func.coalesce(staff.c.role, ""), audit.c.action, what)
    stated = func.coalesce(audit.c.reason, "") != ""
    joined = select(*columns, stated).outerjoin(staff, staff.c.id == audit.c.staff_id)
    query = joined.where(audit.c.at >= since, audit.c.at < until, audit.c.action.in_(READINGS))
    return [Reading(*row) for row in connection.execute(query)]


def worked_on(connection: Connection, since: datetime, until: datetime) -> set[tuple[str, str]]:
    """Staff id and case id of whoever read a case between two moments and has done something with it, whenever."""
    done = audit.alias("done")
    same = done.c.staff_id == audit.c.staff_id, done.c.case_id == audit.c.case_id, done.c.action.in_(USES)
    read = audit.c.at >= since, audit.c.at < until, audit.c.action.in_(READINGS), audit.c.case_id.is_not(None)
    both = select(audit.c.staff_id, audit.c.case_id).where(*read, exists().where(*same)).distinct()
    return {(row.staff_id, row.case_id) for row in connection.execute(both)}


def count_actions(connection: Connection, actions: Collection[str], since: datetime, until: datetime) -> dict[str, int]:
    """Action → how often between two moments, none left out."""
    inside = audit.c.at >= since, audit.c.at < until, audit.c.action.in_(actions)
    query = select(audit.c.action, func.count()).where(*inside).group_by(audit.c.action)
    return {**dict.fromkeys(actions, 0), **{row[0]: row[1] for row in connection.execute(query)}}


def _found(wanted: AuditFilter) -> Select:
    joined = audit.outerjoin(staff, staff.c.id == audit.c.staff_id).outerjoin(cases, cases.c.id == audit.c.case_id)
    columns = (audit, staff.c.name, staff.c.alias, staff.c.role, cases.c.reference)
    query = select(*columns).select_from(joined)
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
    if wanted.text:
        query = query.where(or_(*(audit.c.reason.ilike(f"%{form}%", escape="\\") for form in _forms(wanted.text))))
    return query


def _forms(text: str) -> set[str]:
    """The text as it may be written: SQLite folds the case of a to z only, and signs of a pattern count as they are."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {plain, plain.lower(), plain.upper(), plain.capitalize()}


def case_events(connection: Connection, case_id: str) -> list[Mapping[str, Any]]:
    """What has been done with a case, oldest first, for those who work on it; who has read it stays in the log."""
    query = select(audit, staff.c.alias).outerjoin(staff, staff.c.id == audit.c.staff_id)
    mine = query.where(audit.c.case_id == case_id, audit.c.action.in_(CASE_EVENTS)).order_by(audit.c.id)
    return list(connection.execute(mine).mappings())
