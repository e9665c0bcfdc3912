"""Getting claimed notices out: each channel is tried, what each said is remembered, the notice is marked.

A notice goes out at least once. A channel that already took it is not tried again when only another one failed. When
one refuses for good, an alarm goes at once by other ways. This file knows no mail and no web: the channels are handed
in.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from bot.database import reading, transaction
from bot.handover.notices import outbox, undelivered
from bot.handover.notices.outbox import Notice

log = structlog.get_logger(__name__)


class NotDeliveredError(Exception):
    """It did not work this time; the argument is a short code without any personal data."""


class RefusedError(Exception):
    """It will never work as it is; the argument is a short code without any personal data."""


class Channel(Protocol):
    """One way out, known by a name that is stored with the notice."""

    @property
    def name(self) -> str:
        """Short and stable: it is stored."""

    async def send(self, notice: Notice) -> None:
        """Return when the other side has taken responsibility for the notice.

        Raises:
            NotDeliveredError: try again later.
            RefusedError: do not try again.
        """


@dataclass(frozen=True)
class Said:
    """What one channel answered: `delivered`, `refused` or `failed`, with the code of the error."""

    channel: str
    answer: str
    error: str = ""


@dataclass(frozen=True)
class Courier:
    """Delivers what is due, each notice by the channels that `ways` names for it.

    `lease` must be longer than `patience`, the time one channel may take for one notice.
    """

    engine: Engine
    ways: Callable[[Notice], Sequence[Channel]]
    worker: str
    clock: Callable[[], datetime]
    lease: timedelta
    patience: float
    batch: int = 20

    async def deliver(self) -> bool:
        """One round; True if a whole batch was due, so that there may be more."""
        notices = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._deliver_one(notice) for notice in notices))
        return len(notices) == self.batch

    def _claim(self) -> list[Notice]:
        with reading(self.engine) as connection:
            if not outbox.has_due(connection, self.clock()):
                return []
        with transaction(self.engine) as connection:
            return outbox.claim(connection, self.worker, self.clock(), self.lease, self.batch)

    async def _deliver_one(self, notice: Notice) -> None:
        left = [channel for channel in self._ways(notice) if channel.name not in (*notice.delivered, *notice.refused)]
        said = await asyncio.gather(*(self._ask(channel, notice) for channel in left))
        for answer in said:
            _tell(notice, answer)
        try:
            await asyncio.to_thread(self._mark, _remember(notice, said), said)
        except SQLAlchemyError as error:
            # The lease runs out and the notice goes out once more: better twice than never.
            log.error("notice_not_marked", reference=notice.reference, kind=notice.kind, error=type(error).__name__)

    def _ways(self, notice: Notice) -> list[Channel]:
        return [channel for channel in self.ways(notice) if channel.name not in notice.spared]

    async def _ask(self, channel: Channel, notice: Notice) -> Said:
        try:
            await asyncio.wait_for(channel.send(notice), self.patience)
        except RefusedError as error:
            return Said(channel.name, "refused", str(error))
        except NotDeliveredError as error:
            return Said(channel.name, "failed", str(error))
        except asyncio.TimeoutError:
            return Said(channel.name, "failed", "no answer in time")
        except Exception as error:  # a fault of ours must delay one notice, not stop the relay
            return Said(channel.name, "failed", type(error).__name__)
        return Said(channel.name, "delivered")

    def _mark(self, notice: Notice, said: Sequence[Said]) -> None:
        patient = Retrying(
            retry=retry_if_exception_type(SQLAlchemyError),
            wait=wait_random_exponential(multiplier=0.05, max=1),
            stop=stop_after_delay(10),
            reraise=True,
        )
        patient(self._mark_once, notice, said)

    def _mark_once(self, notice: Notice, said: Sequence[Said]) -> None:
        with transaction(self.engine) as connection:
            self._settle(connection, notice, said)

    def _settle(self, connection: Connection, notice: Notice, said: Sequence[Said]) -> None:
        errors = "; ".join(f"{answer.channel}: {answer.error}" for answer in said if answer.error)
        refused = [answer.channel for answer in said if answer.answer == "refused"]
        if refused and self._ways(undelivered.alarm_about(notice)):
            undelivered.raise_alarm(connection, notice, refused[0], self.clock())
        if any(answer.answer == "failed" for answer in said):
            outbox.mark_failed(connection, notice, self.worker, errors, self.clock(), random.random())
        elif notice.refused:
            outbox.mark_dead(connection, notice, errors or f"refused by {', '.join(notice.refused)}")
        elif not notice.delivered:  # an alarm whose ladder has been changed meanwhile
            outbox.mark_dead(connection, notice, "no way left")
        else:
            outbox.mark_sent(connection, notice, self.clock())


def _remember(notice: Notice, said: Sequence[Said]) -> Notice:
    delivered = [answer.channel for answer in said if answer.answer == "delivered"]
    refused = [answer.channel for answer in said if answer.answer == "refused"]
    errors = {**notice.errors, **{answer.channel: answer.error for answer in said if answer.error}}
    still = {name: error for name, error in errors.items() if name not in delivered}
    both = (*notice.delivered, *delivered), (*notice.refused, *refused)
    return replace(notice, delivered=both[0], refused=both[1], errors=still)


def _tell(notice: Notice, said: Said) -> None:
    # Never the text of an error: a mail server likes to repeat addresses in it.
    facts = {"reference": notice.reference, "kind": notice.kind, "channel": said.channel, "attempt": notice.attempts}
    if said.answer == "delivered":
        log.info("notice_sent", **facts)
    elif said.answer == "refused":
        log.critical("notice_refused", error=said.error, **facts)
    else:
        log.warning("notice_delayed", error=said.error, **facts)
