"""The off switch of the assistant: one row that every process reads, set by an operator with a comment.

Off means that nothing is asked of Rasa. What rules say in danger, the phone numbers, the contact form, the threads with
staff and the receipt page go on working. No row means on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from bot.tables import switches

ASSISTANT = "assistant"
COMMAND_LINE = "command_line"
LONGEST_COMMENT = 500


class SwitchError(ValueError):
    """The switch cannot be set so; `code` is `no_comment` or `long_comment`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Switch:
    """How the switch stands; `by` is the id of a member of staff or `COMMAND_LINE`, `at` is None if never touched."""

    is_off: bool = False
    comment: str = ""
    by: str = ""
    at: datetime | None = None


def read_switch(connection: Connection) -> Switch:
    """How the switch stands now."""
    row = connection.execute(select(switches).where(switches.c.name == ASSISTANT)).first()
    return Switch() if row is None else Switch(row.is_off, row.comment, row.changed_by, row.changed_at)


def set_switch(connection: Connection, off: bool, comment: str, by: str, now: datetime) -> bool:
    """Switch off or on; returns whether that changed anything. The caller records it in the audit, same transaction.

    Raises:
        SwitchError: switching off without a comment, or with one over 500 characters.
    """
    said = " ".join(comment.split())
    if off and not said:
        raise SwitchError("no_comment")
    if len(said) > LONGEST_COMMENT:
        raise SwitchError("long_comment")
    if read_switch(connection).is_off == off:
        return False
    values = {"is_off": off, "comment": said, "changed_by": by, "changed_at": now}
    if not connection.execute(update(switches).where(switches.c.name == ASSISTANT).values(**values)).rowcount:
        connection.execute(insert(switches).values(name=ASSISTANT, **values))
    return True
