"""How a web process stops: it goes on answering, lets its callers know, and finishes what has been begun.

SIGTERM → `begin`: readiness is gone, streams end so that pages come back to another process, and each answer closes its
connection. After `seconds` of that the server takes no more connections, finishes what is under way and ends. Sanic by
itself leaves a connection open that was busy at that moment, and breaks it off later in the midst of its next request.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.settings import Settings


@dataclass
class Stopping:
    """Whether this process has been told to stop, and how long it then goes on taking new connections."""

    seconds: float = 0.0
    _begun: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def begun(self) -> bool:
        """Whether it has been told."""
        return self._begun.is_set()

    def begin(self) -> None:
        """Once and for all."""
        self._begun.set()

    async def wait(self, seconds: float) -> None:
        """Sleep so long, but no longer than until the process is told to stop."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._begun.wait(), seconds)

    def close_connection(self, request: Any) -> None:
        """The answer to this request of Sanic's is the last one on its connection, if the process stops."""
        if self.begun and request.stream is not None:
            request.stream.keep_alive = False


def stop_politely(routes: Any, settings: Settings, stopping: Stopping | None = None) -> None:
    """Let an app (or a blueprint) of Sanic's stop as said above."""
    known = stopping or Stopping(settings.drain_seconds)

    async def close(request: Any, _answer: Any) -> None:
        known.close_connection(request)

    async def begin(_app: Any, _loop: Any) -> None:
        known.begin()
        await asyncio.sleep(known.seconds)

    routes.middleware(close, "response")
    routes.listener(begin, "before_server_stop")
