"""Writing together: one commit for many, nobody fails for another, nothing is told before its commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Connection, Engine

from bot.chat.writing import MOST_TOGETHER, Together
from bot.database import create_database_engine, now, reading
from bot.tables import heartbeats, metadata


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_database_engine(f"sqlite:///{tmp_path / 'w.db'}")
    metadata.create_all(made)
    yield made
    made.dispose()


def put(name: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(heartbeats.insert().values(process=name, at=now()))
        return name

    return work


def names(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.execute(select(heartbeats.c.process)).scalars())


def held(writer: Together) -> threading.Event:
    """The thread is busy until the event is set, so that what comes next waits together."""
    go = threading.Event()
    writer.submit(lambda _connection: go.wait(10), soon=True)
    time.sleep(0.2)
    return go


def test_what_waits_is_committed_together_and_each_gets_its_own_answer(engine: Engine) -> None:
    commits: list[Any] = []
    event.listen(engine, "commit", commits.append)
    writer = Together(engine)
    go = held(writer)
    done = [writer.submit(put(f"n{number}"), soon=False) for number in range(MOST_TOGETHER)]
    go.set()
    assert [one.result(10) for one in done] == [f"n{number}" for number in range(MOST_TOGETHER)]
    assert len(names(engine)) == MOST_TOGETHER
    assert len(commits) == 2


def test_one_that_fails_takes_nobody_with_it(engine: Engine) -> None:
    writer = Together(engine)
    go = held(writer)
    before = writer.submit(put("before"), soon=False)
    wrong = writer.submit(lambda _connection: 1 / 0, soon=False)
    after = writer.submit(put("after"), soon=False)
    go.set()
    assert (before.result(10), after.result(10)) == ("before", "after")
    with pytest.raises(ZeroDivisionError):
        wrong.result(10)
    assert names(engine) == {"before", "after"}


def test_work_that_failed_half_way_leaves_nothing(engine: Engine) -> None:
    def half(connection: Connection) -> None:
        put("half")(connection)
        raise RuntimeError

    writer = Together(engine)
    go = held(writer)
    wrong, right = writer.submit(half, soon=False), writer.submit(put("right"), soon=False)
    go.set()
    assert right.result(10) == "right"
    assert isinstance(wrong.exception(10), RuntimeError)
    assert names(engine) == {"right"}


def test_nobody_is_told_before_the_commit(engine: Engine) -> None:
    writer = Together(engine)
    seen: list[set[str]] = []
    done = writer.submit(put("x"), soon=False)
    done.add_done_callback(lambda _: seen.append(names(engine)))
    assert done.result(10) == "x"
    time.sleep(0.1)
    assert seen == [{"x"}]


def test_a_commit_that_fails_is_told_to_each_whose_work_it_held(engine: Engine) -> None:
    def refuse(_connection: Any) -> None:
        raise OSError("disk full")

    writer = Together(engine)
    event.listen(engine, "commit", refuse)
    go = held(writer)
    done = [writer.submit(put(f"n{number}"), soon=False) for number in range(3)]
    go.set()
    assert [type(one.exception(20)) for one in done] == [OSError] * 3
    event.remove(engine, "commit", refuse)
    assert names(engine) == set()


def test_what_ends_a_wait_goes_before_what_begins_one(engine: Engine) -> None:
    order: list[str] = []
    writer = Together(engine)
    go = held(writer)
    done = [
        writer.submit(lambda _connection, name=name: order.append(name), soon=name == "finish")
        for name in ("begin", "begin too", "finish")
    ]
    go.set()
    for one in done:
        one.result(10)
    assert order == ["finish", "begin", "begin too"]
