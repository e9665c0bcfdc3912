"""Who is at a case right now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bot.handover.case import Case, open_case
from bot.handover.presence import THERE, arrive, leave, present
from bot.tables import staff
from tests.handover.conftest import NOW, make_hand_over


@pytest.fixture
def case(connection: Connection) -> Case:
    """A case of nobody's."""
    return open_case(connection, make_hand_over(), 24, NOW)


@pytest.fixture(autouse=True)
def people(connection: Connection) -> None:
    """Two members of staff."""
    for name in ("anna", "bo"):
        row = {"id": name, "name": name, "alias": name.title(), "password_hash": "-", "role": "case_worker"}
        connection.execute(insert(staff).values(**row, services=[], created_at=NOW))


def test_whoever_was_seen_last_stands_first(connection: Connection, case: Case) -> None:
    arrive(connection, case.id, "anna", NOW)
    arrive(connection, case.id, "bo", NOW + timedelta(seconds=1))
    arrive(connection, case.id, "anna", NOW + timedelta(seconds=2))
    assert present(connection, case.id, NOW + timedelta(seconds=3)) == ["anna", "bo"]


def test_whoever_gives_no_sign_is_not_there(connection: Connection, case: Case) -> None:
    arrive(connection, case.id, "anna", NOW)
    assert present(connection, case.id, NOW + THERE - timedelta(seconds=1)) == ["anna"]
    assert present(connection, case.id, NOW + THERE) == []


def test_whoever_leaves_is_gone_at_once(connection: Connection, case: Case) -> None:
    arrive(connection, case.id, "anna", NOW)
    leave(connection, case.id, "anna")
    assert present(connection, case.id, NOW) == []
