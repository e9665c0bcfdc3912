"""Notices to staff, written in the same transaction as what they tell of, and sent later by the relay.

A row is `pending` until every channel took it (`sent`), a channel refused it for good (`dead`, a person must look), or
what it warned of no longer matters (`moot`). A relay claims rows with a lease: if it dies, the lease runs out and
another relay sends them. So a notice goes out at least once; its `key` is what the receiving side tells repeats by.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, or_, select, update
from sqlalchemy import case as choose
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement, Select

from bot.handover.insertion import insert_once
from bot.handover.notices.notice import STOPPED as STOPPED
from bot.handover.notices.notice import UNDELIVERED, read_notices
from bot.handover.notices.notice import WITHDRAWN as WITHDRAWN
from bot.handover.notices.notice import Notice as Notice
from bot.handover.notices.stages import ACUTE_STAGES, MISSED, PROMISED, UNPROMISED
from bot.tables import outbox

NEW_CASE, ACUTE, PERSON_WROTE = "new_case", "acute", "person_wrote"
HANDED_ON = "handed_on"
DEADLINES = (*(stage.kind for stage in PROMISED), MISSED)
STILL_ACUTE = tuple(stage.kind for stage in ACUTE_STAGES)
REMINDERS = tuple(stage.kind for stage in UNPROMISED)
TELLING = (NEW_CASE, ACUTE, PERSON_WROTE, WITHDRAWN, STOPPED, HANDED_ON)
KINDS = (*TELLING, *DEADLINES, *STILL_ACUTE, *REMINDERS, UNDELIVERED)
# No notice, but something to be done as surely as notices are sent: see `handing_in.py`.
HAND_IN = "hand_in"
# Sent before all else: on a slow day an alarm must not stand behind a hundred ordinary notices.
ALARMS = (ACUTE, *STILL_ACUTE, *DEADLINES, UNDELIVERED)
# What is no longer true once somebody has reached the person. A reminder speaks for a whole unit and stays.
UNTIL_REACHED = (*DEADLINES, *STILL_ACUTE)

FIRST_WAIT = timedelta(seconds=2)
# What an outage of hours has held up goes out within a minute of its end (docs/handover.md, "Fault suite").
LONGEST_WAIT = timedelta(seconds=45)
# No lease and no wait reaches this far ahead: if one does, the clock has been set back, and nothing may wait for it.
BEYOND = timedelta(minutes=6)


def add(connection: Connection, case_id: str, kind: str, key: str, now: datetime, about: int | None = None) -> bool:
    """Add a notice unless one with the same key exists; True if it is new. `about`: the notice that it tells of.

    Raises:
        ValueError: the kind is neither one of `KINDS` nor `HAND_IN`.
    """
    if kind not in (*KINDS, HAND_IN):
        raise ValueError(f"'{kind}' is no kind of notice; it must be one of: {', '.join(KINDS)}.")
    row = {"key": key, "case_id": case_id, "kind": kind, "state": "pending", "attempts": 0, "next_attempt_at": now}
    return insert_once(connection, outbox, {**row, "delivered": [], "refused": [], "created_at": now, "about": about})


def has_due(connection: Connection, now: datetime, errands: bool = False) -> bool:
    """Whether there is anything to claim; a plain reading, so that an idle relay takes no write lock."""
    return connection.execute(_due(now, 1, errands)).first() is not None


def claim(
    connection: Connection, worker: str, now: datetime, lease: timedelta, limit: int = 20, errands: bool = False
) -> list[Notice]:
    """Take up to `limit` notices (or cases to hand in: `errands`) that are due and free, alarms first, for the lease.

    The attempt is counted here, not at its end: a notice that kills its relay must wait longer each time, too.
    """
    ids = [row.id for row in connection.execute(_due(now, limit, errands).with_for_update(skip_locked=True))]
    if not ids:
        return []
    lease_them = {"leased_by": worker, "leased_until": now + lease, "attempts": outbox.c.attempts + 1}
    connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**lease_them))
    return read_notices(connection, ids)


def mark_sent(connection: Connection, notice: Notice, now: datetime) -> None:
    """Every channel took it. Holds even if the lease has run out: what is sent is sent."""
    _set(connection, notice, state="sent", sent_at=now, last_error=None)


def mark_failed(connection: Connection, notice: Notice, worker: str, error: str, now: datetime, jitter: float) -> None:
    """Try again later; nothing happens if another relay has taken the notice over in the meantime.

    `error` is a short code without any personal data, `jitter` a random number from 0 to 1. What `notice.delivered`
    and `notice.refused` name is kept, so that the next attempt does not repeat what has already arrived.
    """
    later = {"next_attempt_at": now + back_off(notice.attempts, jitter), "last_error": error[:200]}
    _set(connection, notice, outbox.c.leased_by == worker, **later)


def mark_dead(connection: Connection, notice: Notice, error: str) -> None:
    """A channel refused it for good: it is kept for a person to look at and is not tried again by itself."""
    _set(connection, notice, state="dead", last_error=error[:200])


def make_moot(connection: Connection, case_id: str, kinds: Sequence[str] = UNTIL_REACHED) -> None:
    """Withdraw alarms that have not been sent: the person has been reached, or has taken the case back."""
    waiting = (outbox.c.case_id == case_id, outbox.c.kind.in_(kinds), outbox.c.state == "pending")
    connection.execute(update(outbox).where(*waiting).values(state="moot"))


def make_due(connection: Connection, case_id: str, now: datetime) -> None:
    """The opposite of `make_moot`, for the alarms of a case that is open again."""
    withdrawn = (outbox.c.case_id == case_id, outbox.c.kind.in_(DEADLINES), outbox.c.state == "moot")
    connection.execute(update(outbox).where(*withdrawn).values(state="pending", next_attempt_at=now))


def dead(connection: Connection) -> list[Notice]:
    """Every notice that a channel refused for good, oldest first: the work list of whoever mends it."""
    ids = [row.id for row in connection.execute(select(outbox.c.id).where(outbox.c.state == "dead"))]
    return read_notices(connection, sorted(ids)) if ids else []


def revive(connection: Connection, notice_id: int, now: datetime) -> bool:
    """Send a dead notice again (a person has mended what was wrong); True if there was one."""
    again = {"state": "pending", "refused": [], "errors": {}, "next_attempt_at": now, "attempts": 0}
    found = connection.execute(update(outbox).where(outbox.c.id == notice_id, outbox.c.state == "dead").values(**again))
    return bool(found.rowcount)


def back_off(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many attempts: 2 s, 4 s, 8 s … at most 45 s, each shortened by up to a half.

    There is no last attempt: a mail server that is away for a day must not cost anyone a notice. The random half keeps
    a hundred notices from knocking at the same second when the server returns.
    """
    longest: timedelta = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 16), LONGEST_WAIT)
    return longest * (1 - jitter / 2)


def _due(now: datetime, limit: int, errands: bool) -> Select:
    free = or_(outbox.c.leased_until.is_(None), _over(outbox.c.leased_until, now))
    ours = outbox.c.kind == HAND_IN if errands else outbox.c.kind != HAND_IN
    waiting = (outbox.c.state == "pending", ours, _over(outbox.c.next_attempt_at, now), free)
    alarms_first = choose((outbox.c.kind.in_(ALARMS), 0), else_=1)
    return (
        select(outbox.c.id).where(*waiting).order_by(alarms_first, outbox.c.next_attempt_at, outbox.c.id).limit(limit)
    )


def _over(column: Column, now: datetime) -> ColumnElement:
    return or_(column <= now, column > now + BEYOND)


def _set(connection: Connection, notice: Notice, *conditions: object, **values: Any) -> None:
    said = {"delivered": list(notice.delivered), "refused": list(notice.refused), "errors": dict(notice.errors)}
    free = {"leased_by": None, "leased_until": None}
    connection.execute(update(outbox).where(outbox.c.id == notice.id, *conditions).values(**said, **free, **values))
