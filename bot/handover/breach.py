"""Broken promises: how late a first contact was, or is by now. They are counted and shown; nothing takes one off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, literal, select
from sqlalchemy.engine import Connection

from bot.handover.record import OPEN
from bot.tables import cases

COUNTED = timedelta(days=90)


@dataclass(frozen=True)
class Breaches:
    """`waiting`: late and not reached yet. `broken` of `promised`: of the last 90 days, those settled or late."""

    waiting: int
    broken: int
    promised: int


def late_by(
    due_at: datetime | None, contacted_at: datetime | None, closed_at: datetime | None, now: datetime
) -> timedelta | None:
    """By how much a promise was broken; None where it was kept, may still be kept, or nothing was promised.

    A case that was closed, or that the person took back, before its time without a contact broke nothing.
    """
    if due_at is None:
        return None
    late = (contacted_at or closed_at or now) - due_at
    return late if late > timedelta(0) else None


def count_breaches(connection: Connection, services: Sequence[str], now: datetime) -> Breaches:
    """Of these services' cases."""
    promised = cases.c.service.in_(list(services)), cases.c.due_at.is_not(None)
    # Whoever wants no contact any more owes us no waiting: from then on nothing is late.
    over = func.coalesce(cases.c.stopped_at, cases.c.closed_at)
    # As `late_by` says it. Counted by the database: the queue is opened all day, and a big unit has thousands of them.
    broken = func.count().filter(
        func.coalesce(cases.c.contacted_at, over, literal(now, cases.c.due_at.type)) > cases.c.due_at
    )
    kept = func.count().filter(cases.c.contacted_at <= cases.c.due_at)
    recent = select(broken.label("broken"), kept.label("kept")).where(*promised, cases.c.created_at >= now - COUNTED)
    # A case that has waited for longer than the last 90 days is the last one to forget.
    still = cases.c.state.in_(OPEN), cases.c.contacted_at.is_(None), over.is_(None), cases.c.due_at < now
    waiting = select(func.count()).select_from(cases).where(*promised, *still)
    row = connection.execute(recent).one()
    return Breaches(int(connection.execute(waiting).scalar_one()), row.broken, row.broken + row.kept)
