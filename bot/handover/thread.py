"""The thread of a case: what the person and staff write to each other. One thread per case.

Nothing is sent to the person's phone or mail; they come back with their receipt. Staff get one notice for what has been
written since they last looked, not one for each line, and one more if it still stands unread after an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from bot.handover.insertion import insert_once
from bot.handover.notices import outbox
from bot.handover.presence import arrive
from bot.handover.record import CaseError
from bot.tables import cases, staff, thread_messages

Sender = Literal["person", "staff"]

# Staff are told again of a thread that they have not read, but not more often than this.
QUIET = timedelta(hours=1)


@dataclass(frozen=True)
class ThreadMessage:
    """One message. `alias` is how the member of staff appears to the person; None on the person's own messages."""

    id: int
    case_id: str
    client_id: str | None
    sender: str
    staff_id: str | None
    alias: str | None
    text: str = field(repr=False)
    created_at: datetime
    read_at: datetime | None


def post(
    connection: Connection,
    case_id: str,
    sender: Sender,
    text: str,
    now: datetime,
    staff_id: str | None = None,
    client_id: str | None = None,
) -> int:
    """Write in the thread; returns the message's id. The same `client_id` again gives the same id and writes nothing.

    Whoever of staff writes is there, and has the talk again if it had been given back to the assistant.

    Raises:
        bot.handover.record.CaseError: `unknown`, or `stopped` when the person has asked not to be contacted.
        ValueError: blank text, an unknown sender, or staff without `staff_id`.
    """
    _check(sender, text, staff_id)
    _hold(connection, case_id)
    if sender == "staff" and not may_answer(connection, case_id):
        raise CaseError("stopped")
    told = _has_fresh_unread(connection, case_id, now)
    row = {"case_id": case_id, "client_id": client_id, "sender": sender, "staff_id": staff_id, "text": text}
    written = insert_once(connection, thread_messages, {**row, "created_at": now})
    message_id = _id_of(connection, case_id, client_id if not written else None)
    if written and staff_id is not None:
        mark_read(connection, case_id, "staff", message_id, now)  # whoever answers has seen what they answer
        arrive(connection, case_id, staff_id, now)
        connection.execute(update(cases).where(cases.c.id == case_id).values(given_back_at=None))
    elif written and not told:
        outbox.add(connection, case_id, outbox.PERSON_WROTE, f"{outbox.PERSON_WROTE}:{case_id}:{message_id}", now)
    return message_id


def messages(connection: Connection, case_id: str, after: int = 0) -> list[ThreadMessage]:
    """What was written in the case after that message id, oldest first."""
    wanted = (
        select(thread_messages, staff.c.alias)
        .outerjoin(staff, staff.c.id == thread_messages.c.staff_id)
        .where(thread_messages.c.case_id == case_id, thread_messages.c.id > after)
        .order_by(thread_messages.c.id)
    )
    return [_message(row) for row in connection.execute(wanted)]


def may_answer(connection: Connection, case_id: str) -> bool:
    """Whether staff may write: after "stop contacting me" not before the person has written of their own accord."""
    stopped_at = connection.execute(select(cases.c.stopped_at).where(cases.c.id == case_id)).scalar()
    if stopped_at is None:
        return True
    later = thread_messages.c.sender == "person", thread_messages.c.created_at > stopped_at
    wrote = select(thread_messages.c.id).where(thread_messages.c.case_id == case_id, *later).limit(1)
    return connection.execute(wrote).scalar() is not None


def mark_read(connection: Connection, case_id: str, reader: Sender, up_to: int, now: datetime) -> int:
    """The reader has seen the other side's messages up to that id; returns how many were new to them.

    "Answered" is that staff wrote; "read" is that the person has it on their screen. They are counted apart.
    """
    theirs = thread_messages.c.sender != reader, thread_messages.c.read_at.is_(None)
    seen = (thread_messages.c.case_id == case_id, thread_messages.c.id <= up_to, *theirs)
    return int(connection.execute(update(thread_messages).where(*seen).values(read_at=now)).rowcount)


def _check(sender: str, text: str, staff_id: str | None) -> None:
    if sender not in get_args(Sender):
        raise ValueError(f"A thread knows {' and '.join(get_args(Sender))}, not '{sender}'.")
    if (sender == "staff") != (staff_id is not None):
        raise ValueError("Staff write with their id, the person without one.")
    if not text.strip():
        raise ValueError("A thread message must not be blank.")


def _hold(connection: Connection, case_id: str) -> None:
    # Writers of one case go one at a time: else, on PostgreSQL, a lower id could be committed after a higher one, and a
    # reader who asks "what came after" would never see it.
    if connection.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update()).scalar() is None:
        raise CaseError("unknown")


def _has_fresh_unread(connection: Connection, case_id: str, now: datetime) -> bool:
    unread = thread_messages.c.sender == "person", thread_messages.c.read_at.is_(None)
    fresh = thread_messages.c.case_id == case_id, thread_messages.c.created_at > now - QUIET
    return connection.execute(select(thread_messages.c.id).where(*unread, *fresh).limit(1)).scalar() is not None


def _id_of(connection: Connection, case_id: str, client_id: str | None) -> int:
    of_case = select(func.max(thread_messages.c.id)).where(thread_messages.c.case_id == case_id)
    same = of_case if client_id is None else of_case.where(thread_messages.c.client_id == client_id)
    return int(connection.execute(same).scalar_one())


def _message(row: Any) -> ThreadMessage:
    return ThreadMessage(**{f.name: getattr(row, f.name) for f in fields(ThreadMessage)})
