"""Contact details that were typed in a talk, in memory until the person has said what to do with them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.chat.masking import find_pieces
from bot.handover.contact import Contact, ContactError, validate_contact

KEPT_SECONDS = 900.0
MOST = 5_000
# Kind of what was hidden → field of the contact form.
ASKED = {"telefonnummer": "phone", "e-post": "email"}


@dataclass
class Remembered:
    """Session → what was typed last; `clock` gives seconds that only grow. Gone with the process."""

    clock: Callable[[], float] = time.monotonic
    _typed: dict[str, tuple[float, Contact]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def keep(self, session_id: str, contact: Contact) -> None:
        """Remember it instead of what was typed before."""
        with self._lock:
            self._sweep()
            self._typed.pop(session_id, None)
            self._typed[session_id] = (self.clock(), contact)

    def look(self, session_id: str) -> Contact | None:
        """What was typed, unless it is too long ago."""
        with self._lock:
            self._sweep()
            found = self._typed.get(session_id)
        return found[1] if found else None

    def forget(self, session_id: str) -> None:
        """It has been used, or the talk is over."""
        with self._lock:
            self._typed.pop(session_id, None)

    def _sweep(self) -> None:
        # The dictionary is in the order of time: whatever is too old, or too much, stands first.
        while self._typed:
            oldest = next(iter(self._typed))
            if self.clock() - self._typed[oldest][0] <= KEPT_SECONDS and len(self._typed) < MOST:
                return
            del self._typed[oldest]


def typed_contact(text: str, spared: frozenset[str]) -> Contact | None:
    """The one number and the one address in a text; None if there is none, or several, or none that can be used."""
    found = {field: find_pieces(text, kind, spared) for kind, field in ASKED.items()}
    if any(len(pieces) > 1 for pieces in found.values()):
        return None
    given = {name: pieces[0] for name, pieces in found.items() if pieces}
    try:
        return validate_contact(given) if given else None
    except ContactError:
        return None
