"""How many streams one session may hold open: a page needs one, a few tabs a few, a flood gets none."""

from __future__ import annotations

from collections import Counter

from bot.chat.web.incoming import Refused

MOST_PER_SESSION = 4
MOST = 5_000
RETRY_SECONDS = 30


class Streams:
    """The open streams of this process."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def open(self, session_id: str) -> None:
        """Count one more.

        Raises:
            Refused: 429 when there are too many.
        """
        if self._open[session_id] >= MOST_PER_SESSION or sum(self._open.values()) >= MOST:
            raise Refused(429, "too_fast", retry_after=RETRY_SECONDS)
        self._open[session_id] += 1

    def close(self, session_id: str) -> None:
        """Count one less; a session without streams is forgotten."""
        self._open[session_id] -= 1
        if self._open[session_id] <= 0:
            del self._open[session_id]
