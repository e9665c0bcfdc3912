"""Deleting what may be deleted, and only under a decision.

A city's records may only be destroyed under a disposal decision, so nothing here runs unless the setting names one.
Talks that led to no case go after `retention_days` without a sign of life. A case goes only when it has stood in the
city's own case system for as long, is over, has had nothing written in it since, and the person's receipt has passed
its last day: they were told that date. Each deletion is first noted in the ledger; `delete_again` deletes what a
restored backup has brought back, decision or not, because it had been deleted already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Table, delete, exists, or_, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import Select

from bot.database import fold_log, reading, transaction
from bot.handover.ledger import CASE, CONVERSATION, Ledger
from bot.settings import Settings
from bot.tables import case_presence, cases, contacts, conversations, messages, outbox, talks, thread_messages, trackers

log = structlog.get_logger(__name__)

# Few rows a transaction: on SQLite nobody else can write in the meantime.
BATCH = 50
# Between two of them others get their turn, for many times as long as they were kept waiting.
SHARE_OF_THE_TIME = 0.03
SHORTEST_PAUSE_SECONDS = 0.02
# Ids to look at are found without any lock.
FOUND_AT_ONCE = 1_000

Remove = Callable[[Connection, Sequence[str]], int]


@dataclass(frozen=True)
class Purged:
    """How many of each were deleted."""

    conversations: int = 0
    cases: int = 0


def purge(engine: Engine, settings: Settings, now: datetime) -> Purged:
    """Delete what is old enough; nothing at all without `settings.disposal_decision`.

    Raises:
        OSError: the ledger cannot be written; then what it does not hold is not deleted.
    """
    if not settings.disposal_decision:
        return Purged()
    before, ledger = now - timedelta(days=settings.retention_days), Ledger.of(settings)

    def all_of(wanted: Select, kind: str, remove: Remove) -> int:
        return sum(_batches(engine, wanted, lambda ids: ledger.note(kind, ids, now), remove))

    # Cases first: a talk whose last case has gone is then a talk without a case.
    gone_cases = all_of(_cases(before, now), CASE, _delete_cases)
    talks = all_of(_talks(before), CONVERSATION, _delete_talks)
    gone = Purged(talks + all_of(_lost_trackers(before), CONVERSATION, _delete_talks), gone_cases)
    if gone != Purged():
        log.info("purged", decision=settings.disposal_decision, conversations=gone.conversations, cases=gone.cases)
    return gone


def delete_again(engine: Engine, ledger: Ledger) -> Purged:
    """Delete what the ledger holds and the database has all the same: a backup has brought it back.

    Raises:
        OSError: the ledger cannot be read.
    """
    noted = ledger.read()
    back = Purged(
        conversations=_delete_noted(engine, noted[CONVERSATION], _delete_talks),
        cases=_delete_noted(engine, noted[CASE], _delete_cases),
    )
    if back != Purged():
        log.warning("deleted_again", conversations=back.conversations, cases=back.cases)
    return back


def _delete_noted(engine: Engine, ids: Sequence[str], remove: Remove) -> int:
    total = 0
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        with reading(engine) as connection:
            is_back = _has_any(connection, some)
        if is_back:
            with transaction(engine) as connection:
                total += remove(connection, some)
    return total


def _has_any(connection: Connection, ids: Sequence[str]) -> bool:
    columns = conversations.c.id, trackers.c.conversation_id, messages.c.conversation_id, cases.c.id
    return any(connection.execute(select(column).where(column.in_(ids)).limit(1)).first() for column in columns)


def _batches(engine: Engine, wanted: Select, note: Callable[[Sequence[str]], None], remove: Remove) -> Iterator[int]:
    """Find without a lock, then ask once more inside the writing transaction: a person may have come back meanwhile.

    The ids are walked through once and in order: what is to be kept is not looked at again for every batch.
    """
    (key,) = wanted.selected_columns
    after = ""
    while True:
        with reading(engine) as connection:
            found = connection.execute(wanted.where(key > after).order_by(key).limit(FOUND_AT_ONCE)).scalars().all()
        if not found:
            return
        after = found[-1]
        for start in range(0, len(found), BATCH):
            began = time.monotonic()
            with transaction(engine) as connection:
                still = wanted.where(key.in_(found[start : start + BATCH])).with_for_update()
                ids = [str(id_) for id_ in connection.execute(still).scalars()]
                note(ids)
                gone = remove(connection, ids)
            yield gone
            kept_waiting = time.monotonic() - began
            fold_log(engine)
            time.sleep(max(SHORTEST_PAUSE_SECONDS, kept_waiting * (1 / SHARE_OF_THE_TIME - 1)))


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
    later = thread_messages.c.case_id == cases.c.id, thread_messages.c.created_at > cases.c.registered_at
    receipt_over = or_(cases.c.receipt_until.is_(None), cases.c.receipt_until < now)
    return select(cases.c.id).where(*over, receipt_over, ~exists().where(*later))


def _delete_talks(connection: Connection, ids: Sequence[str]) -> int:
    # What was summed up goes first: else each message that is deleted marks it as changed once more.
    _delete(connection, talks, "conversation_id", ids)
    _delete(connection, messages, "conversation_id", ids)
    lost = _delete(connection, trackers, "conversation_id", ids)
    # A tracker may be all that is left of a talk.
    return _delete(connection, conversations, "id", ids) or lost


def _delete_cases(connection: Connection, ids: Sequence[str]) -> int:
    for table in (contacts, thread_messages, outbox, case_presence):
        _delete(connection, table, "case_id", ids)
    return _delete(connection, cases, "id", ids)


def _delete(connection: Connection, table: Table, column: str, ids: Sequence[str]) -> int:
    return int(connection.execute(delete(table).where(table.c[column].in_(ids))).rowcount)
