"""The real chat process under a flood of bodies that are too large: it keeps none of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.chat.test_killed import Process

pytestmark = pytest.mark.slow
BODY = b"x" * 1_048_576
POSTS = 2_000
# 10 with what connection.py does, 175 without it.
MOST_MEGABYTES = 80


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    running = Process(tmp_path)
    yield running
    running.close()


def megabytes(process: Process) -> int:
    status = Path(f"/proc/{process.process.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


async def flood(process: Process) -> list[int]:
    statuses: list[int] = []
    numbers = iter(range(POSTS))
    async with aiohttp.ClientSession() as http:

        async def post() -> None:
            for _ in numbers:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    address, kind = process.url + "/api/messages", {"Content-Type": "application/json"}
                    async with http.post(address, data=BODY, headers=kind) as answer:
                        statuses.append(answer.status)

        await asyncio.gather(*(post() for _ in range(8)))
    return statuses


def test_bodies_that_are_refused_are_not_kept(process: Process) -> None:
    before = megabytes(process)
    statuses = asyncio.run(flood(process))
    assert set(statuses) == {413}
    assert megabytes(process) - before < MOST_MEGABYTES
