"""Shared by all tests: one running installation, started the first time that a test asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import structlog

from tests.databases import database_kind, database_of_module, database_url, postgresql, pytest_generate_tests
from tests.town import Town, running_town

__all__ = ["database_kind", "database_of_module", "database_url", "postgresql", "pytest_generate_tests"]

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")


@pytest.fixture(autouse=True)
def own_log_settings() -> Iterator[None]:
    """Rasa sets up structlog for the whole process; a test after it must still be able to catch its own log lines."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    """The real chat, rasa, actions, staff and relay. Tests that stop a process start it again."""
    with running_town() as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share the running installation go to one worker, so that only one is started; so do browsers."""
    for item in items:
        if "town" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("town"))
        elif "browser" in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("browser"))
