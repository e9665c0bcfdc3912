from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import insert, select, text

from bot import database
from bot.database import reading, transaction
from bot.handover.heartbeat import beat, is_beating
from bot.handover.relay import create_relay
from bot.handover.rounds import PROCESS, Round, all_alive
from bot.tables import conversations, heartbeats, metadata, outbox

from .conftest import NOW, make_cases
from .running import QUICK, all_in, run_until


def test_a_heartbeat_is_fresh_for_a_while(connection):
    assert not is_beating(connection, "relay", NOW, timedelta(seconds=15))
    for seconds in (0, 5, 10):
        beat(connection, "relay", NOW + timedelta(seconds=seconds))
    assert is_beating(connection, "relay", NOW + timedelta(seconds=25), timedelta(seconds=15))
    assert not is_beating(connection, "relay", NOW + timedelta(seconds=26), timedelta(seconds=15))


def test_a_running_relay_beats(engine, settings):
    def beating() -> bool:
        with reading(engine) as connection:
            return is_beating(connection, PROCESS, database.now(), timedelta(seconds=5))

    run_until(create_relay(settings, engine, pace=QUICK), beating)


def test_a_relay_whose_work_is_stuck_stops_beating():
    async def never() -> bool:
        return False

    healthy, stuck = Round("a", 1, 60, never), Round("b", 1, 60, never, succeeded=-1e9)
    assert all_alive([healthy])
    assert not all_alive([healthy, stuck])


def test_a_relay_that_cannot_deliver_stops_beating(engine, settings):
    class TarPit:
        name = "tar pit"

        async def send(self, _notice) -> None:
            await asyncio.sleep(60)

    async def two_looks(relay) -> list[datetime | None]:
        stop, seen = asyncio.Event(), []
        task = asyncio.create_task(relay.run(stop))
        for _ in range(2):
            await asyncio.sleep(1.2)
            with reading(engine) as connection:
                seen.append(connection.execute(select(heartbeats.c.at)).scalar())
        stop.set()
        await task
        return seen

    make_cases(engine, 1, hours=None)
    stuck = replace(QUICK, alive=0.5, patience=4)
    first, last = asyncio.run(two_looks(create_relay(settings, engine, channels=[TarPit()], pace=stuck)))
    assert first is not None and first == last


def test_a_round_that_fails_is_tried_again_and_counts_as_alive_only_after_success():
    tries = []

    async def fails_twice() -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("disk")
        stop.set()
        return False

    stop = asyncio.Event()
    each = Round("x", 0.01, 60, fails_twice, succeeded=-1e9)
    asyncio.run(asyncio.wait_for(each.repeat(stop), 5))
    assert len(tries) == 3 and each.is_alive()


def test_the_relay_recovers_by_itself_when_the_database_comes_back(engine, settings):
    make_cases(engine, 2, hours=None)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox RENAME TO away"))

    async def outage(relay):
        stop = asyncio.Event()
        task = asyncio.create_task(relay.run(stop))
        await asyncio.sleep(0.5)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO outbox"))
        for _ in range(200):
            if all_in(engine, "sent")():
                break
            await asyncio.sleep(0.05)
        stop.set()
        await task

    asyncio.run(outage(create_relay(settings, engine, pace=QUICK)))
    assert all_in(engine, "sent")()


def test_a_broken_promise_leaves_the_house_by_itself(engine, settings):
    make_cases(engine, 1)
    late = NOW + timedelta(hours=25)
    run_until(create_relay(settings, engine, pace=QUICK, clock=lambda: late), lambda: "deadline_missed" in sent(engine))
    assert sent(engine) == {"new_case", "deadline_missed"}


@pytest.mark.parametrize(
    "moment", ["2026-03-29T01:59:00+01:00", "2026-10-25T02:59:00+02:00", "2028-02-28T23:59:00+01:00"]
)
def test_the_clock_of_the_relay_runs_through_any_night(engine, settings, moment):
    with time_machine.travel(moment, tick=True) as traveller:
        make_cases(engine, 1, now=database.now())
        relay = create_relay(settings, engine, pace=QUICK)
        for hours, kind in (
            (1, "deadline_1h"),
            (3, "deadline_4h"),
            (8, "deadline_12h"),
            (8, "deadline_20h"),
            (4, "deadline_missed"),
        ):
            traveller.shift(timedelta(hours=hours))
            run_until(relay, lambda kind=kind: kind in sent(engine))
    assert len(sent(engine)) == 6


def test_the_relay_deletes_old_talks_under_a_decision(engine, settings):
    with transaction(engine) as connection:
        long_ago = NOW - timedelta(days=99)
        connection.execute(insert(conversations).values(id="old", created_at=long_ago, last_seen_at=long_ago))

    def gone() -> bool:
        with reading(engine) as connection:
            return connection.execute(select(conversations.c.id)).first() is None

    run_until(create_relay(replace(settings, disposal_decision="Dnr 1"), engine, pace=QUICK, clock=lambda: NOW), gone)


def sent(engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.execute(select(outbox.c.kind).where(outbox.c.state == "sent")).scalars())


def test_every_table_of_the_room_exists():
    assert {"cases", "contacts", "thread_messages", "outbox", "heartbeats"} <= set(metadata.tables)
