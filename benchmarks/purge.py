"""Whether a purge of 50,000 talks can be felt in the chat: p95 of the door's replies before and while it deletes.

    .venv/bin/python benchmarks/purge.py                 # SQLite
    .venv/bin/python benchmarks/purge.py --postgresql    # a PostgreSQL server of its own
    .venv/bin/python benchmarks/purge.py --talks 5000 --seconds 20

The real front door with a stand-in for Rasa that answers at once (so that the database's share is large), some people
who write without a pause between two answers but a short one, and `python -m bot purge` in a process of its own. What
is measured while it deletes ends when it ends, or after `--seconds`. Writes a line to benchmarks/latest.json: `ours` is
the p95 while it deletes, `peer` the p95 before, in seconds; the goal is a ratio of 1.2 at most. Docs: docs/handover.md.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Engine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.front_door import SAID, Figures, Person  # noqa: E402
from benchmarks.results import Line, write_lines  # noqa: E402
from bot.database import now, reading, transaction  # noqa: E402
from bot.tables import conversations, messages  # noqa: E402
from tests.chat.test_killed import Process  # noqa: E402
from tests.ports import free_port  # noqa: E402
from tests.postgresql import running_postgresql  # noqa: E402

TURNS, AT_ONCE, PEOPLE, PAUSE_SECONDS, MOST_RATIO = 5, 1_000, 4, 0.25, 1.2


@dataclass(frozen=True)
class Kept(Line):
    """A p95 that may rise by so much and no more."""

    @property
    def goal(self) -> str:
        """In words."""
        return f"at most {MOST_RATIO:g} times the p95 before the purge"

    @property
    def met(self) -> bool:
        """Whether it was kept."""
        return self.ratio is not None and self.ratio <= MOST_RATIO


def fill(engine: Engine, talks: int) -> None:
    """Talks of last year that have been counted: all of them may be deleted."""
    at = now() - timedelta(days=400)
    for first in range(0, talks, AT_ONCE):
        ids = [f"{number:032x}" for number in range(first, min(first + AT_ONCE, talks))]
        times = {"created_at": at, "last_seen_at": at, "counted_at": at}
        with transaction(engine) as connection:
            connection.execute(insert(conversations), [{"id": id_, "is_test": False, **times} for id_ in ids])
            connection.execute(insert(messages), [line for id_ in ids for line in _talk(id_, at)])


def _talk(id_: str, at: Any) -> Iterator[dict[str, Any]]:
    for turn in range(TURNS):
        common = {"conversation_id": id_, "masked": [], "choices": [], "created_at": at}
        heard = {"intent": "parenting", "need": "parenting", "confidence": 0.7, "decision": "answer", "ranking": []}
        yield {**common, "sender": "person", "text": SAID[turn % len(SAID)], "understood": heard}
        yield {**common, "sender": "bot", "text": "Det finns stöd för det här.", "understood": {"language": "sv"}}


async def chat(url: str, seconds: float, running: subprocess.Popen[bytes] | None = None) -> Figures:
    """So many people, one short talk after the other, until the time or the process is over."""
    figures, until = Figures(), time.monotonic() + seconds

    def goes_on() -> bool:
        return time.monotonic() < until and (running is None or running.poll() is None)

    async def person(http: aiohttp.ClientSession) -> None:
        while goes_on():
            somebody = await Person(http, url).arrive()
            for text in SAID:
                if goes_on():
                    await somebody.say(text, figures)
                    await asyncio.sleep(PAUSE_SECONDS)

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        await asyncio.gather(*(person(http) for _ in range(PEOPLE)))
    return figures


def measure(process: Process, seconds: float, talks: int) -> tuple[Figures, Figures]:
    """Before, and while it deletes."""
    asyncio.run(chat(process.url, 5))  # a fresh process is slower
    before = asyncio.run(chat(process.url, seconds))
    decided = {"VAGVISAREN_DISPOSAL_DECISION": "a benchmark"}
    environment = {**os.environ, **process.settings.to_environment(), **decided, "PYTHONPATH": str(ROOT)}
    purge = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "bot", "purge"], env=environment, cwd=ROOT)
    try:
        # In the city's installation the process that deletes has long been running: its start is not what is measured.
        while _left(process.engine) == talks and purge.poll() is None:
            time.sleep(0.2)
        began, first = time.monotonic(), _left(process.engine)
        meanwhile = asyncio.run(chat(process.url, seconds, purge))
        left = _left(process.engine)
        took = time.monotonic() - began
        speed = (first - left) / took
        print(f"{first - left} of {talks} talks deleted in {took:.0f} s beside the chat: {speed:.0f} a second")
    finally:
        purge.terminate()
        purge.wait()
    return before, meanwhile


def _left(engine: Engine) -> int:
    with reading(engine) as connection:
        old = conversations.c.last_seen_at < now() - timedelta(days=300)
        return int(connection.execute(select(func.count()).select_from(conversations).where(old)).scalar_one())


@contextlib.contextmanager
def door(postgresql: bool) -> Iterator[Process]:
    """The running door on an empty database."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        changes = {}
        if postgresql:
            server = stack.enter_context(running_postgresql(free_port()))
            changes = {"database_url": server.create("bench")}
        process = Process(folder, **changes)
        stack.callback(process.kill)
        yield process


def main() -> None:
    """Fill, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--talks", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with door(options.postgresql) as process:
        fill(process.engine, options.talks)
        before, meanwhile = measure(process, options.seconds, options.talks)
    name = f"chat p95 beside a purge, {'PostgreSQL' if options.postgresql else 'SQLite'} (s)"
    line = Kept(name, meanwhile.share(95), before.share(95))
    print(f"before: {before}\nmeanwhile: {meanwhile}\nload {os.getloadavg()[0]:.1f}\n{line.as_dict()}")
    write_lines([line])


if __name__ == "__main__":
    main()
