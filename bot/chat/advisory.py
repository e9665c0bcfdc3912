"""Turns between processes, by advisory locks of PostgreSQL.

One connection of this process holds the locks of all its conversations: they belong to a session of the database, and a
connection for each waiting person would use all there are. Locks of a process that dies are free as soon as PostgreSQL
sees its connection end. So the connection must be this process's own: behind a pooler that lends connections for one
transaction at a time (PgBouncer in that mode) set the pool to sessions.

If the connection breaks, its locks are gone with it. That happens when the database itself restarts, and then whatever
was under way fails at its own next statement.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.turns import Alone, Between

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.05
TAKE, GIVE_BACK = text("SELECT pg_try_advisory_lock(:number)"), text("SELECT pg_advisory_unlock(:number)")


class AdvisoryLocks:
    """As `Between`. The thread and the connection begin with the first turn."""

    def __init__(self, engine: Engine) -> None:
        # Beside the pool: it is never given back, and nobody else may use it.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._thread = ThreadPoolExecutor(1, "turns")
        self._connection: Connection | None = None

    async def take(self, key: str, seconds: float) -> bool:
        """As in `Between`; False, too, when the database cannot be asked."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            answer = await self._tried(key, until - loop.time())
            if answer is not False or loop.time() + POLL_SECONDS > until:
                return bool(answer)
            await asyncio.sleep(POLL_SECONDS)

    async def give_back(self, key: str) -> None:
        """As in `Between`. Nobody waits for it: the next one may take it as soon as it is done."""
        self._thread.submit(self._do, GIVE_BACK, key)

    async def _tried(self, key: str, seconds: float) -> bool | None:
        asked = asyncio.wrap_future(self._thread.submit(self._do, TAKE, key))
        try:
            return await asyncio.wait_for(asyncio.shield(asked), max(seconds, 0.001))
        except (asyncio.TimeoutError, asyncio.CancelledError) as error:
            asked.add_done_callback(self._unwanted(key))
            if isinstance(error, asyncio.CancelledError):
                raise
            return None

    def _unwanted(self, key: str) -> Callable[[asyncio.Future[bool | None]], None]:
        """A lock that came after nobody waited for it any more would else be held for ever."""

        def give_back(asked: asyncio.Future[bool | None]) -> None:
            if not asked.cancelled() and not asked.exception() and asked.result():
                self._thread.submit(self._do, GIVE_BACK, key)

        return give_back

    def _do(self, statement: Any, key: str) -> bool | None:
        """What PostgreSQL says; None if it cannot be asked, not even over a new connection."""
        for _ in range(2):
            try:
                return self._ask(statement, key)
            except SQLAlchemyError as error:
                logger.warning("The turns between processes could not be asked for: %s", type(error).__name__)
                self._hang_up()
        return None

    def _ask(self, statement: Any, key: str) -> bool:
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.detach()
        return bool(self._connection.execute(statement, {"number": number_of(key)}).scalar())

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()


def number_of(key: str) -> int:
    """The 64 bits by which PostgreSQL knows the lock; they say nothing of the key."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:8], "big", signed=True)


def create_between(engine: Engine) -> Between:
    """What fits the database: on SQLite there is one chat process."""
    return AdvisoryLocks(engine) if engine.dialect.name == "postgresql" else Alone()
