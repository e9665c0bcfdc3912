"""An installation of its own for every test: an empty database and secrets, named by the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.database import create_database_engine
from bot.settings import PREFIX, Settings
from bot.tables import metadata
from tests.commands.lived_in import make_installation
from tests.commands.restoring import settle
from tests.databases import fresh_database


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that a command reads from the environment; nothing of this machine's own run is left in it."""
    values = {
        "INNER_SECRET": "inner",
        "HASH_KEY": "a key for hashes",
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'test.db'}",
        "DATA_DIRECTORY": str(tmp_path),
    }
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)
    settings = Settings.from_environment()
    metadata.create_all(create_database_engine(settings.database_url))
    return settings


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A migrated installation on either database; the commands read its settings from the environment."""
    url = fresh_database(request.getfixturevalue("postgresql")) if request.param == "postgresql" else ""
    return settle(make_installation(tmp_path, url), monkeypatch)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """As `town`, on SQLite only: for what does not depend on the database."""
    return settle(make_installation(tmp_path), monkeypatch)
