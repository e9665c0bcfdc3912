"""Replies beside stock Rasa: latency, messages a second, a long talk, the start, memory. Same machine, same run.

    .venv/bin/python benchmarks/replies.py                      the whole comparison, into latest.json
    .venv/bin/python benchmarks/replies.py --quick              a look at whether it runs, only printed

Ours is the whole way: front door, masking, transcript on disk, Rasa, actions. The peer is `rasa run` with the default
pipeline on the same messages, the same rules and the same action server, its own SQLite tracker store and its REST
channel. What stock knows is not measured here (benchmarks/understanding.py), so it is trained with one epoch and at
most 100 messages an intent, unless the options say otherwise: they change its weights and make its vocabulary smaller,
which makes it a little faster than it would be, never slower.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]  # a script's own folder is on the path, the project is not

from benchmarks.front_door import SAID  # noqa: E402
from benchmarks.results import LATEST, Line, print_lines, write_lines  # noqa: E402
from benchmarks.stock import StockServer, memory_of, train_stock  # noqa: E402
from tests.town import running_town  # noqa: E402

TURNS = (1, 10, 100, 500)
AROUND = len(SAID)
"""A turn's figure is the median of so many turns from there on: the same messages at each, in another order."""
UNPACED, PACE_SECONDS = 20, 1.1
"""Our door lets one person write some thirty messages at once and then one a second: a long talk keeps to that."""

Say = Callable[[str], Awaitable[None]]
NewTalk = Callable[[aiohttp.ClientSession], Awaitable[Say]]


@dataclass(frozen=True)
class Amounts:
    """How much is measured."""

    talks: int = 40
    at_once: int = 16
    seconds: float = 30
    longest: int = 500


@dataclass(frozen=True)
class Side:
    """What was measured of one of the two: milliseconds, messages a second, seconds, megabytes."""

    latencies: Sequence[float]
    throughput: float
    by_turn: dict[int, float]
    start: float
    megabytes: float


def main() -> int:
    """Measure both; the exit code is 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description="Our replies beside stock Rasa's")
    parser.add_argument("--quick", action="store_true", help="few of everything, only printed")
    parser.add_argument("--epochs", type=int, default=1, help="epochs of stock's DIETClassifier")
    parser.add_argument("--limit", type=int, default=100, help="at most so many of stock's training messages an intent")
    parser.add_argument("--longest", type=int, default=500, help="turns of the long talk, one a second")
    parser.add_argument("--stock", type=Path, help="a model of stock's from an earlier run, instead of training one")
    parser.add_argument("--output", type=Path, default=LATEST)
    options = parser.parse_args()
    amounts = Amounts(4, 4, 5, 10) if options.quick else Amounts(longest=options.longest)
    limit = min(options.limit, 60) if options.quick else options.limit
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="replies-") as folder:
        model = options.stock or _trained(Path(folder), options.epochs, limit)
        ours, stock = _measure_both(Path(folder), amounts, model)
    lines = list(_lines(ours, stock, amounts))
    print_lines(lines)
    if options.quick:
        print("A quick look: not written down.")
    else:
        write_lines(lines, options.output)
    return int(not all(line.met for line in lines))


def _trained(folder: Path, epochs: int, limit: int) -> Path:
    _say(f"stock: training, epochs: {epochs}, messages of an intent: at most {limit} …")
    return train_stock(folder, epochs, limit)


def _measure_both(folder: Path, amounts: Amounts, model: Path) -> tuple[Side, Side]:
    began = time.monotonic()
    with running_town() as town:
        # `make run` says that it is ready when a real message has been answered.
        start = time.monotonic() - began
        _say(f"ours: first answer after {start:.1f} s")
        ours = asyncio.run(_measure(_ours(town.chat), amounts, start, lambda: memory_of(town.process.pid)))
        began = time.monotonic()
        with _stock(folder, model, town.settings.actions_url, town.settings.inner_secret) as server:
            start = time.monotonic() - began
            _say(f"stock: first answer after {start:.1f} s")
            # The action server is ours and runs already; its memory is left out of stock's figure.
            stock = asyncio.run(_measure(_theirs(server.url), amounts, start, server.megabytes))
    return ours, stock


@contextlib.contextmanager
def _stock(folder: Path, model: Path, actions_url: str, secret: str) -> Iterator[StockServer]:
    server = StockServer(folder, model, actions_url, secret)
    try:
        server.wait_for_answer()
        yield server
    finally:
        server.stop()


def _ours(url: str) -> NewTalk:
    async def begin(http: aiohttp.ClientSession) -> Say:
        # One address for each talk, as a proxy would tell it: the door slows down whoever opens many.
        number = uuid.uuid4().int
        address = {"X-Forwarded-For": f"10.{number % 251}.{number // 251 % 251}.{number // 63001 % 251}"}
        token = (await _post(http, f"{url}/api/conversations", {}, address))["token"]
        headers = {**address, "Authorization": f"Bearer {token}"}

        async def say(text: str) -> None:
            answer = await _post(http, f"{url}/api/messages", {"id": str(uuid.uuid4()), "text": text}, headers)
            assert answer["messages"], "our door answered nothing"

        return say

    return begin


def _theirs(url: str) -> NewTalk:
    async def begin(http: aiohttp.ClientSession) -> Say:
        sender = str(uuid.uuid4())

        async def say(text: str) -> None:
            # Stock may answer with an empty list: that is its way of failing, and it is fast. It is counted as it is.
            await _post(http, f"{url}/webhooks/rest/webhook", {"sender": sender, "message": text}, {})

        return say

    return begin


async def _post(http: aiohttp.ClientSession, url: str, body: object, headers: dict[str, str]) -> dict[str, list[str]]:
    async with http.post(url, json=body, headers=headers) as answer:
        answer.raise_for_status()
        content: dict[str, list[str]] = await answer.json()
        return content


async def _measure(begin: NewTalk, amounts: Amounts, start: float, megabytes: Callable[[], float]) -> Side:
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as http:
        await _talks(http, begin, 2)  # the first answers of a fresh process are slower
        latencies = await _talks(http, begin, amounts.talks)
        _say(f"  p50 {statistics.median(latencies):.0f} ms")
        throughput = await _throughput(http, begin, amounts)
        _say(f"  {throughput:.1f} messages a second")
        by_turn = await _long_talk(http, begin, amounts.longest)
        return Side(latencies, throughput, by_turn, start, megabytes())


async def _talks(http: aiohttp.ClientSession, begin: NewTalk, count: int) -> list[float]:
    """One after the other: milliseconds of every reply."""
    found = []
    for _ in range(count):
        say = await begin(http)
        for text in SAID:
            found.append(await _timed(say, text))
    return found


async def _throughput(http: aiohttp.ClientSession, begin: NewTalk, amounts: Amounts) -> float:
    """Replies a second when so many people write without a pause, each waiting for the answer."""
    until, answered = time.monotonic() + amounts.seconds, 0

    async def write() -> None:
        nonlocal answered
        while time.monotonic() < until:
            say = await begin(http)
            for text in SAID:
                await say(text)
                answered += time.monotonic() < until

    await asyncio.gather(*(write() for _ in range(amounts.at_once)))
    return answered / amounts.seconds


async def _long_talk(http: aiohttp.ClientSession, begin: NewTalk, longest: int) -> dict[int, float]:
    """Milliseconds at each of TURNS of one talk."""
    say, times = await begin(http), []
    for turn in range(longest + AROUND):
        if turn >= UNPACED:
            await asyncio.sleep(PACE_SECONDS)
        times.append(await _timed(say, SAID[turn % len(SAID)]))
    return {turn: statistics.median(times[turn - 1 : turn - 1 + AROUND]) for turn in TURNS if turn <= longest}


async def _timed(say: Say, text: str) -> float:
    began = time.perf_counter()
    await say(text)
    return (time.perf_counter() - began) * 1000


def _lines(ours: Side, stock: Side, amounts: Amounts) -> Iterator[Line]:
    ours_p50, stock_p50 = statistics.median(ours.latencies), statistics.median(stock.latencies)
    yield Line("replies: p50, ms", ours_p50, stock_p50, bound=stock_p50 / 4)
    yield Line("replies: p95, ms", _p95(ours.latencies), _p95(stock.latencies))
    yield Line("replies: messages a second", ours.throughput, stock.throughput, True, bound=5 * stock.throughput)
    for turn in (turn for turn in TURNS if turn <= amounts.longest):
        yield Line(f"replies: at turn {turn}, ms", ours.by_turn[turn], stock.by_turn[turn])
    first, last = ours.by_turn[1], ours.by_turn[max(ours.by_turn)]
    yield Line(f"growth: turn {max(ours.by_turn)} beside turn 1, ms", last, first, bound=1.5 * first, against=False)
    yield Line("replies: start to the first answer, s", ours.start, stock.start, bound=stock.start / 2)
    yield Line("replies: memory of all processes, MB", ours.megabytes, stock.megabytes)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
