"""The comparison of replies: what counts as met, and what is counted as memory. The run itself needs both servers."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from benchmarks.replies import AROUND, Amounts, Side, _lines, _long_talk, _throughput
from benchmarks.stock import memory_of

STOCK = Side((40.0, 44.0), 20.0, {1: 30.0, 10: 60.0}, 60.0, 900.0)


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        (Side((10.0, 10.0), 110.0, {1: 10.0, 10: 14.0}, 25.0, 800.0), set()),
        (Side((11.0, 11.0), 110.0, {1: 10.0, 10: 14.0}, 25.0, 800.0), {"replies: p50, ms"}),
        (Side((10.0, 10.0), 90.0, {1: 10.0, 10: 14.0}, 25.0, 800.0), {"replies: messages a second"}),
        (Side((10.0, 10.0), 110.0, {1: 10.0, 10: 16.0}, 25.0, 800.0), {"growth: turn 10 beside turn 1, ms"}),
        (Side((10.0, 10.0), 110.0, {1: 10.0, 10: 14.0}, 31.0, 950.0),
         {"replies: start to the first answer, s", "replies: memory of all processes, MB"}),
    ],
)  # fmt: skip
def test_a_goal_is_met_or_named_as_missed(ours: Side, missed: set[str]) -> None:
    lines = _lines(ours, STOCK, Amounts(longest=10))
    assert {line.name for line in lines if not line.met} == missed


def test_a_turn_is_measured_at_its_place_in_the_talk() -> None:
    said: list[str] = []

    async def begin(_http: object):  # type: ignore[no-untyped-def]
        async def say(text: str) -> None:
            said.append(text)

        return say

    found = asyncio.run(_long_talk(None, begin, 10))  # type: ignore[arg-type]
    assert set(found) == {1, 10} and len(said) == 10 + AROUND


def test_only_answers_within_the_time_count() -> None:
    async def begin(_http: object):  # type: ignore[no-untyped-def]
        async def say(_text: str) -> None:
            await asyncio.sleep(0.02)

        return say

    amounts = Amounts(at_once=2, seconds=0.3)
    assert 0 < asyncio.run(_throughput(None, begin, amounts)) <= 2 / 0.02  # type: ignore[arg-type]


def test_the_memory_of_children_counts() -> None:
    hungry = "b = bytearray(60_000_000); print(1, flush=True); input()"
    command = ["sh", "-c", f"{sys.executable} -c '{hungry}'; true"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline()
        assert memory_of(process.pid) > 60
        process.communicate(b"\n")
