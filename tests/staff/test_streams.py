"""Streams: what they tell, how many one person may hold, and that they end with the session."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.database import reading, transaction
from bot.handover import thread
from bot.handover.presence import present
from bot.staff.streams import MOST_PER_PERSON, Streams
from bot.staff.web import Stream
from tests.staff.console import NOW, Client, Console

DEADLINE = 60


@pytest.fixture
def siv_id(console: Console) -> str:
    return console.person("siv", "case_worker", "exit_programme")


@pytest.fixture
def siv(console: Console, siv_id: str) -> Client:
    return console.signed_in(siv_id)


async def event_of(answer: aiohttp.ClientResponse, *names: str) -> tuple[str, Any]:
    """The next event with one of the names."""
    while True:
        block = (await asyncio.wait_for(answer.content.readuntil(b"\n\n"), DEADLINE)).decode()
        lines = dict(line.split(": ", 1) for line in block.strip().split("\n") if not line.startswith(":"))
        if lines.get("event") in names:
            return lines["event"], json.loads(lines["data"])


def follow(client: Client, path: str, work: Callable[[aiohttp.ClientResponse], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        headers = {"Cookie": f"staff={client.cookies['staff']}"}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers=headers) as session,
            session.get(client.base + path) as answer,
        ):
            assert answer.content_type == "text/event-stream"
            return await work(answer)

    return asyncio.run(run())


def test_the_queue_tells_of_a_new_case_and_never_which(console: Console, siv: Client) -> None:
    case = console.case("1")

    async def work(answer: aiohttp.ClientResponse) -> None:
        _, first = await event_of(answer, "changed")
        console.clock.move(seconds=1)
        console.case("2")
        _, second = await event_of(answer, "changed")
        assert second["news"] > first["news"] and second["state"] != first["state"]
        assert case.id not in json.dumps(second) and case.reference not in json.dumps(second)

    follow(siv, "/arenden/strom", work)


def test_the_page_and_the_stream_agree_on_how_things_stand(console: Console, siv: Client) -> None:
    case = console.case("1")
    for page, stream in (("/arenden", "/arenden/strom"), (f"/arenden/{case.id}", f"/arenden/{case.id}/strom")):
        shown = siv.get(page).page.select_one("#live")
        _, told = follow(siv, stream, lambda answer: event_of(answer, "changed"))
        assert (shown["data-state"], int(shown["data-news"])) == (told["state"], told["news"])


def test_a_case_tells_of_a_message_and_shows_colleagues_who_is_there(
    console: Console, siv: Client, siv_id: str
) -> None:
    case = console.case("1")

    def there() -> list[str]:
        with reading(console.engine) as connection:
            return present(connection, case.id, console.clock.now)

    async def work(answer: aiohttp.ClientResponse) -> None:
        _, first = await event_of(answer, "changed")
        assert there() == [siv_id]
        with transaction(console.engine) as connection:
            thread.post(connection, case.id, "person", "Hej", NOW)
        _, second = await event_of(answer, "changed")
        assert second["news"] > first["news"]

    follow(siv, f"/arenden/{case.id}/strom", work)

    async def gone() -> None:
        for _ in range(DEADLINE * 10):
            if not there():
                return
            await asyncio.sleep(0.1)
        raise AssertionError("whoever has closed the page is still shown as there")

    asyncio.run(gone())


def test_whoever_has_the_case_behind_another_page_is_not_there(console: Console, siv: Client) -> None:
    case = console.case("1")

    async def work(answer: aiohttp.ClientResponse) -> None:
        await event_of(answer, "changed")
        with reading(console.engine) as connection:
            assert present(connection, case.id, console.clock.now) == []

    follow(siv, f"/arenden/{case.id}/strom?dold=1", work)


@pytest.mark.parametrize("how", ["idle", "signed out", "account closed"])
def test_a_stream_ends_with_its_session(console: Console, siv: Client, how: str) -> None:
    async def work(answer: aiohttp.ClientResponse) -> None:
        await event_of(answer, "changed")
        if how == "idle":
            console.clock.move(minutes=31)
        else:
            change = (
                "DELETE FROM staff_sessions" if how == "signed out" else "UPDATE staff SET disabled_at = created_at"
            )
            with console.engine.begin() as connection:
                connection.exec_driver_sql(change)
        # The move of the clock may draw the list anew first.
        assert (await event_of(answer, "ended"))[0] == "ended"
        assert await asyncio.wait_for(answer.content.read(), DEADLINE) == b""

    follow(siv, "/arenden/strom", work)


def test_a_case_that_has_gone_to_another_unit_is_no_longer_followed(console: Console, siv: Client) -> None:
    case = console.case("1")

    async def work(answer: aiohttp.ClientResponse) -> None:
        await event_of(answer, "changed")
        with console.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE cases SET service = 'mini_maria'")
        await event_of(answer, "ended")

    follow(siv, f"/arenden/{case.id}/strom", work)


def test_a_stream_of_another_units_case_is_refused_and_recorded(console: Console, siv: Client) -> None:
    other = console.case(service="mini_maria", need="substance_use")
    assert siv.get(f"/arenden/{other.id}/strom").status == siv.get(f"/arenden/{other.id}/nu").status == 404
    assert len(console.log(action="refused", case_id=other.id)) == 2


class Quiet:
    """A follower whose state stands still until it is set."""

    def __init__(self) -> None:
        self.state: str | None = "1"
        self.left = 0

    def look(self, _now: Any) -> str | None:
        return self.state

    def leave(self) -> None:
        self.left += 1


def test_a_fifth_stream_ends_the_oldest_and_says_so() -> None:
    async def run() -> None:
        streams, quiet = Streams(lambda: NOW, look_seconds=0.02), Quiet()
        every = [streams.follow(Stream("siv", str(number), quiet)) for number in range(MOST_PER_PERSON + 1)]
        for one in every:
            assert (await one.__anext__()).startswith("retry:")
            assert "changed" in await one.__anext__()
        assert [event async for event in every[0]] == ["event: full\ndata: {}\n\n"]
        assert streams.count("siv") == MOST_PER_PERSON
        other = streams.follow(Stream("bo", "x", quiet))
        await other.__anext__()
        assert streams.count("bo") == 1
        for one in (*every[1:], other):
            await one.aclose()
        assert streams.count("siv") == streams.count("bo") == 0

    asyncio.run(run())


def test_when_the_process_stops_the_browser_is_to_come_back() -> None:
    async def run() -> None:
        streams = Streams(lambda: NOW, look_seconds=0.02)
        one = streams.follow(Stream("siv", "x", Quiet()))
        await one.__anext__()
        await one.__anext__()
        streams.stop()
        assert [event async for event in one if event.startswith("event")] == []

    asyncio.run(run())


def test_whoever_has_the_same_case_open_twice_is_there_until_both_are_closed() -> None:
    async def run() -> None:
        streams, quiet = Streams(lambda: NOW, look_seconds=0.02), Quiet()
        first, second = (streams.follow(Stream("siv", "case", quiet)) for _ in range(2))
        await first.__anext__()
        await second.__anext__()
        await first.aclose()
        await asyncio.sleep(0.1)
        assert quiet.left == 0
        await second.aclose()
        for _ in range(100):
            if quiet.left:
                break
            await asyncio.sleep(0.05)
        assert quiet.left == 1

    asyncio.run(run())
