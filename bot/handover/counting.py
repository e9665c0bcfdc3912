"""Writing the figures of each day: every talk that is over and every case that is settled is counted once.

A row is marked in the same transaction in which its counts are added, so that a relay that dies, or two relays, count
nothing twice. The figures hold no id: they remain when the talks and the cases are deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, or_, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import ColumnElement

from bot.database import reading, transaction
from bot.handover.figures import Key, Talk, count_cases, count_talk
from bot.handover.insertion import insert_once
from bot.handover.progress import UNDO
from bot.tables import cases, conversations, daily_figures, messages

BATCH = 100
CASE_COLUMNS = ("id", "service", "state", "created_at", "due_at", "contacted_at", "stopped_at", "closed_at", "outcome")
MESSAGE_COLUMNS = ("conversation_id", "sender", "understood", "service", "urgent", "feedback")


class CountedError(RuntimeError):
    """Somebody else has counted, or deleted, what was just read; nothing was written."""


def count_some(engine: Engine, idle: timedelta, now: datetime) -> bool:
    """Count a batch of talks and one of cases; True when there is more. `idle`: after that long a talk is over.

    Raises:
        CountedError: another relay was faster, or the person has just deleted a talk; the next round reads anew.
    """
    with reading(engine) as connection:
        talks, of_talks = _read_talks(connection, _talks_over(now - idle))
        settled, of_cases = _read_cases(connection, now)
    if not (talks or settled):
        return False
    # Reading and counting hold no lock: on SQLite nobody else could write in the meantime.
    with transaction(engine) as connection:
        if not (_mark(connection, conversations, talks, now) and _mark(connection, cases, settled, now)):
            raise CountedError("Another relay has counted some of these; they are read anew.")
        _add(connection, of_talks + of_cases)
    return BATCH in (len(talks), len(settled))


def count_all(engine: Engine, idle: timedelta, now: datetime) -> None:
    """Until nothing is left, as before a purge: what is not counted by then never will be."""
    more = True
    while more:
        try:
            more = count_some(engine, idle, now)
        except CountedError:
            continue


def open_promises(connection: Connection, since: datetime, until: datetime) -> list[Mapping[str, Any]]:
    """The cases of a time that have not been counted: those that wait, and the newest. Without those of test talks."""
    mine = cases.c.counted_at.is_(None), cases.c.created_at >= since, cases.c.created_at < until
    return list(connection.execute(_with_test(*mine).where(_is_real())).mappings())


def _talks_over(before: datetime) -> ColumnElement:
    ended = or_(conversations.c.last_seen_at < before, conversations.c.ended_at.is_not(None))
    return conversations.c.counted_at.is_(None) & ended


def _settled(now: datetime) -> ColumnElement:
    # A close may still be undone for a while, and what has been counted is counted.
    over = cases.c.closed_at <= now - UNDO
    return cases.c.counted_at.is_(None) & or_(cases.c.contacted_at.is_not(None), over)


def _read_talks(connection: Connection, over: ColumnElement) -> tuple[list[str], Counter[Key]]:
    found = list(connection.execute(select(conversations).where(over).limit(BATCH)).mappings())
    ids = [row["id"] for row in found]
    said, handed = _grouped(connection, ids), _cases_of(connection, ids)
    counted: Counter[Key] = Counter()
    for row in found:
        # A session that was opened with a receipt is no talk with the assistant.
        if not row["is_test"] and row["case_id"] is None:
            counted.update(count_talk(Talk(row["created_at"], said.get(row["id"], []), handed.get(row["id"], []))))
    return ids, counted


def _read_cases(connection: Connection, now: datetime) -> tuple[list[str], Counter[Key]]:
    ids = list(connection.execute(select(cases.c.id).where(_settled(now)).limit(BATCH)).scalars())
    found = connection.execute(_with_test(cases.c.id.in_(ids)).where(_is_real())).mappings()
    return ids, count_cases(found, now)


def _mark(connection: Connection, table: Table, ids: list[str], now: datetime) -> bool:
    """Whether none of them had been counted."""
    fresh = table.c.id.in_(ids), table.c.counted_at.is_(None)
    return bool(connection.execute(update(table).where(*fresh).values(counted_at=now)).rowcount == len(ids))


def _with_test(*conditions: Any) -> Any:
    joined = cases.outerjoin(conversations, conversations.c.id == cases.c.conversation_id)
    return select(*(cases.c[name] for name in CASE_COLUMNS)).select_from(joined).where(*conditions)


def _is_real() -> ColumnElement:
    """A case whose talk is no longer there counts as real."""
    return or_(conversations.c.is_test.is_(None), conversations.c.is_test.is_(False))


def _grouped(connection: Connection, ids: list[str]) -> dict[str, list[Mapping[str, Any]]]:
    columns = [messages.c[name] for name in MESSAGE_COLUMNS]
    rows = select(*columns).where(messages.c.conversation_id.in_(ids)).order_by(messages.c.id)
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in connection.execute(rows).mappings():
        grouped.setdefault(row["conversation_id"], []).append(row)
    return grouped


def _cases_of(connection: Connection, ids: list[str]) -> dict[str, list[tuple[str, str, str | None]]]:
    grouped: dict[str, list[tuple[str, str, str | None]]] = {}
    for row in connection.execute(select(cases).where(cases.c.conversation_id.in_(ids))):
        grouped.setdefault(row.conversation_id, []).append((row.service, row.need, row.district))
    return grouped


def _add(connection: Connection, counted: Counter[Key]) -> None:
    # In one order everywhere: two relays that add to the same days wait for each other instead of for ever.
    for key in sorted(counted):
        day, figure, subject, detail = key
        named = {"day": day, "figure": figure, "subject": subject[:40], "detail": detail[:20]}
        if not insert_once(connection, daily_figures, {**named, "count": counted[key]}):
            same = [daily_figures.c[name] == value for name, value in named.items()]
            more = daily_figures.c.count + counted[key]
            connection.execute(update(daily_figures).where(*same).values(count=more))
