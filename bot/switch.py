"""The off switches: of the assistant, and of each service. Rows that every process reads, set with a comment.

The assistant off means that nothing is asked of Rasa. What rules say in danger, the phone numbers, the contact form,
the threads with staff and the receipt page go on working. A service off takes no new cases; those that it has go on as
before. No row means on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from bot.tables import switches

ASSISTANT = "assistant"
OF_SERVICE = "service:"
COMMAND_LINE = "command_line"
LONGEST_COMMENT = 500
# Asked with every message, so they stand ready.
_OF_NAME = select(switches).where(switches.c.name == bindparam("wanted"))
_SERVICES_OFF = select(switches).where(switches.c.is_off, switches.c.name.startswith(OF_SERVICE))


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


def name_of(service: str) -> str:
    """The switch of a service."""
    return f"{OF_SERVICE}{service}"


def read_switch(connection: Connection, name: str = ASSISTANT) -> Switch:
    """How the switch stands now."""
    row = connection.execute(_OF_NAME, {"wanted": name}).first()
    return Switch() if row is None else _from_row(row)


def services_off(connection: Connection) -> dict[str, Switch]:
    """Id of each service that takes no new cases just now → how its switch stands."""
    rows = connection.execute(_SERVICES_OFF)
    return {row.name.removeprefix(OF_SERVICE): _from_row(row) for row in rows}


def set_switch(connection: Connection, off: bool, comment: str, by: str, now: datetime, name: str = ASSISTANT) -> bool:
    """Switch off or on; returns whether that changed anything. The caller records it in the audit, same transaction.

    Raises:
        SwitchError: switching off without a comment, or with one over 500 characters.
    """
    said = " ".join(comment.split())
    if off and not said:
        raise SwitchError("no_comment")
    if len(said) > LONGEST_COMMENT:
        raise SwitchError("long_comment")
    if read_switch(connection, name).is_off == off:
        return False
    values = {"is_off": off, "comment": said, "changed_by": by, "changed_at": now}
    if not connection.execute(update(switches).where(switches.c.name == name).values(**values)).rowcount:
        connection.execute(insert(switches).values(name=name, **values))
    return True


def _from_row(row: Any) -> Switch:
    return Switch(row.is_off, row.comment, row.changed_by, row.changed_at)
