"""Each talk summed up in one row, so that a list of a hundred thousand is narrowed without reading a single message.

The database marks a talk as stale when anything is added to it (bot/triggers.py); the console sums it up again before
it shows a list, and in quiet moments. The front door does none of this work: a fault here keeps nobody from an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection, Engine

from bot.database import reading, transaction
from bot.staff.review.transcripts import Summary, heard_by_message, sum_up, talked
from bot.staff.review.uncertain import note_uncertain
from bot.tables import alarms, talks

BATCH = 50
BATCHES_BEFORE_A_LIST = 1
"""More would let whoever opens the list after a busy minute wait; the page says when it is behind."""
ALARM, URGENT, BY_DATE = 2, 1, 0
"""What stands on top of the list: an alarm that nobody has dealt with, then danger that nobody has reviewed."""


def catch_up(engine: Engine, batches: int = BATCHES_BEFORE_A_LIST) -> bool:
    """Sum up what has changed, a bounded share of it; True if there may be more. Each batch commits by itself."""
    for _ in range(batches):
        with reading(engine) as connection:
            # Looked at without a lock first: mostly there is nothing, and then nobody has to wait.
            if not _stale(connection):
                return False
        with transaction(engine) as connection:
            ids = _stale(connection, lock=True)
            refresh(connection, ids)
        if len(ids) < BATCH:
            return False
    return True


def refresh(connection: Connection, ids: Sequence[str]) -> None:
    """Sum up these talks anew, whatever their mark says."""
    rows = talked(connection, ids)
    summaries = sum_up(connection, ids, rows)
    if not summaries:
        return
    sensitive = {talk.id: talk.sensitive for talk in summaries if not talk.is_test}
    note_uncertain(connection, rows, heard_by_message(rows), sensitive)
    reviewed = select(talks.c.conversation_id, talks.c.reviewed_at, talks.c.reviewed_by)
    kept = {row[0]: row for row in connection.execute(reviewed.where(talks.c.conversation_id.in_(ids)))}
    waiting = alarms.c.conversation_id.in_(ids), alarms.c.handled_at.is_(None)
    alarmed = set(connection.execute(select(alarms.c.conversation_id).where(*waiting)).scalars())
    summed_up = [_row(talk, kept[talk.id], talk.id in alarmed) for talk in summaries if talk.id in kept]
    if summed_up:
        change = update(talks).where(talks.c.conversation_id == bindparam("of"))
        connection.execute(change.values({name: bindparam(name) for name in summed_up[0] if name != "of"}), summed_up)


def split(kept: str) -> tuple[str, ...]:
    """A list as it is kept in one column: ",a,b," → ("a", "b")."""
    return tuple(filter(None, kept.split(",")))


def joined(values: Iterable[str]) -> str:
    """The way back. Commas at both ends, so that one value is found with LIKE '%,a,%'."""
    text = ",".join(values)
    return f",{text}," if text else ""


def _stale(connection: Connection, lock: bool = False) -> list[str]:
    # The newest first: while a whole database is summed up anew, danger of today must not wait for last year.
    stale = select(talks.c.conversation_id).where(talks.c.stale.is_(True))
    wanted = stale.order_by(talks.c.began_at.desc()).limit(BATCH)
    if lock:
        # PostgreSQL: whoever is adding to a talk right now holds its row, and it is left for the next time.
        wanted = wanted.with_for_update(skip_locked=True)
    return [str(found) for found in connection.execute(wanted).scalars()]


def _row(talk: Summary, kept: Any, alarmed: bool) -> dict[str, Any]:
    # What came after the review has been read by nobody.
    reviewed = kept.reviewed_at is not None and (talk.last_at is None or talk.last_at <= kept.reviewed_at)
    return {
        "of": talk.id,
        "stale": False,
        "top": ALARM if alarmed else URGENT if talk.urgent and not reviewed else BY_DATE,
        "length": talk.length,
        "needs": joined(talk.needs),
        "services": joined(talk.services),
        "decisions": joined(talk.decisions),
        "urgent": joined(talk.urgent),
        "feedback": joined(talk.feedback),
        "styles": joined(talk.styles),
        "unsure": talk.unsure,
        "handed_over": talk.handed_over,
        "sensitive": talk.sensitive,
        "reviewed_at": kept.reviewed_at if reviewed else None,
        "reviewed_by": kept.reviewed_by if reviewed else None,
    }
