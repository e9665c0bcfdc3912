"""Which tests run on PostgreSQL as well as on SQLite, and the empty database that each of them gets."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.database import create_database_engine, transaction
from bot.tables import metadata
from tests.ports import free_port
from tests.postgresql import PostgreSQL, running_postgresql

SQLITE, POSTGRESQL = "sqlite", "postgresql"
# Everything that reads or writes tables. Of `tests/chat` what touches no table of its own (pages, limits, masking)
# stays on SQLite alone: it would double the time and show nothing new.
ON_BOTH = (
    "tests/handover/",
    "tests/staff/",
    "tests/understanding/test_following.py",
    "tests/understanding/test_tracker.py",
    "tests/test_database.py",
    *(
        f"tests/chat/test_{name}.py"
        for name in (
            "attempts",
            "cases_told",
            "contact",
            "crowds",
            "feedback",
            "forget",
            "forms",
            "killed",
            "messages",
            "receipt_and_thread",
            "session",
            "sensitive",
            "switched",
            "typed",
        )
    ),
)
# A browser sees no difference between two databases.
NOT_IN = ("browser",)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of `ON_BOTH` that asks for a database is run once on each."""
    path = metafunc.definition.nodeid.partition("::")[0]
    if (
        "database_kind" in metafunc.fixturenames
        and path.startswith(ON_BOTH)
        and not any(name in path for name in NOT_IN)
    ):
        metafunc.parametrize("database_kind", [SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.slow)])


@pytest.fixture
def database_kind() -> str:
    """SQLite, unless `pytest_generate_tests` says something else."""
    return SQLITE


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One server for all tests of this run; without one they are skipped, and it is said why."""
    try:
        with running_postgresql(free_port()) as server:
            yield server
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def database_of_module(postgresql: PostgreSQL) -> str:
    """A fresh database for each module."""
    return fresh_database(postgresql)


def fresh_database(server: PostgreSQL) -> str:
    """The URL of a new, empty database."""
    return server.create(f"test_{uuid.uuid4().hex[:12]}")


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> str:
    """A database without a row; whether the tables are there already is for `create_all` to find out."""
    if database_kind == SQLITE:
        return f"sqlite:///{tmp_path / 'test.db'}"
    url: str = request.getfixturevalue("database_of_module")
    _empty(url)
    return url


def _empty(url: str) -> None:
    engine = create_database_engine(url)
    with transaction(engine) as connection:
        # Whatever the test before has left open must not hold a lock.
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))
        there = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
        if set(there) == set(metadata.tables):
            # The audit refuses to be emptied; only a superuser of a test may look away.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE"))
        else:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
