"""A running door for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chat.running import Door


@pytest.fixture
def door(tmp_path: Path, database_url: str) -> Iterator[Door]:
    """The chat app, its database and the stand-in for Rasa."""
    # Some tests look into the file of SQLite: its name is the door's own.
    changes = {} if database_url.startswith("sqlite") else {"database_url": database_url}
    running = Door(tmp_path, **changes)
    yield running
    running.stop()


@pytest.fixture
def patient_door(tmp_path: Path) -> Iterator[Door]:
    """As `door`, with patience: on a busy machine what is understood must not be lost to a time-out."""
    running = Door(tmp_path, reply_timeout_seconds=8.0)
    yield running
    running.stop()
