"""Event loops that end with the test that made them.

A loop that is merely stopped keeps its listening sockets and a dozen open files: after a thousand tests a process may
open no more, and a port that was "free again" is not.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
SECONDS = 10


class LoopThread:
    """A running loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], seconds: float = 60) -> T:
        """Run a coroutine in the loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def stop(self) -> None:
        """Stop the loop and close it."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(SECONDS)

    def _run(self) -> None:
        self.loop.run_forever()
        close_loop(self.loop)


def close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """End what is left in a loop that has stopped, then give everything back that it holds.

    Called in the thread in which the loop ran: in the tests' own, that of the browser is running.
    """
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=SECONDS))
    loop.close()
