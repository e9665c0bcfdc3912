"""One message at a time in each conversation: two writers on one tracker would lose one of the two.

Inside a process a lock keeps the order of arrival. Where several processes serve the same conversations (PostgreSQL),
whoever has the turn inside also takes it between them: `bot/chat/advisory.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol


class Between(Protocol):
    """Turns between processes. One process never asks twice for a key that it holds."""

    async def take(self, key: str, seconds: float) -> bool:
        """Wait for it, at most so long; whether it came."""

    async def give_back(self, key: str) -> None:
        """Let the next one have it."""


class Alone:
    """For the only process there is: SQLite."""

    async def take(self, key: str, seconds: float) -> bool:  # noqa: ARG002
        """As in `Between`."""
        return True

    async def give_back(self, key: str) -> None:
        """As in `Between`."""


class Turns:
    """Whose turn it is, in the order of arrival; keeps nothing of conversations that are at rest."""

    def __init__(self, between: Between | None = None) -> None:
        self._between = between or Alone()
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, conversation_id: str, seconds: float) -> AsyncIterator[bool]:
        """Wait for the turn, at most so long; yields whether it came."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._waiting[conversation_id] = self._waiting.get(conversation_id, 0) + 1
        until = asyncio.get_running_loop().time() + seconds
        held = taken = False
        try:
            held = await _acquired(lock, seconds)
            taken = held and await self._between.take(conversation_id, until - asyncio.get_running_loop().time())
            yield taken
        finally:
            try:
                if taken:
                    await self._between.give_back(conversation_id)
            finally:
                if held:
                    lock.release()
                self._leave(conversation_id)

    def _leave(self, conversation_id: str) -> None:
        self._waiting[conversation_id] -= 1
        if not self._waiting[conversation_id]:
            del self._waiting[conversation_id], self._locks[conversation_id]


async def _acquired(lock: asyncio.Lock, seconds: float) -> bool:
    try:
        return await asyncio.wait_for(lock.acquire(), max(seconds, 0.001))
    except asyncio.TimeoutError:
        return False
