"""Shared by all tests: one running installation, started the first time that a test asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.town import Town, running_town

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    """The real chat, rasa, actions, staff and relay. Tests that stop a process start it again."""
    with running_town() as running:
        yield running
