"""Receipt codes are counted between the chat processes, and nobody's address is kept for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.chat.attempts import KEPT, SLOTS, UNNAMED, count_attempt, slot_of
from bot.chat.limits import RATES
from bot.database import create_database_engine, transaction
from bot.tables import metadata, receipt_attempts
from tests.chat.running import Door

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
BURST = int(RATES["receipt"].burst)
HOME = {"X-Forwarded-For": "203.0.113.7"}
CODE = {"code": "1234 5678 9012 3456"}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_database_engine(database_url)
    metadata.create_all(made)
    yield made
    made.dispose()


def count(engine: Engine, slot: int, at: datetime) -> int | None:
    with transaction(engine) as connection:
        return count_attempt(connection, slot, at)


def test_a_burst_is_let_through_and_then_one_a_wait_that_doubles(engine: Engine) -> None:
    assert [count(engine, 7, NOON) for _ in range(BURST + 1)] == [None] * BURST + [60]
    assert count(engine, 7, NOON + timedelta(seconds=30)) == 30
    assert count(engine, 7, NOON + timedelta(seconds=60)) is None
    assert count(engine, 7, NOON + timedelta(seconds=60)) == 120


def test_one_slot_does_not_slow_another(engine: Engine) -> None:
    for _ in range(BURST + 3):
        count(engine, 7, NOON)
    assert count(engine, 8, NOON) is None


def test_a_clock_that_is_a_little_behind_makes_nobody_wait(engine: Engine) -> None:
    assert count(engine, 7, NOON) is None
    assert count(engine, 7, NOON - timedelta(seconds=1)) is None


def test_callers_whom_no_proxy_names_have_twenty_times_as_many(engine: Engine) -> None:
    assert [count(engine, UNNAMED, NOON) for _ in range(20 * BURST + 1)].count(None) == 20 * BURST


def test_an_hour_later_nothing_is_left_of_a_slot(engine: Engine) -> None:
    count(engine, 7, NOON)
    count(engine, 8, NOON + KEPT + timedelta(seconds=1))
    with engine.connect() as connection:
        assert connection.execute(select(receipt_attempts.c.slot)).scalars().all() == [8]


def test_a_slot_says_nothing_of_an_address_and_is_another_tomorrow() -> None:
    slots = {slot_of(f"203.0.{third}.{last}", "key", NOON) for third in range(256) for last in range(256)}
    assert max(slots) < SLOTS and min(slots) >= 0
    # As many addresses as slots: many share one, so no slot tells which address it was.
    assert len(slots) < 0.7 * SLOTS
    today = slot_of("203.0.113.7", "key", NOON)
    assert today == slot_of("203.0.113.7", "key", NOON + timedelta(hours=3))
    assert {today} != {slot_of("203.0.113.7", "key", NOON + timedelta(days=day)) for day in range(1, 4)}
    assert {today} != {slot_of("203.0.113.7", f"key {number}", NOON) for number in range(3)}


@pytest.fixture
def doors(tmp_path: Path, database_url: str) -> Iterator[list[Door]]:
    """Two doors to one database."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    running = [Door(tmp_path / name, database_url=database_url) for name in ("one", "two")]
    yield running
    for door in running:
        door.stop()


def test_two_chat_processes_let_no_more_guesses_through_than_one(doors: list[Door]) -> None:
    answers = [doors[n % 2].call("POST", "/api/receipt", json=CODE, headers=HOME) for n in range(BURST + 4)]
    assert [answer.status for answer in answers] == [404] * BURST + [429] * 4
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "112" in answers[-1].text


def test_a_process_that_starts_anew_has_forgotten_nothing(doors: list[Door]) -> None:
    for _ in range(BURST):
        assert doors[0].call("POST", "/api/receipt", json=CODE, headers=HOME).status == 404
    assert doors[1].call("POST", "/api/receipt", json=CODE, headers=HOME).status == 429


def test_what_is_stored_holds_no_address(doors: list[Door]) -> None:
    doors[0].call("POST", "/api/receipt", json=CODE, headers=HOME)
    (row,) = doors[0].rows(receipt_attempts)
    assert set(row._mapping) == {"slot", "remaining", "delay", "at"}
    assert 0 <= row.slot < SLOTS
