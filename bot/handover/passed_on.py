"""What of a talk is passed on: the same lines for the person before they choose and for staff afterwards.

Masked text of the person and the assistant, and nothing of what the machine made of it. What went to a case's thread
stands there and is never part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.handover.record import Case
from bot.tables import messages

TALKERS = ("person", "bot")
TO_STAFF = "thread"
"""The decision that the front door notes on a message that it handed to staff instead of to the assistant."""


@dataclass(frozen=True)
class SharedLine:
    """One message as it is passed on; `masked` are the kinds of what was hidden in it."""

    id: int
    sender: str
    text: str = field(repr=False)
    at: datetime
    masked: tuple[str, ...] = ()


def talk_lines(connection: Connection, conversation_id: str, until: int | None = None) -> list[SharedLine]:
    """What would be passed on of a talk, oldest first; `until` is the id of the last message."""
    own = [messages.c.conversation_id == conversation_id, messages.c.sender.in_(TALKERS)]
    own += [messages.c.id <= until] if until is not None else []
    rows = list(connection.execute(select(messages).where(*own).order_by(messages.c.id)).mappings())
    return [_line(row) for row in without_thread(rows)]


def shared_lines(connection: Connection, case: Case) -> list[SharedLine]:
    """What staff may see of the talk: nothing unless it was shared, and no more than the person saw when choosing."""
    if case.shared != "conversation":
        return []
    lines = talk_lines(connection, case.conversation_id, case.shared_until)
    # A case from before it was kept what the person saw: up to the moment in which they chose.
    return [line for line in lines if case.shared_until is not None or line.at <= case.created_at]


def newest_line(connection: Connection, conversation_id: str) -> int:
    """The id of a talk's newest message; 0 when nothing has been said."""
    newest = select(func.max(messages.c.id)).where(messages.c.conversation_id == conversation_id)
    return int(connection.execute(newest).scalar() or 0)


def without_thread(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of talks with the assistant alone: without what went to staff, and the answers to it."""
    to_staff = {row["id"] for row in rows if (row["understood"] or {}).get("decision") == TO_STAFF}
    return [row for row in rows if row["id"] not in to_staff and row["reply_to"] not in to_staff]


def _line(row: Mapping[str, Any]) -> SharedLine:
    return SharedLine(row["id"], row["sender"], row["text"], row["created_at"], tuple(row["masked"] or ()))
