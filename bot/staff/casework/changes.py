"""Whether anything has changed in the queue or in a case: a short text that an open page compares with its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.handover import queue
from bot.handover.case import Case
from bot.handover.presence import present
from bot.staff.access import Member
from bot.staff.oversight.audit import CASE_EVENTS
from bot.tables import audit, thread_messages

# The time that is left goes on although nothing happens: this often the list is drawn anew.
REDRAWN_EVERY = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class State:
    """`text` is another one as soon as anything has changed; `news` grows when a case or a message has come."""

    text: str
    news: int

    def as_json(self) -> str:
        """As the stream sends it."""
        return json.dumps({"state": self.text, "news": self.news})


def state_of_queue(connection: Connection, member: Member, now: datetime) -> State:
    """What the list of this person depends on."""
    pulse, newest = queue.pulse(connection, member.services)
    tick = int(now.timestamp() // REDRAWN_EVERY.total_seconds())
    return State(_short(pulse, tick), number_of(newest) if newest else 0)


def state_of_case(connection: Connection, case: Case, member: Member, now: datetime) -> State:
    """What the page of a case depends on: the case, its thread, what was done, and who else is there."""
    written = thread_messages.c.case_id == case.id
    counts = select(func.max(thread_messages.c.id), func.count(thread_messages.c.read_at)).where(written)
    done = select(func.max(audit.c.id)).where(audit.c.case_id == case.id, audit.c.action.in_(CASE_EVENTS))
    of_person = select(func.max(thread_messages.c.id)).where(written, thread_messages.c.sender == "person")
    parts = (
        case,
        tuple(connection.execute(counts).one()),
        connection.execute(done).scalar(),
        others(connection, case.id, member, now),
    )
    return State(_short(*parts), connection.execute(of_person).scalar() or 0)


def others(connection: Connection, case_id: str, member: Member, now: datetime) -> list[str]:
    """Ids of the colleagues who have the case open."""
    return [id_ for id_ in present(connection, case_id, now) if id_ != member.id]


def number_of(at: datetime) -> int:
    """A moment as microseconds since 1970: exact, and a number that a page can hold."""
    return (at - EPOCH) // timedelta(microseconds=1)


def moment_of(number: int) -> datetime:
    """The opposite of `number_of`."""
    return EPOCH + timedelta(microseconds=number)


def _short(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()[:16]
