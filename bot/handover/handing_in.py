"""Handing cases in to the city's case system: asked for in the console, done by the relay, registered when it is done.

The wish stands in the outbox and is claimed there as notices are, so it is carried out at least once. A case counts as
registered only when the system has confirmed it, and from the moment at which it was read: what the person writes while
it is under way is not in the file.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.engine import Connection, Engine

from bot.database import reading, transaction
from bot.handover.case_file import CaseFile, build_case_file
from bot.handover.case_system import CaseSystem
from bot.handover.contact import SealError
from bot.handover.notices import outbox
from bot.handover.notices.delivery import NotDeliveredError, RefusedError
from bot.handover.notices.outbox import HAND_IN, Notice
from bot.handover.progress import mark_registered
from bot.handover.record import OPEN, Case, CaseError, get_case
from bot.tables import outbox as rows
from bot.tables import thread_messages

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class HandedIn:
    """How the latest handing in stands: `state` is pending, sent, dead or moot; `tried` says how often."""

    state: str
    tried: int
    asked_at: datetime


def ask_to_hand_in(connection: Connection, case_id: str, now: datetime) -> None:
    """Let the relay hand the case in; asking again while it waits changes nothing.

    Raises:
        CaseError: `unknown`, or `open`: what is not over cannot be handed in for good.
    """
    case = get_case(connection, case_id)
    if case.state in OPEN:
        raise CaseError("open")
    # What has been written since is handed in anew; the same state of a case only once.
    of_case = select(func.max(thread_messages.c.id)).where(thread_messages.c.case_id == case_id)
    key = f"{HAND_IN}:{case_id}:{connection.execute(of_case).scalar() or 0}"
    if not outbox.add(connection, case_id, HAND_IN, key, now):
        free = {"refused": [], "attempts": 0, "leased_by": None, "leased_until": None}
        again = {"state": "pending", "next_attempt_at": now, "created_at": now, **free}
        over = rows.c.key == key, rows.c.state.in_(("dead", "moot"))
        connection.execute(rows.update().where(*over).values(**again))


def handed_in(connection: Connection, case_id: str) -> HandedIn | None:
    """How it stands; None where nobody has asked."""
    mine = rows.c.case_id == case_id, rows.c.kind == HAND_IN
    row = connection.execute(select(rows).where(*mine).order_by(rows.c.id.desc()).limit(1)).first()
    return None if row is None else HandedIn(row.state, row.attempts, row.created_at)


def needs_registering(connection: Connection, case: Case) -> bool:
    """Whether the city's case system lacks the case, or what has been written in it since."""
    if case.registered_at is None:
        return True
    later = thread_messages.c.case_id == case.id, thread_messages.c.created_at > case.registered_at
    return bool(connection.execute(select(exists().where(*later))).scalar())


@dataclass(frozen=True)
class Porter:
    """Carries what is asked for to the case system, one after the other.

    The thread is its own: a share that hangs must not take the threads that send notices.
    """

    engine: Engine
    system: CaseSystem
    keys: tuple[str, ...]
    worker: str
    clock: Callable[[], datetime]
    lease: timedelta
    patience: float
    thread: Executor = field(default_factory=lambda: ThreadPoolExecutor(1, "handing-in"))

    async def carry(self) -> bool:
        """One round; True if there may be more."""
        claimed = await asyncio.to_thread(self._claim)
        for errand in claimed:
            await self._carry_one(errand)
        return bool(claimed)

    def _claim(self) -> list[Notice]:
        with reading(self.engine) as connection:
            if not outbox.has_due(connection, self.clock(), errands=True):
                return []
        with transaction(self.engine) as connection:
            # One at a time: each may take all the patience there is, and the lease covers no more.
            return outbox.claim(connection, self.worker, self.clock(), self.lease, limit=1, errands=True)

    async def _carry_one(self, errand: Notice) -> None:
        read_at = self.clock()
        try:
            file = await asyncio.to_thread(self._read, errand, read_at)
            if file is not None:
                handing = asyncio.get_running_loop().run_in_executor(self.thread, self.system.hand_in, file)
                await asyncio.wait_for(handing, self.patience)
        except RefusedError as error:
            await asyncio.to_thread(self._refused, errand, str(error))
        except (NotDeliveredError, SealError, asyncio.TimeoutError) as error:
            said = str(error) if isinstance(error, NotDeliveredError) else type(error).__name__
            await asyncio.to_thread(self._failed, errand, said)
        else:
            await asyncio.to_thread(self._done, errand, read_at, file is not None)

    def _read(self, errand: Notice, now: datetime) -> CaseFile | None:
        """None when the case has been opened again: then there is nothing to hand in yet."""
        with reading(self.engine) as connection:
            case = get_case(connection, errand.case_id)
            return None if case.state in OPEN else build_case_file(connection, case, self.keys, now)

    def _done(self, errand: Notice, read_at: datetime, is_in: bool) -> None:
        with transaction(self.engine) as connection:
            if not is_in:
                outbox.make_moot(connection, errand.case_id, (HAND_IN,))
                return
            outbox.mark_sent(connection, errand, self.clock())
            mark_registered(connection, errand.case_id, read_at)
        log.info("case_handed_in", reference=errand.reference, attempt=errand.attempts)

    def _failed(self, errand: Notice, error: str) -> None:
        log.error("case_not_handed_in", reference=errand.reference, error=error, attempt=errand.attempts)
        with transaction(self.engine) as connection:
            outbox.mark_failed(connection, errand, self.worker, error, self.clock(), random.random())

    def _refused(self, errand: Notice, error: str) -> None:
        log.critical("case_refused", reference=errand.reference, error=error)
        with transaction(self.engine) as connection:
            outbox.mark_dead(connection, errand, error)
