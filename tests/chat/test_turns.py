"""Whose turn it is."""

from __future__ import annotations

import asyncio

from bot.chat.turns import Turns


async def _in_order() -> list[int]:
    turns, done = Turns(), []

    async def work(number: int) -> None:
        async with turns.hold("a", 5) as held:
            assert held
            await asyncio.sleep(0.001)
            done.append(number)

    await asyncio.gather(*(work(number) for number in range(20)))
    return done


async def _too_long() -> tuple[bool, bool, dict[str, asyncio.Lock]]:
    turns = Turns()
    async with turns.hold("a", 5) as first, turns.hold("a", 0.01) as second:
        result = first, second
    return (*result, turns._locks)


async def _failing() -> bool:
    turns = Turns()
    try:
        async with turns.hold("a", 1):
            raise ValueError
    except ValueError:
        pass
    async with turns.hold("a", 0.1) as held:
        return held


def test_turns_come_in_the_order_of_arrival() -> None:
    assert asyncio.run(_in_order()) == list(range(20))


def test_who_waits_too_long_is_told_so_and_nothing_is_kept() -> None:
    assert asyncio.run(_too_long()) == (True, False, {})


def test_a_failure_gives_the_turn_back() -> None:
    assert asyncio.run(_failing())
