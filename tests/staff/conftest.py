"""A real SQLite file and a running console for every test.

With VAGVISAREN_TEST_DATABASE_URL set to an empty PostgreSQL database, the same tests run there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from bot.database import create_database_engine
from bot.settings import Settings
from bot.staff.parts import StaffParts
from bot.staff.passwords import Passwords
from bot.tables import metadata
from tests.staff.console import CHEAP, KEY, NEEDS, SERVICES, Clock, Console, Running


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where this test's database lies."""
    return os.environ.get("VAGVISAREN_TEST_DATABASE_URL") or f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on an empty schema."""
    made = create_database_engine(url)
    metadata.drop_all(made)
    metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def settings(url: str) -> Settings:
    """As in a local run: demo mode, plain HTTP."""
    keys = (Fernet.generate_key().decode(),)
    return Settings("inner", KEY, keys, database_url=url, cookie_secure=False)


@pytest.fixture
def console(engine: Engine, settings: Settings) -> Iterator[Console]:
    """The console, running."""
    clock = Clock()
    parts = StaffParts(engine, NEEDS, SERVICES, {"jarva": "Järva"}, clock, Passwords(CHEAP))
    with Running(settings, parts) as running:
        yield Console(engine, clock, settings, running.base)
