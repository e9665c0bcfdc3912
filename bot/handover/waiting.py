"""How long people usually wait for a first contact, measured from real cases; nothing is said when they are too few.

A case that nobody has reached yet has waited at least so long: it must not count as a short wait, nor may it be left
out, since those left out would be the slow ones. The Kaplan–Meier estimate does just that (E. L. Kaplan and P. Meier,
"Nonparametric estimation from incomplete observations", 1958).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from babel.units import format_unit
from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from bot.sentences import ENGLISH, SWEDISH
from bot.tables import cases

MEASURED = timedelta(days=90)
FEWEST = 20
# The newest ones are enough for a median, and nobody's answer waits for the rest.
MOST = 2_000
LAST_IN_HOURS = timedelta(hours=24)
NEVER = timedelta.max
CAME_WRONG = "mistake"


@dataclass(frozen=True)
class Wait:
    """One case: how long until the first contact, or, if it was not `reached`, how long it has waited at least."""

    waited: timedelta
    reached: bool


def usual_wait(waits: Iterable[Wait], fewest: int = FEWEST) -> timedelta | None:
    """The time within which half were reached, rounded up to whole hours, past a day to whole days.

    None when fewer than `fewest` were reached, or when it cannot be said that half ever are.
    """
    found = sorted(waits, key=lambda wait: (wait.waited, not wait.reached))
    if sum(wait.reached for wait in found) < fewest:
        return None
    unreached, waiting = 1.0, len(found)
    for wait in found:
        if wait.reached:
            unreached *= 1 - 1 / waiting
            # A hair above a half, for twenty factors do not multiply to exactly 0.5.
            if unreached <= 0.5 + 1e-9:
                return _rounded_up(wait.waited)
        waiting -= 1
    return None


def wait_of_service(connection: Connection, service: str, now: datetime) -> timedelta | None:
    """The usual wait of a service's cases of the last 90 days; None when it cannot be said."""
    real = or_(cases.c.outcome.is_(None), cases.c.outcome != CAME_WRONG)
    # A crowd that nobody has looked into may be false: it must make the wait neither longer nor shorter.
    looked_into = or_(cases.c.crowd.is_(None), cases.c.taken_by.is_not(None))
    recent = cases.c.service == service, cases.c.created_at >= now - MEASURED, cases.c.created_at <= now
    columns = cases.c.created_at, cases.c.contacted_at, cases.c.closed_at, cases.c.state
    wanted = select(*columns).where(*recent, real, looked_into).order_by(cases.c.created_at.desc()).limit(MOST)
    return usual_wait([_wait(row, now) for row in connection.execute(wanted)])


def in_words(wait: timedelta, language: str = SWEDISH) -> str:
    """As "3 timmar" or "2 dygn"; "3 hours", "2 days"."""
    locale = language if language in (SWEDISH, ENGLISH) else SWEDISH
    hours = int(wait / timedelta(hours=1))
    if wait < LAST_IN_HOURS:
        return str(format_unit(hours, "duration-hour", locale=locale))
    return str(format_unit(hours // 24, "duration-day", locale=locale))


def _wait(row: Any, now: datetime) -> Wait:
    if row.contacted_at is not None:
        return Wait(row.contacted_at - row.created_at, True)
    if row.state == "closed":  # by staff, who have not reached the person and will not
        return Wait(NEVER, False)
    return Wait((row.closed_at or now) - row.created_at, False)


def _rounded_up(wait: timedelta) -> timedelta:
    step = timedelta(hours=1) if wait <= LAST_IN_HOURS else timedelta(days=1)
    return max(-(-wait // step), 1) * step
