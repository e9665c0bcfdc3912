"""Many hand-overs from one caller within an hour: each is kept and promised like any other, but folded for staff.

A thousand false cases must not hide the one that is true, and the true one may come from the same address (a school, a
youth home, a mobile operator). So none is refused for it: from the ninth within the hour they carry the name of their
crowd, stand behind one line in the queue, and bring one notice together. The caller is known by today's key only, in
memory.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from bot.handover.crowd import fold

HOUR = timedelta(hours=1)
UNFOLDED = 8
# Callers whom no proxy names share one key.
UNFOLDED_UNNAMED = 160


@dataclass
class _Crowd:
    cases: deque[tuple[datetime, str]] = field(default_factory=deque)
    name: str = ""


@dataclass
class Crowds:
    """Who has opened how many cases in the last hour; used from the writing threads."""

    _crowds: dict[str, _Crowd] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, client: str, case_id: str, now: datetime) -> str | None:
        """Count a case, once; returns the name of its crowd when there are too many, else None."""
        with self._lock:
            self._forget(now)
            crowd = self._crowds.setdefault(client, _Crowd())
            if case_id not in {known for _, known in crowd.cases}:
                crowd.cases.append((now, case_id))
            if len(crowd.cases) <= (UNFOLDED if client else UNFOLDED_UNNAMED):
                return None
            crowd.name = crowd.name or secrets.token_hex(16)
            return crowd.name

    def _forget(self, now: datetime) -> None:
        for client, crowd in list(self._crowds.items()):
            while crowd.cases and now - crowd.cases[0][0] > HOUR:
                crowd.cases.popleft()
            if not crowd.cases:
                del self._crowds[client]


def fold_crowds(connection: Connection, crowds: Crowds, client: str, case_ids: Iterable[str], now: datetime) -> None:
    """Count the cases that this caller has just opened, and fold those that are too many."""
    for case_id in case_ids:
        crowd = crowds.count(client, case_id, now)
        if crowd:
            fold(connection, case_id, crowd)
