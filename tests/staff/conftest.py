"""An empty database and a running console for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from bot.database import create_database_engine
from bot.settings import Settings
from bot.staff.parts import StaffParts
from bot.staff.sign_in.passwords import Passwords
from bot.tables import metadata
from tests.staff.console import CHEAP, KEY, NEEDS, SERVICES, Clock, Console, Running


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty schema."""
    made = create_database_engine(database_url)
    metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """As in a local run: demo mode, plain HTTP."""
    keys = (Fernet.generate_key().decode(),)
    own = {"database_url": database_url, "data_directory": tmp_path}
    return Settings("inner", KEY, keys, cookie_secure=False, **own)


@pytest.fixture
def console(engine: Engine, settings: Settings) -> Iterator[Console]:
    """The console, running."""
    clock = Clock()
    parts = StaffParts(engine, NEEDS, SERVICES, {"jarva": "Järva"}, clock, Passwords(CHEAP))
    with Running(settings, parts) as running:
        yield Console(engine, clock, settings, running.base)
