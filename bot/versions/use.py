"""Which version is in use: the newest row of `model_uses` alone says it. With no row it is the code's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.tables import model_uses

ACTIVATE, ROLL_BACK = "activate", "roll_back"
LONGEST_COMMENT = 500


class UseError(ValueError):
    """Nothing was changed; `code` says why: no_comment, long_comment, colleague or no_former."""

    def __init__(self, code: str) -> None:
        """`code` is a key of the console's words."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Use:
    """One change of the version in use. `before`: the version to go back to from here; None: there is none."""

    id: int
    version: str
    before: str | None
    act: str
    by: str
    at: datetime
    comment: str


@dataclass(frozen=True)
class Change:
    """What a member of staff wants: `seen` is the id of the use that the page showed, 0 for none."""

    by: str
    at: datetime
    comment: str
    seen: int


def read_use(connection: Connection) -> Use | None:
    """The use that counts now; None: nobody has put anything in use."""
    found = read_uses(connection, 1)
    return found[0] if found else None


def read_uses(connection: Connection, most: int = 20) -> Sequence[Use]:
    """The newest changes, newest first."""
    return [_from_row(row) for row in connection.execute(_newest().limit(most))]


def activate(connection: Connection, version: str, change: Change, running: str | None) -> None:
    """Put a version in use; the caller has looked whether it is fit. `running` is what answered before the first use.

    Raises:
        UseError: no or too long a comment, or a colleague was quicker.
    """
    now = _checked(connection, change)
    _add(connection, version, now.version if now else running, ACTIVATE, change)


def roll_back(connection: Connection, change: Change) -> str:
    """Go one step back, and return the version that is in use from now; going on leads further back, not to and fro.

    Raises:
        UseError: as `activate`; no_former: there is nothing to go back to.
    """
    now = _checked(connection, change)
    if now is None or not now.before:
        raise UseError("no_former")
    _add(connection, now.before, _before(connection, now), ROLL_BACK, change)
    return now.before


def was_used(connection: Connection, version: str) -> bool:
    """Whether it is or has been in use."""
    used = select(model_uses.c.id).where((model_uses.c.version == version) | (model_uses.c.before == version))
    return connection.execute(used.limit(1)).first() is not None


def _checked(connection: Connection, change: Change) -> Use | None:
    if not change.comment.strip():
        raise UseError("no_comment")
    if len(change.comment) > LONGEST_COMMENT:
        raise UseError("long_comment")
    now = read_use(connection)
    if (now.id if now else 0) != change.seen:
        raise UseError("colleague")
    return now


def _before(connection: Connection, now: Use) -> str | None:
    """What stood before the version that is gone back to, when that was put in use the last time before now."""
    earlier = _newest().where(model_uses.c.id < now.id, model_uses.c.version == now.before)
    row = connection.execute(earlier.limit(1)).first()
    return None if row is None else _from_row(row).before


def _add(connection: Connection, version: str, before: str | None, act: str, change: Change) -> None:
    # `follows` is unique: of two who press at the same moment the database lets one through.
    said = {"staff_id": change.by, "at": change.at, "comment": " ".join(change.comment.split())}
    kept = {"version": version, "before": before if before != version else None, "act": act, "follows": change.seen}
    connection.execute(insert(model_uses).values(**kept, **said))


def _newest() -> Select:
    return select(model_uses).order_by(model_uses.c.id.desc())


def _from_row(row: object) -> Use:
    names = ("id", "version", "before", "act", "staff_id", "at", "comment")
    return Use(*(getattr(row, name) for name in names))
