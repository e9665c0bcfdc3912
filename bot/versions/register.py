"""The versions that are known: one row each, written in one transaction when everything about it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from bot.tables import models
from bot.versions.made_from import short_name


@dataclass(frozen=True)
class Version:
    """A trained model. `figures` are those of `bot.commands.evaluation.gate.accepted_of`; None: not measured.

    `passed`: what the gate said, None when it was not asked; `reasons` are what it had against it, as plain JSON.
    """

    name: str
    trained_at: datetime
    trained_by: str
    code: str
    digest: str
    figures: Mapping[str, Any] | None = None
    compared_with: str | None = None
    passed: bool | None = None
    reasons: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    @property
    def short(self) -> str:
        """As people call it."""
        return short_name(self.name)


def read_versions(connection: Connection, most: int = 50) -> list[Version]:
    """The newest versions, newest first."""
    newest = select(models).order_by(models.c.trained_at.desc(), models.c.version).limit(most)
    return [_from_row(row) for row in connection.execute(newest).mappings()]


def find_version(connection: Connection, name: str | None) -> Version | None:
    """One version, or None."""
    row = connection.execute(select(models).where(models.c.version == (name or ""))).mappings().first()
    return None if row is None else _from_row(row)


def keep_version(connection: Connection, version: Version) -> None:
    """Write a version, in place of an older row of the same name."""
    values = _values(version)
    if not connection.execute(update(models).where(models.c.version == version.name).values(**values)).rowcount:
        connection.execute(insert(models).values(version=version.name, **values))


def _values(version: Version) -> dict[str, Any]:
    names = ("trained_at", "trained_by", "code", "digest", "figures", "compared_with", "passed")
    return {name: getattr(version, name) for name in names} | {"reasons": [dict(one) for one in version.reasons]}


def _from_row(row: Mapping[str, Any]) -> Version:
    return Version(name=row["version"], **{name: row[name] for name in row if name != "version"})
