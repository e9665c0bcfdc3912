"""Migrations and tables agree; transactions behave."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from bot.database import create_database_engine, migrate, now, reading, transaction
from bot.tables import conversations, heartbeats, messages, metadata, talks
from bot.triggers import WORDS
from tests.databases import SQLITE, fresh_database


@pytest.fixture
def url(database_url: str) -> str:
    migrate(database_url)
    return database_url


def test_migrations_make_the_tables_of_the_code(url: str) -> None:
    with create_database_engine(url).connect() as connection:
        # The index of words and what SQLite keeps for it are no tables of ours; the next test looks at them.
        ours = {"compare_type": False, "include_name": lambda name, *_: not str(name).startswith(WORDS)}
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, metadata) == []


TRIGGERS = {
    "sqlite": f"SELECT type, name, sql FROM sqlite_master WHERE type = 'trigger' OR name = '{WORDS}' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


@pytest.fixture
def another_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> str:
    """An empty database of the same kind."""
    if database_kind == SQLITE:
        return f"sqlite:///{tmp_path / 'another.db'}"
    return fresh_database(request.getfixturevalue("postgresql"))


def test_migrations_make_the_triggers_of_the_code(url: str, another_url: str) -> None:
    """A migration that builds a table anew loses its triggers on SQLite: then it must make them again."""
    made = create_database_engine(another_url)
    metadata.create_all(made)
    found = []
    for engine in (create_database_engine(url), made):
        with reading(engine) as connection:
            found.append(connection.execute(text(TRIGGERS[engine.dialect.name])).all())
    assert found[0] == found[1] != []


def test_migrating_twice_changes_nothing(url: str) -> None:
    before = inspect(create_database_engine(url)).get_table_names()
    migrate(url)
    assert inspect(create_database_engine(url)).get_table_names() == before


def test_rows_of_the_first_schema_are_kept_by_the_migrations_after_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    migrate(url, "0001")
    engine = create_database_engine(url)
    with transaction(engine) as connection:
        times = "'2026-11-22 10:00:00'"
        connection.execute(
            text(f"INSERT INTO conversations (id, created_at, last_seen_at, is_test) VALUES ('a', {times}, {times}, 0)")
        )
        connection.execute(
            text(
                "INSERT INTO messages (conversation_id, sender, text, masked, choices, created_at) "
                f"VALUES ('a', 'bot', 'Hej', '[]', '[]', {times})"
            )
        )
    migrate(url)
    with reading(engine) as connection:
        assert [(row.text, row.feedback) for row in connection.execute(select(messages))] == [("Hej", None)]
        assert [(row.conversation_id, row.stale) for row in connection.execute(select(talks))] == [("a", True)]


def test_a_talk_has_its_line_from_its_first_moment_and_loses_it_with_the_talk(url: str) -> None:
    engine, at = create_database_engine(url), now()
    with transaction(engine) as connection:
        connection.execute(conversations.insert().values(id="a", created_at=at, last_seen_at=at, is_test=True))
        connection.execute(conversations.insert().values(id="b", created_at=at, last_seen_at=at, case_id="x"))
        rows = connection.execute(select(talks.c.conversation_id, talks.c.is_test)).all()
        connection.execute(conversations.delete())
        assert (rows, connection.execute(select(talks)).all()) == ([("a", True)], [])


def test_a_failed_transaction_leaves_nothing(url: str) -> None:
    engine = create_database_engine(url)
    with pytest.raises(RuntimeError), transaction(engine) as connection:
        connection.execute(heartbeats.insert().values(process="x", at=now()))
        raise RuntimeError
    with reading(engine) as connection:
        assert connection.execute(select(heartbeats)).all() == []


def test_times_come_back_aware_and_in_utc(url: str) -> None:
    engine = create_database_engine(url)
    at = datetime(2026, 3, 29, 1, 30, tzinfo=timezone.utc)
    with transaction(engine) as connection:
        connection.execute(heartbeats.insert().values(process="x", at=at))
    with reading(engine) as connection:
        assert connection.execute(select(heartbeats.c.at)).scalar_one() == at


def test_a_time_without_a_zone_is_refused(url: str) -> None:
    with pytest.raises(Exception, match="without a zone"), transaction(create_database_engine(url)) as connection:
        connection.execute(heartbeats.insert().values(process="x", at=datetime(2026, 1, 1)))


def test_writers_wait_for_each_other(url: str) -> None:
    engine = create_database_engine(url)

    def write(number: int) -> None:
        for index in range(20):
            with transaction(engine) as connection:
                connection.execute(heartbeats.insert().values(process=f"{number}-{index}", at=now()))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert len(connection.execute(select(heartbeats)).all()) == 80
