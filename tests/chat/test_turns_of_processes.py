"""Two chat processes on one PostgreSQL: whose turn it is holds between them, too."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from bot.chat.advisory import AdvisoryLocks
from bot.chat.turns import Turns
from bot.database import create_database_engine
from bot.tables import messages
from tests.chat.running import Door
from tests.chat.standin import answer, message
from tests.databases import POSTGRESQL

# A database of its own for each process stands for nothing; SQLite has one chat process.
ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"


@pytest.fixture
def database_kind() -> str:
    """SQLite has one chat process."""
    return POSTGRESQL


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_database_engine(database_url)
    yield made
    made.dispose()


async def _wait_and_take(first: Turns, second: Turns) -> list[str]:
    said = []

    async def later() -> None:
        async with second.hold("talk", 10) as held:
            said.append(f"second {held}")

    async with first.hold("talk", 10) as held:
        said.append(f"first {held}")
        waiting = asyncio.create_task(later())
        async with second.hold("another talk", 10) as other:
            said.append(f"another {other}")
        said.append("first ends")
    await waiting
    return said


def test_a_turn_that_another_process_has_is_waited_for(engine: Engine) -> None:
    first, second = Turns(AdvisoryLocks(engine)), Turns(AdvisoryLocks(engine))
    assert asyncio.run(_wait_and_take(first, second)) == ["first True", "another True", "first ends", "second True"]


def test_whoever_waits_too_long_is_told_so(engine: Engine) -> None:
    async def run() -> tuple[bool, bool]:
        first, second = Turns(AdvisoryLocks(engine)), Turns(AdvisoryLocks(engine))
        async with first.hold("talk", 5) as held, second.hold("talk", 0.2) as late:
            return held, late

    assert asyncio.run(run()) == (True, False)


def test_many_turns_need_one_connection(engine: Engine) -> None:
    async def run() -> int:
        turns = Turns(AdvisoryLocks(engine))
        ready, go = asyncio.Semaphore(0), asyncio.Event()

        async def talk(number: int) -> None:
            async with turns.hold(str(number), 20) as held:
                assert held
                ready.release()
                await go.wait()

        talks = [asyncio.create_task(talk(number)) for number in range(60)]
        for _ in talks:
            await ready.acquire()
        with engine.connect() as connection:
            holders = connection.execute(text("SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory'"))
            found = int(holders.scalar())
        go.set()
        await asyncio.gather(*talks)
        return found

    assert asyncio.run(run()) == 1


def test_a_lost_connection_gives_its_turns_back_and_is_made_anew(engine: Engine) -> None:
    async def run() -> list[bool]:
        first, second = Turns(AdvisoryLocks(engine)), Turns(AdvisoryLocks(engine))
        async with first.hold("talk", 5) as before:
            with engine.connect() as connection:
                connection.execute(text(f"{ENDED} AND pid <> pg_backend_pid()"))
            # The second one has no connection yet: as a process that is still there when the first one has died.
            async with second.hold("talk", 5) as after:
                pass
        async with first.hold("talk", 5) as again:
            pass
        return [before, after, again]

    assert asyncio.run(run()) == [True, True, True]


@pytest.fixture
def doors(tmp_path: Path, database_url: str) -> Iterator[list[Door]]:
    """Two doors to one database, each with a Rasa of its own."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    running = [Door(tmp_path / name, database_url=database_url, reply_timeout_seconds=9.0) for name in ("one", "two")]
    yield running
    for door in running:
        door.stop()


def test_two_doors_never_work_on_one_talk_at_the_same_time(doors: list[Door]) -> None:
    lock, busy, most = threading.Lock(), Counter[str](), Counter[str]()

    async def slow(body: dict[str, Any]) -> tuple[int, Any]:
        talk = body["conversation_id"]
        with lock:
            busy[talk] += 1
            most[talk] = max(most[talk], busy[talk])
            most["all"] = max(most["all"], busy.total())
        await asyncio.sleep(0.15)
        with lock:
            busy[talk] -= 1
        return answer(message("hej"))

    for door in doors:
        door.rasa.script = slow
    tokens = [doors[0].open(), doors[1].open()]
    with ThreadPoolExecutor(12) as people:
        work = [people.submit(doors[n % 2].say, tokens[n // 2 % 2], f"nummer {n}") for n in range(12)]
        answers = [each.result() for each in work]
    assert [each.text for each in answers] == ["hej"] * 12
    assert most.pop("all") > 1, "the two talks were not worked on at the same time: the test would prove nothing"
    assert set(most.values()) == {1}


def test_the_same_message_at_two_doors_is_answered_once(doors: list[Door]) -> None:
    async def slow(_body: dict[str, Any]) -> tuple[int, Any]:
        await asyncio.sleep(0.3)
        return answer(message("hej"))

    for door in doors:
        door.rasa.script = slow
    token, once = doors[0].open(), str(uuid.uuid4())
    with ThreadPoolExecutor(4) as people:
        work = [people.submit(doors[n % 2].say, token, "hej hej", message_id=once) for n in range(4)]
        answers = [each.result() for each in work]
    assert [each.text for each in answers] == ["hej"] * 4
    assert len(doors[0].rasa.asked) + len(doors[1].rasa.asked) == 1
    assert [row.sender for row in doors[0].rows(messages)] == ["person", "bot"]
