"""The addresses of several processes that do the same work: asked in turn, and whoever did not answer comes last.

Where one address leads to several processes (a service of Kubernetes, a balancer) it is tried twice: a second
connection may lead to another process than the one that has just died.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

AVOIDED_SECONDS = 5.0
TRIES_OF_ONE = 2


@dataclass
class Addresses:
    """`urls` without a slash at the end; `clock` gives seconds that only grow."""

    urls: tuple[str, ...]
    clock: Callable[[], float] = time.monotonic
    _turns: Iterator[int] = field(default_factory=itertools.count)
    _failed: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, setting: str) -> Addresses:
        """From a setting: one address, or several with commas between."""
        return cls(tuple(url.strip().rstrip("/") for url in setting.split(",") if url.strip()))

    def in_turn(self) -> list[str]:
        """The addresses in the order in which one caller is to try them; the next caller begins with the next one."""
        start = next(self._turns) % len(self.urls)
        turned = [*self.urls[start:], *self.urls[:start]]
        return sorted(turned, key=self._is_avoided) if len(turned) > 1 else turned * TRIES_OF_ONE

    def note_failure(self, url: str) -> None:
        """It could not be reached: for some seconds it comes last."""
        self._failed[url] = self.clock()

    def _is_avoided(self, url: str) -> bool:
        failed_at = self._failed.get(url)
        return failed_at is not None and self.clock() - failed_at < AVOIDED_SECONDS
