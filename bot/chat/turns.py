"""One message at a time in each conversation: two writers on one tracker would lose one of the two.

In-process, because one chat process serves a conversation; with several, a PostgreSQL advisory lock takes its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Whose turn it is, in the order of arrival; keeps nothing of conversations that are at rest."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, conversation_id: str, seconds: float) -> AsyncIterator[bool]:
        """Wait for the turn, at most so long; yields whether it came."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._waiting[conversation_id] = self._waiting.get(conversation_id, 0) + 1
        held = False
        try:
            held = await _acquired(lock, seconds)
            yield held
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
