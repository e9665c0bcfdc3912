"""Running relays inside a test until something has come true, with a pace that does not make the test wait."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from bot.database import reading
from bot.handover.notices.rounds import Pace, Relay
from bot.tables import outbox

QUICK = Pace(deliver=0.05, watch=0.05, purge=0.2, beat=0.05, patience=3, lease=6)


def run_until(relays: Relay | list[Relay], done: Callable[[], bool], seconds: float = 20) -> None:
    """Run the relays until `done()`; a test that waits in vain fails."""
    asyncio.run(_run(relays if isinstance(relays, list) else [relays], done, seconds))


async def _run(relays: list[Relay], done: Callable[[], bool], seconds: float) -> None:
    stop, last = asyncio.Event(), time.monotonic() + seconds
    tasks = [asyncio.create_task(relay.run(stop)) for relay in relays]
    try:
        while not await asyncio.to_thread(done):
            assert time.monotonic() < last, "what the test waited for did not come true in time"
            await asyncio.sleep(0.02)
    finally:
        stop.set()
        await asyncio.gather(*tasks)


def states(engine: Engine) -> Counter[str]:
    """How many notices are in which state."""
    with reading(engine) as connection:
        rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
    return Counter({row[0]: row[1] for row in rows})


def all_in(engine: Engine, state: str) -> Callable[[], bool]:
    """Whether every notice is in that state."""
    return lambda: set(states(engine)) == {state}


def make_due(engine: Engine) -> None:
    """Let every waiting notice be tried at once instead of after its back-off."""
    with engine.begin() as connection:
        connection.execute(outbox.update().values(next_attempt_at=outbox.c.created_at))
