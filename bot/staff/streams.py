"""The streams of this process: how many one person may hold, how often each looks, and what it sends.

A browser without HTTP/2 opens six connections to one host. So nobody gets more than four streams: a fifth one ends the
oldest, whose page then says that it no longer follows.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.staff.web import Stream

MOST_PER_PERSON = 4
LOOK_SECONDS = 2.0
HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 3_000

logger = logging.getLogger(__name__)


@dataclass
class Streams:
    """The open ones, by person, the oldest first; each has an event that is set when it must end."""

    clock: Callable[[], datetime]
    look_seconds: float = LOOK_SECONDS
    _open: dict[str, list[_Line]] = field(default_factory=lambda: defaultdict(list))

    async def follow(self, stream: Stream) -> AsyncGenerator[str, None]:
        """The events of one stream, until it must end: `changed` with the state, first of all the one of now.

        `ended`: the session is over. `full`: the person has opened too many. Neither comes when the process stops: then
        the browser is to come back.
        """
        line = self._begin(stream)
        try:
            yield f"retry: {RETRY_MILLISECONDS}\n\n"
            async for event in self._events(stream, line):
                yield event
        finally:
            self._open[stream.person].remove(line)
            if not self._open[stream.person]:
                del self._open[stream.person]
            # The page may have been loaded anew, or be open in another window: then the person is still there.
            if not any(other.topic == line.topic for other in self._open.get(stream.person, ())):
                # Not awaited: a closed connection cancels this task.
                asyncio.get_running_loop().run_in_executor(None, _leave, stream)

    def stop(self) -> None:
        """End them all, because the process stops."""
        for lines in self._open.values():
            for line in lines:
                line.end("")

    def count(self, person: str) -> int:
        """How many a person has open."""
        return len(self._open.get(person, ()))

    def _begin(self, stream: Stream) -> _Line:
        line = _Line(stream.topic)
        self._open[stream.person].append(line)
        for oldest in self._open[stream.person][:-MOST_PER_PERSON]:
            oldest.end("full")
        return line

    async def _events(self, stream: Stream, line: _Line) -> AsyncGenerator[str, None]:
        last, silent = "", 0.0
        while not line.ended.is_set():
            state = await self._look(stream, last)
            if state is None:
                line.end("ended")
                break
            silent = 0.0 if state != last else silent + self.look_seconds
            if state != last:
                yield f"event: changed\ndata: {state}\n\n"
            elif silent >= HEARTBEAT_SECONDS:
                silent = 0.0
                yield ": \n\n"
            last = state
            await line.wait(self.look_seconds)
        if line.why:
            yield f"event: {line.why}\ndata: {{}}\n\n"

    async def _look(self, stream: Stream, last: str) -> str | None:
        """A database that is away for a moment ends no stream: the next look brings what this one missed."""
        try:
            return await asyncio.to_thread(stream.follower.look, self.clock())
        except SQLAlchemyError as error:
            logger.warning("A stream waits for the database: %s", type(error).__name__)
            return last


@dataclass(eq=False)
class _Line:
    topic: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""

    def end(self, why: str) -> None:
        self.why = self.why or why
        self.ended.set()

    async def wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.ended.wait(), seconds)
        except asyncio.TimeoutError:
            return


def _leave(stream: Stream) -> None:
    try:
        stream.follower.leave()
    except SQLAlchemyError as error:
        logger.warning("A stream could not say that it ended: %s", type(error).__name__)
