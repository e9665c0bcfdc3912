"""Passwords: argon2 with its library's own parameters, and the rules a new one has to meet."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 200
FEWEST_DIFFERENT = 5
AT_ONCE = 2


@dataclass(frozen=True)
class Passwords:
    """Hashes and checks. Each check takes 64 MB, so only a few run at once: a flood of sign-ins fills no memory."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    gate: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))
    decoy: list[str] = field(default_factory=list)

    def hash(self, password: str) -> str:
        """The argon2id hash to store."""
        with self.gate:
            return self.hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is right; without an account it takes as long and says no."""
        with self.gate:
            try:
                return self.hasher.verify(stored or self._decoy(), password) and stored is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than those of today."""
        return self.hasher.check_needs_rehash(stored)

    def _decoy(self) -> str:
        if not self.decoy:
            self.decoy.append(self.hasher.hash("no account has this password"))
        return self.decoy[0]


def password_problem(new: str, repeated: str, name: str, old: str = "") -> str | None:
    """The code of what is wrong with a new password, or None: too_short, too_long, too_plain, same, not_repeated.

    Length counts most, as in NIST SP 800-63B; no rules about digits or signs.
    """
    if len(new) < SHORTEST:
        return "too_short"
    if len(new) > LONGEST:
        return "too_long"
    if len(set(new)) < FEWEST_DIFFERENT or name.casefold() in new.casefold():
        return "too_plain"
    if new == old:
        return "same"
    return None if new == repeated else "not_repeated"
