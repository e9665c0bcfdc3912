"""Engine and transactions: the database is the only thing the processes share.

SQLite in WAL mode by default, PostgreSQL by URL. Every write goes through `transaction`, which on SQLite takes the
write lock at once (BEGIN IMMEDIATE): a later upgrade of a read lock fails instead of waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

POOLED = 12
# A database that has fallen off the network must be found out before the person's ten seconds are over.
CONNECT_SECONDS = 5
MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class UtcDateTime(TypeDecorator[datetime]):  # type: ignore[misc]
    """Aware UTC in Python, naive UTC in the database: the same on SQLite and PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Refuse a naive time: it would be read as another zone's."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone was about to be stored.")
        return value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=timezone.utc)


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(timezone.utc)


def create_database_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL; parameters never appear in an error (they hold people's words)."""
    engine = create_engine(url, future=True, hide_parameters=True, **_pool(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _pool(url: str) -> dict[str, Any]:
    """SQLAlchemy opens a file of SQLite anew for each transaction: closing the last connection folds the whole log back
    into the file, 11 ms each time (docs/front-door.md). So connections are kept, and may go from thread to thread."""
    if not url.startswith("sqlite"):
        return {"pool_pre_ping": True, "pool_size": POOLED, "connect_args": {"connect_timeout": CONNECT_SECONDS}}
    if url.startswith("sqlite:///") and ":memory:" not in url and url != "sqlite:///":
        kept = {"check_same_thread": False}
        return {"poolclass": QueuePool, "pool_size": POOLED, "max_overflow": POOLED, "connect_args": kept}
    return {}


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction: commits at the end, rolls back on any exception."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading only: takes no write lock on SQLite, leaves nothing behind."""
    with engine.connect().execution_options(reads_only=True) as connection:
        yield connection


def fold_log(engine: Engine) -> None:
    """On SQLite: move what has been committed from the log into the file, without making anybody wait.

    Else whoever commits next does it once the log has grown long: whoever writes much does it for the others.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    finally:
        connection.close()


def migrate(url: str, revision: str = "head") -> None:
    """Bring the schema forward to a revision, by default the newest; safe to repeat."""
    from alembic import command
    from alembic.config import Config

    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, revision)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling is switched off, else it would begin a deferred one before ours.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
