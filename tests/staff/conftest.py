"""An empty database and a running console for every test."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser
from sqlalchemy.engine import Engine

from bot.database import create_database_engine
from bot.settings import Settings
from bot.staff.parts import StaffParts
from bot.staff.sign_in.passwords import Passwords
from bot.tables import metadata
from tests.chromium import running_browser
from tests.staff.busy import fill
from tests.staff.console import CHEAP, KEY, NEEDS, SERVICES, Client, Clock, Console, Running


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


@pytest.fixture
def strict(console: Console) -> Iterator[Console]:
    """A console that requires the second step."""
    settings = dataclasses.replace(console.settings, second_factor="required")
    parts = StaffParts(console.engine, NEEDS, SERVICES, {}, console.clock, Passwords(CHEAP))
    with Running(settings, parts) as running:
        yield Console(console.engine, console.clock, settings, running.base)


@pytest.fixture
def busy(console: Console) -> Console:
    """A console with something to do in it."""
    return fill(console)


@pytest.fixture
def rut(console: Console) -> Client:
    """A reviewer."""
    return console.signed_in(console.person("rut", "reviewer"))


@pytest.fixture
def lo(console: Console) -> Client:
    """A log controller."""
    return console.signed_in(console.person("lo", "log_controller"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a file."""
    with running_browser() as running:
        yield running
