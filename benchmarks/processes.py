"""One, two and four rasa processes on one PostgreSQL: messages a second through the inner channel.

    .venv/bin/python benchmarks/processes.py             into latest.json
    .venv/bin/python benchmarks/processes.py --quick     one and two, a short time, only printed

Each rasa process has an action server of its own; conversations go to them in turn, as a balancer would deal them.
The front door is left out: it is the same for all. Goal: two are at least 1.7 times one. The client, PostgreSQL and the
action servers take their part of the same cores, so on two cores the goal can hardly be met; how much of the machine
was idle is printed, since that says what limits.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.front_door import SAID  # noqa: E402
from benchmarks.results import LATEST, Line, print_lines, write_lines  # noqa: E402
from bot.chat.assistant import SECRET_HEADER  # noqa: E402
from bot.commands.secrets import with_secrets  # noqa: E402
from bot.commands.train import train_if_needed  # noqa: E402
from bot.database import migrate  # noqa: E402
from tests.ports import free_ports  # noqa: E402
from tests.postgresql import running_postgresql  # noqa: E402

COUNTS = (1, 2, 4)
GOAL = 1.7
AT_ONCE = 8
PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class Speed:
    """Messages a second, and which part of the machine's processors was idle meanwhile (0–1)."""

    messages: float
    idle: float


def main() -> int:
    """Measure; the exit code is 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description="More rasa processes on one PostgreSQL")
    parser.add_argument("--quick", action="store_true", help="one and two, five seconds each, only printed")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--output", type=Path, default=LATEST)
    options = parser.parse_args()
    counts, seconds = (COUNTS[:2], 5.0) if options.quick else (COUNTS, options.seconds)
    train_if_needed()
    found = {count: _with(count, seconds) for count in counts}
    lines = list(lines_of(found))
    print_lines(lines)
    if not options.quick:
        write_lines(lines, options.output)
    return int(not all(line.met for line in lines))


def lines_of(found: Mapping[int, Speed]) -> Iterator[Line]:
    """Each number of processes beside one; the goal is for two."""
    one = found[1].messages
    for count in (count for count in found if count > 1):
        bound = GOAL * one if count == 2 else None
        yield Line(f"processes: {count} rasa beside 1, messages a second", found[count].messages, one, True, bound)


def _with(count: int, seconds: float) -> Speed:
    with tempfile.TemporaryDirectory(prefix="processes-") as folder, running_postgresql(free_ports(1)[0]) as postgresql:
        url = postgresql.create(f"rasa_{count}")
        migrate(url)
        given = {**os.environ, "VAGVISAREN_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
        environment = with_secrets(given, Path(folder))
        with contextlib.ExitStack() as stack:
            addresses = [stack.enter_context(_pair(environment, Path(folder))) for _ in range(count)]
            secret = environment["VAGVISAREN_INNER_SECRET"]
            for address in addresses:
                _wait(address, secret)
            found = asyncio.run(_speed(addresses, secret, seconds))
    words = f"{count} rasa: {found.messages:.1f} messages a second, {found.idle:.0%} of the machine idle"
    print(words, file=sys.stderr, flush=True)
    return found


@contextlib.contextmanager
def _pair(environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    """A rasa process and its action server; yields the inner channel's address."""
    rasa, actions = free_ports(2)
    ours = {
        "VAGVISAREN_RASA_PORT": str(rasa),
        "VAGVISAREN_ACTIONS_PORT": str(actions),
        "VAGVISAREN_ACTIONS_URL": f"http://127.0.0.1:{actions}",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "RASA_TELEMETRY_ENABLED": "false",
    }
    log = (folder / f"{rasa}.log").open("w")
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bot", "serve", role],
            cwd=ROOT, env={**environment, **ours}, stdout=log, stderr=subprocess.STDOUT,
        )
        for role in ("actions", "rasa")
    ]  # fmt: skip
    try:
        yield f"http://127.0.0.1:{rasa}/webhooks/door"
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()


def _wait(address: str, secret: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        request = Request(f"{address}/ready", headers={SECRET_HEADER: secret})
        with contextlib.suppress(OSError, ValueError), urlopen(request, timeout=5) as answer:
            json.loads(answer.read())
            return
        time.sleep(0.3)
    raise TimeoutError("a rasa process never was ready")


async def _speed(addresses: list[str], secret: str, seconds: float) -> Speed:
    headers = {SECRET_HEADER: secret}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as http:
        await _talks(http, addresses, time.monotonic() + 3)  # the first answers of a fresh process are slower
        began, busy = time.monotonic(), _processor()
        answered = await _talks(http, addresses, began + seconds)
        now = _processor()
    return Speed(answered / seconds, (now[1] - busy[1]) / max(1, now[0] - busy[0]))


async def _talks(http: aiohttp.ClientSession, addresses: list[str], until: float) -> int:
    """So many people write without a pause, each in turn to another process; how many answers came in time."""
    answered = 0

    async def write(number: int) -> None:
        nonlocal answered
        while time.monotonic() < until:
            address, talk = addresses[number % len(addresses)], uuid.uuid4().hex
            for text in SAID:
                body = {"conversation_id": talk, "message_id": uuid.uuid4().hex, "text": text}
                async with http.post(f"{address}/message", json=body) as answer:
                    answer.raise_for_status()
                    await answer.read()
                answered += time.monotonic() < until

    await asyncio.gather(*(write(number) for number in range(AT_ONCE)))
    return answered


def _processor() -> tuple[int, int]:
    """Ticks of all processors since the start, and how many of them were idle."""
    ticks = [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]


if __name__ == "__main__":
    sys.exit(main())
