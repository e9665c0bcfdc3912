from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import structlog
import time_machine
from aiohttp import web
from sqlalchemy import insert, select, text

from bot import database
from bot.database import reading, transaction
from bot.handover.notices.heartbeat import beat, is_beating
from bot.handover.notices.relay import create_relay
from bot.handover.notices.rounds import PROCESS, Round, all_alive
from bot.settings import SettingsError
from bot.tables import conversations, heartbeats, metadata, outbox

from .conftest import NOW, make_cases
from .running import QUICK, all_in, run_until
from .servers import certificate, hook_server


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

    make_cases(engine, 1, now=database.now(), hours=None)
    stuck = replace(QUICK, alive=0.5, patience=4)
    first, last = asyncio.run(two_looks(create_relay(settings, engine, channels=[TarPit()], pace=stuck)))
    assert first is not None and first == last


class Outside:
    """An outside monitor: counts the calls and answers as told."""

    def __init__(self, status: int = 200) -> None:
        self.status, self.calls, self.asked = status, 0, []

    async def handle(self, request: web.Request) -> web.Response:
        self.calls += 1
        self.asked.append((request.method, request.path))
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


EAGER = replace(QUICK, monitor=0.05)


def test_the_outside_monitor_is_told_again_and_again(engine, settings):
    outside = Outside()
    with hook_server(outside) as url:
        relay = create_relay(replace(settings, monitor_url=url), engine, pace=EAGER)
        run_until(relay, lambda: outside.calls >= 3)
    assert set(outside.asked) == {("GET", "/hook")}


def test_the_outside_monitor_hears_nothing_from_a_relay_whose_work_is_stuck(engine, settings):
    class TarPit:
        name = "tar pit"

        async def send(self, _notice) -> None:
            await asyncio.sleep(60)

    async def silence(relay) -> tuple[int, int]:
        stop = asyncio.Event()
        task = asyncio.create_task(relay.run(stop))
        while not outside.calls:
            await asyncio.sleep(0.01)
        await asyncio.sleep(2.5)
        heard = outside.calls
        await asyncio.sleep(0.5)
        stop.set()
        later = outside.calls
        await task
        return heard, later

    make_cases(engine, 1, now=database.now(), hours=None)
    outside, stuck = Outside(), replace(EAGER, alive=2, patience=8)
    with hook_server(outside) as url:
        used = replace(settings, monitor_url=url)
        heard, later = asyncio.run(silence(create_relay(used, engine, channels=[TarPit()], pace=stuck)))
    assert heard == later > 0


@pytest.mark.parametrize("fault", ["away", "certificate", "refusing", "redirecting"])
def test_a_monitor_that_fails_disturbs_nothing_and_its_address_stays_out_of_the_log(engine, settings, tmp_path, fault):
    outside = Outside({"refusing": 500, "redirecting": 302}.get(fault, 200))
    server = certificate(tmp_path)[0] if fault == "certificate" else None
    make_cases(engine, 2, now=database.now(), hours=None)
    with hook_server(outside, server) as url, structlog.testing.capture_logs() as logs:
        address = "http://127.0.0.1:1/s3cret" if fault == "away" else f"{url}/s3cret"
        relay = create_relay(replace(settings, monitor_url=address), engine, pace=EAGER)
        run_until(relay, lambda: all_in(engine, "sent")() and any("monitor" in line["event"] for line in logs))
    assert "s3cret" not in str(logs)
    assert all(path.endswith("/s3cret") for _, path in outside.asked)


@pytest.mark.parametrize("address", ["http://ping.test/s3cret", "ftp://x", "ping"])
def test_a_monitor_without_tls_is_refused_at_the_start(engine, settings, address):
    with pytest.raises(SettingsError, match="MONITOR_URL") as caught:
        create_relay(replace(settings, monitor_url=address), engine)
    assert "s3cret" not in str(caught.value)


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
    make_cases(engine, 2, now=database.now(), hours=None)
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
