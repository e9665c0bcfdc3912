"""A running door for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chat.running import Door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """The chat app, its database and the stand-in for Rasa."""
    running = Door(tmp_path)
    yield running
    running.stop()
