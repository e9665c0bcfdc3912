"""Inserting a row at most once, in the same words for SQLite and PostgreSQL.

`ON CONFLICT DO NOTHING` instead of catching the error: on PostgreSQL a failed INSERT would end the caller's whole
transaction. A second transaction that inserts the same key waits for the first, then does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert the row unless it breaks a unique constraint; True if it was inserted."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    return bool(connection.execute(statement).rowcount)
