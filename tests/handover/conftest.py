"""An empty database for every test, and cases to put in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import Connection, Engine

from bot.database import create_database_engine, transaction
from bot.handover.case import Case, HandOver, open_case
from bot.settings import Settings
from bot.tables import metadata

NOW = datetime(2026, 11, 22, 13, 5, tzinfo=timezone.utc)
KEY = "a key for hashes"


@pytest.fixture
def url(database_url: str) -> str:
    """Where this test's database lies."""
    return database_url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on an empty schema."""
    made = create_database_engine(url)
    metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at the end of the test."""
    with transaction(engine) as opened:
        yield opened


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    """Settings without any way out."""
    own = {"database_url": url, "data_directory": tmp_path, "staff_url": "https://staff.test"}
    return Settings("inner", KEY, (Fernet.generate_key().decode(),), **own)


@pytest.fixture
def wanted() -> Callable[..., HandOver]:
    """A maker of hand-overs; whatever a test does not care about is filled in."""
    return make_hand_over


def make_hand_over(**changes: Any) -> HandOver:
    """To the exit programme, answered by receipt, unless told otherwise."""
    usual: dict[str, Any] = {"conversation_id": "c" * 32, "message_id": "m1", "service": "exit_programme"}
    return HandOver(**{**usual, "need": "leave_crime", "district": None, "channel": "receipt", **changes})


def make_cases(engine: Engine, count: int, now: datetime = NOW, hours: int | None = 24, **changes: Any) -> list[Case]:
    """So many cases of different messages, committed."""
    with transaction(engine) as connection:
        wishes = [make_hand_over(message_id=f"m{number}", **changes) for number in range(count)]
        return [open_case(connection, wish, hours, now) for wish in wishes]
