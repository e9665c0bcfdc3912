"""An installation of its own for every test: an empty database and secrets, named by the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.database import create_database_engine
from bot.settings import PREFIX, Settings
from bot.tables import metadata


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
