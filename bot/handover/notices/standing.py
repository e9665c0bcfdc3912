"""How the promises and the notices stand right now: what a monitor and `python -m bot check --running` ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.handover.record import OPEN
from bot.tables import cases, heartbeats, outbox

TEXTS = {
    "open_cases": "Cases that nobody has reached the person of yet",
    "acute_cases": "Those of them that are acute",
    "oldest_case_seconds": "Age of the oldest of them",
    "next_deadline_seconds": "Until the next promise runs out",
    "broken_promises": "Open cases whose promise has run out without a contact",
    "outbox_pending": "Notices that have not been sent",
    "outbox_oldest_seconds": "How long the oldest of them has been due",
    "outbox_dead": "Notices that were refused for good: a person must look",
    "heartbeat_age_seconds": "Since the last sign of life of a relay",
}


@dataclass(frozen=True)
class Standing:
    """Ages and times in seconds; None where there is nothing to count."""

    open_cases: int
    acute_cases: int
    oldest_case_seconds: float | None
    next_deadline_seconds: float | None
    broken_promises: int
    outbox_pending: int
    outbox_oldest_seconds: float | None
    outbox_dead: int
    heartbeat_age_seconds: float | None


def read_standing(connection: Connection, now: datetime) -> Standing:
    """Ask the database; a few small queries on indexed columns."""
    waiting = cases.c.contacted_at.is_(None), cases.c.state.in_(OPEN)
    broken = *waiting, cases.c.due_at <= now
    pending = outbox.c.state == "pending"
    return Standing(
        open_cases=_count(connection, cases.c.id, *waiting),
        acute_cases=_count(connection, cases.c.id, *waiting, cases.c.acute.is_(True)),
        oldest_case_seconds=_age(connection, func.min(cases.c.created_at), now, *waiting),
        next_deadline_seconds=_until(connection, now, *waiting),
        broken_promises=_count(connection, cases.c.id, *broken),
        outbox_pending=_count(connection, outbox.c.id, pending),
        outbox_oldest_seconds=_age(connection, func.min(outbox.c.created_at), now, pending),
        outbox_dead=_count(connection, outbox.c.id, outbox.c.state == "dead"),
        heartbeat_age_seconds=_age(connection, func.max(heartbeats.c.at), now),
    )


def _count(connection: Connection, column: object, *conditions: object) -> int:
    return int(connection.execute(select(func.count(column)).where(*conditions)).scalar_one())


def _age(connection: Connection, moment: object, now: datetime, *conditions: object) -> float | None:
    at = connection.execute(select(moment).where(*conditions)).scalar()
    return None if at is None else float((now - at).total_seconds())


def _until(connection: Connection, now: datetime, *waiting: object) -> float | None:
    ahead = cases.c.due_at > now
    due = connection.execute(select(func.min(cases.c.due_at)).where(*waiting, ahead)).scalar()
    return None if due is None else float((due - now).total_seconds())
