"""Whether the assistant is switched off, as the door knows it: read from the database at most every two seconds.

A database that is away changes nothing: what was last known goes on holding.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.switch import read_switch

logger = logging.getLogger(__name__)
T = TypeVar("T")
FRESH_SECONDS = 2.0
PATIENCE_SECONDS = 1.0


class Reader(Protocol):
    """Whoever can read the database in a thread: the parts of the chat process."""

    def read(self, work: Callable[[Connection], T]) -> Awaitable[T]:
        """Run a piece of reading."""


@dataclass
class Switched:
    """What was last read, and when; `clock` gives seconds that only grow."""

    clock: Callable[[], float] = time.monotonic
    _off: bool = False
    _read_at: float = field(default=-FRESH_SECONDS * 2)

    async def is_off(self, reader: Reader) -> bool:
        """Whether nothing may be asked of Rasa."""
        if self.clock() - self._read_at >= FRESH_SECONDS:
            self._read_at = self.clock()  # first: a hundred messages at once are to read once
            try:
                self._off = (await asyncio.wait_for(reader.read(read_switch), PATIENCE_SECONDS)).is_off
            except (SQLAlchemyError, asyncio.TimeoutError) as error:
                logger.warning("The off switch could not be read: %s", type(error).__name__)
        return self._off
