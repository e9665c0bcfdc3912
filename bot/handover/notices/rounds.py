"""The rounds of a relay: deliver, watch, delete, count, and a sign of life; each repeats until the relay is stopped.

The heartbeat is written only while every round still gets its work done: a relay that breathes but no longer sends
would be worse than a dead one, because nobody would look.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.handover.counting import count_all, count_some
from bot.handover.disposal import Purged, delete_again, purge
from bot.handover.handing_in import Porter
from bot.handover.ledger import Ledger
from bot.handover.notices.delivery import Courier
from bot.handover.notices.heartbeat import beat
from bot.handover.notices.watch import watch
from bot.handover.notices.web import Monitor
from bot.handover.wishes_kept import Noter, keep_wishes
from bot.settings import Settings

PROCESS = "relay"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pace:
    """How often things happen, in seconds.

    `patience` is what one channel may take for one notice. `lease` exceeds it with room for marking, and stays under a
    minute: what a killed relay had in its hands is sent by the next one within 60 seconds. A round without success for
    longer than `alive` stops the heartbeat.
    """

    deliver: float = 1
    watch: float = 10
    purge: float = 3600
    count: float = 60
    beat: float = 5
    monitor: float = 60
    patience: float = 20
    lease: float = 45
    alive: float = 60


@dataclass
class Round:
    """Something done every so many seconds. `step` returns True when there is more to do at once.

    `alive_for` is how many seconds after its last success the round still counts as alive.
    """

    name: str
    every: float
    alive_for: float
    step: Callable[[], Awaitable[bool]]
    succeeded: float = field(default_factory=time.monotonic)

    async def repeat(self, stop: asyncio.Event) -> None:
        """Until `stop`; an error is told and tried again, it never ends the round."""
        while not stop.is_set():
            if not await self._once():
                await _pause(stop, self.every)

    def is_alive(self) -> bool:
        """Whether it got its work done lately; counted on a clock that nobody can set back."""
        return time.monotonic() - self.succeeded <= self.alive_for

    async def _once(self) -> bool:
        try:
            more = await self.step()
        except Exception as error:  # the database may be away for a while: the round waits for it
            # Only the kind of error: its text may hold parameters.
            log.error("round_failed", round=self.name, error=type(error).__name__)
            return False
        self.succeeded = time.monotonic()
        return more


@dataclass(frozen=True)
class Relay:
    """The rounds of one relay process."""

    engine: Engine
    settings: Settings
    courier: Courier
    clock: Callable[[], datetime]
    pace: Pace
    porter: Porter | None = None
    monitor: Monitor | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what is in hand is finished first."""
        work = self._work()

        async def sign_of_life() -> bool:
            if all_alive(work):
                await asyncio.to_thread(self._beat)
            return False

        async def word_to_the_monitor() -> bool:
            if self.monitor and all_alive(work):
                await self.monitor.tell()
            return False

        signs = [
            Round("beat", self.pace.beat, self.pace.alive, sign_of_life),
            Round("monitor", self.pace.monitor, self.pace.alive + self.pace.monitor, word_to_the_monitor),
        ]
        # Not among the work that the signs of life stand for: figures that lag behind are no reason to wake anybody.
        figures = Round("count", self.pace.count, self.pace.alive + 2 * self.pace.count, self._count)
        await asyncio.gather(*(each.repeat(stop) for each in (*work, figures, *signs)))

    def _work(self) -> list[Round]:
        pace, noter = self.pace, Noter(self.engine, Ledger.of(self.settings))
        # What waits for the ledger, or for old rows, may fail for hours: that must alarm, but not as if notices stood.
        patient = pace.alive + 2 * pace.purge

        async def note_wishes() -> bool:
            await asyncio.to_thread(noter.note, self.clock())
            return False

        work = [
            Round("deliver", pace.deliver, pace.alive, self.courier.deliver),
            Round("watch", pace.watch, pace.alive, self._watch),
            Round("wishes", pace.watch, patient, note_wishes),
            Round("purge", pace.purge, patient, self._purge),
        ]
        return [*work, Round("hand_in", pace.deliver, patient, self.porter.carry)] if self.porter else work

    async def _watch(self) -> bool:
        await asyncio.to_thread(watch, self.engine, self.clock())
        return False

    async def _purge(self) -> bool:
        await asyncio.to_thread(dispose, self.engine, self.settings, self.clock())
        return False

    async def _count(self) -> bool:
        return await asyncio.to_thread(count_some, self.engine, _idle(self.settings), self.clock())

    def _beat(self) -> None:
        with transaction(self.engine) as connection:
            beat(connection, PROCESS, self.clock())


def dispose(engine: Engine, settings: Settings, now: datetime) -> Purged:
    """Delete, and take back, again what a restored backup has brought back, then delete what is old enough.

    Returns the latter. What is over is counted before anything goes: afterwards nobody can.

    Raises:
        OSError: the ledger of deletions is away.
    """
    ledger = Ledger.of(settings)
    count_all(engine, _idle(settings), now)
    delete_again(engine, ledger)
    keep_wishes(engine, ledger, now)
    gone = purge(engine, settings, now)
    ledger.forget(now, settings.backup_days)
    return gone


def all_alive(rounds: Sequence[Round]) -> bool:
    """Whether every round is; says which one is not."""
    for each in rounds:
        if not each.is_alive():
            log.error("round_stuck", round=each.name)
    return all(each.is_alive() for each in rounds)


def _idle(settings: Settings) -> timedelta:
    return timedelta(minutes=settings.session_idle_minutes)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except asyncio.TimeoutError:
        return
