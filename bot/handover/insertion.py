"""Inserting a row at most once, or else changing it, in the same words for SQLite and PostgreSQL.

`ON CONFLICT DO NOTHING` instead of catching the error: on PostgreSQL a failed INSERT would end the caller's whole
transaction. A second transaction that inserts the same key waits for the first, then does nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert the row unless it breaks a unique constraint; True if it was inserted."""
    return bool(connection.execute(_once(connection.dialect, table, tuple(values)), values).rowcount)


def insert_or_update(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], changes: Collection[str]
) -> None:
    """Insert the rows; where a primary key is there already, only the columns of `changes` are set."""
    if rows:
        statement = _module(connection.dialect).insert(table)
        keys, kept = [column.name for column in table.primary_key], {name: statement.excluded[name] for name in changes}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=kept), list(rows))


@lru_cache(maxsize=64)
def _once(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> Any:
    # Compiled here, since SQLAlchemy keeps no compiled statement that has an ON CONFLICT.
    statement = _module(dialect).insert(table).on_conflict_do_nothing()
    return statement.compile(dialect=dialect, column_keys=columns)


def _module(dialect: Dialect) -> Any:
    return postgresql if dialect.name == "postgresql" else sqlite
