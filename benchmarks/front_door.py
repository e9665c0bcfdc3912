"""How the front door holds: 500 people in a talk at once, then three floods, with another person's p95 beside them.

    .venv/bin/python benchmarks/front_door.py             # the real five processes, the trained model
    .venv/bin/python benchmarks/front_door.py --stand-in  # the real chat process, a stand-in for Rasa (says so)

Prints figures; docs/front-door.md says what they were and on which machine. An answer that says "just nu kan jag inte
svara" counts as an error, whatever its status.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.sentences import Sentences  # noqa: E402

DEGRADED = Sentences.load("demo").text("utter_door_degraded")
# What a person sends one after the other; every talk begins somewhere else in the row.
SAID = (
    "hej",
    "min son är 15 och röker på varje dag",
    "vi bor i farsta",
    "vad kostar det?",
    "hur går det till?",
    "min brorsa vill hoppa av men han vågar inte ringa",
    "vad finns det för föräldrakurser?",
    "kan jag vara anonym?",
)
FLOOD_SECONDS = 15


@dataclass
class Figures:
    """Seconds of every call that came out well, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def fail(self, what: str) -> None:
        """Count one that did not."""
        self.errors[what] = self.errors.get(what, 0) + 1

    def share(self, percent: int) -> float:
        """The seconds that so many per cent stayed below."""
        return statistics.quantiles(self.seconds, n=100)[percent - 1] if len(self.seconds) > 1 else float("nan")

    def __str__(self) -> str:
        """One line."""
        times = f"p50 {self.share(50):.3f} s  p95 {self.share(95):.3f} s  max {max(self.seconds, default=0):.3f} s"
        return f"{len(self.seconds)} answers  {times}  errors {sum(self.errors.values())} {self.errors or ''}"


@dataclass
class Person:
    """Someone with an address and a talk of their own; a proxy on this machine tells the door the address."""

    http: aiohttp.ClientSession
    url: str
    token: str = ""
    address: str = field(default_factory=lambda: str(uuid.uuid4().int % 2**32 % 3_700_000_000))

    async def arrive(self, figures: Figures | None = None) -> Person:
        """Open a conversation."""
        content = await self._timed(figures, "/api/conversations", {})
        self.token = content.get("token", "")
        return self

    async def say(self, text: str, figures: Figures) -> None:
        """Send a message and wait for its answer."""
        await self._timed(figures, "/api/messages", {"id": str(uuid.uuid4()), "text": text})

    async def _timed(self, figures: Figures | None, path: str, body: object) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}", "X-Forwarded-For": _dotted(self.address)}
        began = time.perf_counter()
        try:
            async with self.http.post(self.url + path, json=body, headers=headers) as answer:
                content = await answer.json()
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            if figures is not None:
                figures.fail(type(error).__name__)
            return {}
        _count(figures, answer.status, content, time.perf_counter() - began)
        return content


def _count(figures: Figures | None, status: int, content: dict[str, list[dict[str, str]]], seconds: float) -> None:
    if figures is None:
        return
    if status >= 400:
        figures.fail(str(status))
    elif any(message["text"] == DEGRADED for message in content.get("messages", [])):
        figures.fail("degraded")
    else:
        figures.seconds.append(seconds)


def _dotted(number: str) -> str:
    value = int(number)
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


async def talks(http: aiohttp.ClientSession, url: str, count: int, turns: int, pause: float) -> Figures:
    """So many people at once, each reading and typing for `pause` seconds on the average between two messages."""
    figures = Figures()

    async def talk(number: int) -> None:
        await asyncio.sleep(random.uniform(0, pause))
        person = await Person(http, url).arrive(figures)
        for turn in range(turns):
            await asyncio.sleep(random.uniform(0.5, 1.5) * pause)
            await person.say(SAID[(number + turn) % len(SAID)], figures)

    await asyncio.gather(*(talk(number) for number in range(count)))
    return figures


async def all_at_once(http: aiohttp.ClientSession, url: str, count: int) -> Figures:
    """So many messages in the same second: what the queue looks like when nobody pauses."""
    people = [await Person(http, url).arrive() for _ in range(count)]
    figures = Figures()
    await asyncio.gather(*(person.say(SAID[n % len(SAID)], figures) for n, person in enumerate(people)))
    return figures


async def watched(http: aiohttp.ClientSession, url: str, flood: Callable[[], Awaitable[None]] | None) -> Figures:
    """Another person writes about every second while the flood goes on."""
    figures, person = Figures(), await Person(http, url).arrive()
    running = asyncio.ensure_future(flood()) if flood else asyncio.ensure_future(asyncio.sleep(FLOOD_SECONDS))
    turn = 0
    while not running.done():
        await person.say(SAID[turn % len(SAID)], figures)
        turn += 1
        await asyncio.sleep(1.0)
    await running
    return figures


async def megabytes(http: aiohttp.ClientSession, url: str) -> None:
    """Eight callers post a megabyte again and again."""
    until, body = time.monotonic() + FLOOD_SECONDS, b"x" * 1_048_576
    kind = {"Content-Type": "application/json"}

    async def post() -> None:
        while time.monotonic() < until:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with http.post(url + "/api/messages", data=body, headers=kind) as answer:
                    await answer.read()

    await asyncio.gather(*(post() for _ in range(8)))


async def sessions(http: aiohttp.ClientSession, url: str, count: int = 10_000) -> Figures:
    """Ten thousand new sessions from as many addresses, fifty at a time."""
    figures, numbers = Figures(), iter(range(count))

    async def open_some() -> None:
        for _ in numbers:
            await Person(http, url).arrive(figures)

    await asyncio.gather(*(open_some() for _ in range(50)))
    return figures


async def slow_clients(url: str, count: int = 200) -> None:
    """Two hundred connections that send a header line every second and never end."""
    host, port = url.removeprefix("http://").split(":")
    lines = [await asyncio.open_connection(host, int(port)) for _ in range(count)]
    until = time.monotonic() + FLOOD_SECONDS
    for _, writer in lines:
        writer.write(b"POST /api/messages HTTP/1.1\r\nHost: x\r\n")
    while time.monotonic() < until:
        for _, writer in lines:
            with contextlib.suppress(ConnectionError):
                writer.write(b"X-A: b\r\n")
        await asyncio.sleep(1)
    for _, writer in lines:
        writer.close()


async def measure(url: str, options: argparse.Namespace) -> None:
    """Everything, one after the other."""
    limit = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=limit, connector=aiohttp.TCPConnector(limit=0)) as http:
        for text in SAID:  # the first answers of a fresh process are slower
            await (await Person(http, url).arrive()).say(text, Figures())
        people, turns, pause = options.conversations, options.turns, options.pause
        tell(
            f"{people} talks at once, {turns} messages each, {pause:.0f} s between",
            await talks(http, url, people, turns, pause),
        )
        await asyncio.sleep(10)
        tell("another person, nothing else going on", await watched(http, url, None))
        tell("another person during 1 MB bodies", await watched(http, url, lambda: megabytes(http, url)))
        opened: list[Figures] = []

        async def open_all() -> None:
            opened.append(await sessions(http, url))

        tell("another person during 10,000 new sessions", await watched(http, url, open_all))
        tell("the sessions themselves", opened[0])
        tell("another person beside 200 slow clients", await watched(http, url, lambda: slow_clients(url)))
        tell(f"{people} messages in the same second", await all_at_once(http, url, people))


def tell(what: str, figures: Figures) -> None:
    """Print one measurement as soon as it is there."""
    print(f"{what}:\n  {figures}", flush=True)


@contextlib.contextmanager
def served(stand_in: bool) -> Iterator[str]:
    """The address of a door that was started for this."""
    if stand_in:
        from tests.chat.test_killed import Process

        print("Rasa: a stand-in that answers at once")
        with tempfile.TemporaryDirectory() as folder:
            process = Process(Path(folder))
            try:
                yield process.url
            finally:
                process.kill()
    else:
        from tests.town import running_town

        with running_town() as town:
            yield town.chat


def main() -> None:
    """Start, measure, stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stand-in", action="store_true", help="measure the door alone")
    parser.add_argument("--conversations", type=int, default=500)
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument(
        "--pause", type=float, default=20.0, help="seconds between two messages of one person, on average"
    )
    options = parser.parse_args()
    # In the background a shell lets SIGINT be ignored, which every child would inherit and nothing could be stopped.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    with served(options.stand_in) as url:
        asyncio.run(measure(url, options))
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
