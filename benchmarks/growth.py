"""Whether an answer gets slower with what is stored: the whole way with 1, 10^3 and 10^6 messages in the database.

    .venv/bin/python benchmarks/growth.py             into latest.json
    .venv/bin/python benchmarks/growth.py --quick     1 and 10^3, only printed

One installation (the real processes, SQLite on disk). Between two measurements talks of ten messages are put into its
database (`benchmarks/talks.py` draws them), so that only what is stored differs. Goal: p95 within 1.5 times.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.replies import _ours, _p95, _talks  # noqa: E402
from benchmarks.results import LATEST, Line, print_lines, write_lines  # noqa: E402
from benchmarks.talks import TURNS, fill  # noqa: E402
from bot.database import create_database_engine  # noqa: E402
from tests.town import Town, running_town  # noqa: E402

SIZES = (1, 1_000, 1_000_000)
WITHIN = 1.5


def main() -> int:
    """Fill and measure; the exit code is 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description="Answers with more and more stored messages")
    parser.add_argument("--quick", action="store_true", help="few of everything, only printed")
    parser.add_argument("--talks", type=int, default=30, help="talks of eight messages at each size")
    parser.add_argument("--output", type=Path, default=LATEST)
    options = parser.parse_args()
    sizes = SIZES[:2] if options.quick else SIZES
    # What is put in is up to two years old; the relay would delete it while we measure.
    with running_town(RETENTION_DAYS="100000") as town:
        found = {size: _at(town, sizes[:number], size, options.talks) for number, size in enumerate(sizes)}
    lines = list(lines_of(found))
    print_lines(lines)
    if not options.quick:
        write_lines(lines, options.output)
    return int(not all(line.met for line in lines))


def _at(town: Town, before: Sequence[int], size: int, talks: int) -> list[float]:
    """Milliseconds of each answer with so many messages stored."""
    missing = size - max(before, default=0)
    if missing >= 2 * TURNS:
        engine = create_database_engine(town.settings.database_url)
        # The seed is the size, and the ids are counted from nought: what was put in before has to be stepped over.
        fill(engine, missing // (2 * TURNS), seed=size, first=max(before, default=0) // (2 * TURNS))
        engine.dispose()
    print(f"{size} messages stored; asking …", file=sys.stderr, flush=True)
    return asyncio.run(_ask(town.chat, talks))


async def _ask(url: str, talks: int) -> list[float]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        await _talks(http, _ours(url), 2)
        return await _talks(http, _ours(url), talks)


def lines_of(found: Mapping[int, Sequence[float]]) -> Iterator[Line]:
    """p95 at each size beside that at the smaller one: the goal is set from 10^3 on."""
    sizes = sorted(found)
    for small, large in pairwise(sizes):
        here, before = _p95(found[large]), _p95(found[small])
        name = f"growth: p95 with {large} stored messages beside {small}, ms"
        yield Line(name, here, before, bound=WITHIN * before, against=False)


if __name__ == "__main__":
    sys.exit(main())
