"""What a case is: the values, and finding one. What is done with cases stands in `case.py` and `progress.py`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.tables import cases

Channel = Literal["receipt", "callback"]
Shared = Literal["topic", "summary", "conversation"]
How = Literal["phone", "thread", "meeting", "mail"]

OPEN = ("open", "taken", "contacted")


class CaseError(ValueError):
    """What was asked does not fit the case; `code`: `unknown`, `taken`, `over`, `open`, `how` or `stopped`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class HandOver:
    """What a conversation wants to pass on. `message_id` is the page's id of the message that asked for it.

    `shared_until`: id of the last message that the person saw among what is passed on, where the talk is shared.

    Raises:
        ValueError: `channel` or `shared` is unknown, or an id is empty.
    """

    conversation_id: str
    message_id: str
    service: str
    need: str
    district: str | None
    channel: Channel
    acute: bool = False
    shared: Shared = "topic"
    summary: str | None = field(default=None, repr=False)
    shared_until: int | None = None

    def __post_init__(self) -> None:
        """Never trust the caller: an assistant's validation may have failed open before this point."""
        if self.channel not in get_args(Channel) or self.shared not in get_args(Shared):
            raise ValueError("A hand-over names an unknown channel or an unknown choice of what is shared.")
        if not (self.conversation_id and self.message_id and self.service and self.need):
            raise ValueError("A hand-over lacks its conversation, message, service or need.")


@dataclass(frozen=True)
class Case:
    """One row of `cases`. `due_at` is None where nothing is promised; `summary` only where the person shared one.

    `stopped_at`: the person has asked not to be contacted.
    """

    id: str
    reference: str
    conversation_id: str
    message_id: str
    service: str
    need: str
    district: str | None
    channel: str
    shared: str
    summary: str | None = field(repr=False)
    shared_until: int | None
    acute: bool
    state: str
    created_at: datetime
    due_at: datetime | None
    taken_by: str | None
    taken_at: datetime | None
    contacted_by: str | None
    contacted_at: datetime | None
    contacted_how: str | None
    closed_by: str | None
    closed_at: datetime | None
    outcome: str | None
    receipt_hash: str | None
    receipt_until: datetime | None
    crowd: str | None
    registered_at: datetime | None
    stopped_at: datetime | None
    given_back_at: datetime | None

    @property
    def may_contact(self) -> bool:
        """Whether the contact details may be opened: not once the person has taken the case back or said stop."""
        return self.state != "withdrawn" and self.stopped_at is None


def find_case(connection: Connection, conversation_id: str, message_id: str) -> Case | None:
    """The case that this message of this conversation opened, if it did."""
    same = (cases.c.conversation_id == conversation_id, cases.c.message_id == message_id)
    return first(connection, *same)


def get_case(connection: Connection, case_id: str) -> Case:
    """The case.

    Raises:
        CaseError: `unknown`.
    """
    found = first(connection, cases.c.id == case_id)
    if found is None:
        raise CaseError("unknown")
    return found


def first(connection: Connection, *conditions: object) -> Case | None:
    """The first case that meets the conditions."""
    row = connection.execute(select(cases).where(*conditions)).first()
    return None if row is None else from_row(row)


def from_row(row: Any) -> Case:
    """A database row as a value."""
    return Case(**{f.name: getattr(row, f.name) for f in fields(Case)})
