"""Deleting what may be deleted, and only under a decision.

A city's records may only be destroyed under a disposal decision, so nothing here runs unless the setting names one.
Talks that led to no case go after `retention_days` without a sign of life. A case goes only when it has stood in the
city's own case system for as long, is over, and the person's receipt has passed its last day: they were told that date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Table, delete, exists, or_, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import Select

from bot.database import transaction
from bot.settings import Settings
from bot.tables import cases, contacts, conversations, messages, outbox, thread_messages, trackers

log = structlog.get_logger(__name__)

# Few rows a transaction: on SQLite nobody else can write in the meantime.
BATCH = 100


@dataclass(frozen=True)
class Purged:
    """How many of each were deleted."""

    conversations: int = 0
    cases: int = 0


def purge(engine: Engine, settings: Settings, now: datetime) -> Purged:
    """Delete what is old enough; nothing at all without `settings.disposal_decision`."""
    if not settings.disposal_decision:
        return Purged()
    before = now - timedelta(days=settings.retention_days)
    # Cases first: a talk whose last case has gone is then a talk without a case.
    gone = Purged(cases=_all(engine, _cases(before, now), _delete_cases), conversations=_old_talks(engine, before))
    if gone != Purged():
        log.info("purged", decision=settings.disposal_decision, conversations=gone.conversations, cases=gone.cases)
    return gone


def _old_talks(engine: Engine, before: datetime) -> int:
    return _all(engine, _talks(before), _delete_talks) + _all(engine, _lost_trackers(before), _delete_talks)


def _all(engine: Engine, wanted: Select, remove: Callable[[Connection, list[str]], None]) -> int:
    total = 0
    while True:
        with transaction(engine) as connection:
            ids = [str(found) for found in connection.execute(wanted.limit(BATCH)).scalars()]
            if not ids:
                return total
            remove(connection, ids)
        total += len(ids)


def _talks(before: datetime) -> Select:
    of_case = exists().where(or_(cases.c.conversation_id == conversations.c.id, cases.c.id == conversations.c.case_id))
    return select(conversations.c.id).where(conversations.c.last_seen_at < before, ~of_case)


def _lost_trackers(before: datetime) -> Select:
    # A tracker whose conversation was deleted while the assistant was still thinking.
    talk = exists().where(conversations.c.id == trackers.c.conversation_id)
    case = exists().where(cases.c.conversation_id == trackers.c.conversation_id)
    return select(trackers.c.conversation_id).where(trackers.c.updated_at < before, ~talk, ~case)


def _cases(before: datetime, now: datetime) -> Select:
    over = cases.c.registered_at < before, cases.c.state.in_(("closed", "withdrawn"))
    return select(cases.c.id).where(*over, or_(cases.c.receipt_until.is_(None), cases.c.receipt_until < now))


def _delete_talks(connection: Connection, ids: list[str]) -> None:
    _delete(connection, messages, "conversation_id", ids)
    _delete(connection, trackers, "conversation_id", ids)
    _delete(connection, conversations, "id", ids)


def _delete_cases(connection: Connection, ids: list[str]) -> None:
    for table in (contacts, thread_messages, outbox):
        _delete(connection, table, "case_id", ids)
    _delete(connection, cases, "id", ids)


def _delete(connection: Connection, table: Table, column: str, ids: list[str]) -> None:
    connection.execute(delete(table).where(table.c[column].in_(ids)))
