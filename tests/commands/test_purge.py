"""`purge`: once, now, and only under a decision. What is deleted when is tested beside `handover/disposal.py`."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.commands.purge import purge_once
from bot.database import create_database_engine, now, reading, transaction
from bot.settings import PREFIX, Settings
from bot.tables import conversations


@pytest.fixture
def talks(installation: Settings) -> Settings:
    """One talk that is older than the retention time and one that is not."""
    with transaction(create_database_engine(installation.database_url)) as connection:
        for name, days in (("old", 31), ("young", 29)):
            seen = now() - timedelta(days=days)
            connection.execute(insert(conversations).values(id=name, created_at=seen, last_seen_at=seen))
    return installation


def left(settings: Settings) -> set[str]:
    with reading(create_database_engine(settings.database_url)) as connection:
        return set(connection.execute(select(conversations.c.id)).scalars())


def test_without_a_decision_nothing_goes_and_the_setting_is_named(talks: Settings) -> None:
    target = io.StringIO()
    assert purge_once(target) == 1
    assert "VAGVISAREN_DISPOSAL_DECISION" in target.getvalue()
    assert left(talks) == {"old", "young"}


def test_under_a_decision_what_is_old_goes_and_is_counted(talks: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "DISPOSAL_DECISION", "Dnr 2026-17")
    target = io.StringIO()
    assert purge_once(target) == 0
    assert target.getvalue() == "Deleted 1 conversations and 0 cases.\n"
    assert left(talks) == {"young"}


def test_a_second_time_there_is_nothing_left_to_delete(talks: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "DISPOSAL_DECISION", "Dnr 2026-17")
    purge_once(io.StringIO())
    target = io.StringIO()
    assert purge_once(target) == 0
    assert target.getvalue() == "Deleted 0 conversations and 0 cases.\n"
    assert left(talks) == {"young"}
