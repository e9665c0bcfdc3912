"""Broken promises: how late a first contact was, or is by now. They are counted and shown; nothing takes one off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

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
    over = func.coalesce(cases.c.stopped_at, cases.c.closed_at).label("over_at")
    columns = cases.c.created_at, cases.c.due_at, cases.c.contacted_at, over
    rows = list(connection.execute(select(*columns).where(*promised, cases.c.created_at >= now - COUNTED)))
    # A case that has waited for longer than the last 90 days is the last one to forget.
    still = cases.c.contacted_at.is_(None), over.is_(None), cases.c.due_at < now
    waiting = list(connection.execute(select(cases.c.id).where(*promised, *still)))
    broken = [row for row in rows if late_by(row.due_at, row.contacted_at, row.over_at, now)]
    kept = [row for row in rows if row.contacted_at is not None and row.contacted_at <= row.due_at]
    return Breaches(len(waiting), len(broken), len(broken) + len(kept))
