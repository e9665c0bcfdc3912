"""A catalogue that follows the confirmations in the database while its process runs, without a restart.

A thread of its own asks every fifteen seconds, so that nobody who waits for an answer ever waits for this; while the
database is away, what was known last goes on counting.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import structlog
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.database import reading
from bot.routing.catalogue import Catalogue
from bot.routing.confirmations import Confirmation, overlay, read_confirmations

SECONDS = 15.0
log = structlog.get_logger(__name__)
T = TypeVar("T")


def follow(catalogue: Catalogue, engine: Engine, seconds: float = SECONDS) -> Catalogue:
    """The catalogue as it is confirmed now, and from now on; it stops following when nobody holds it any more."""
    current = _Current(catalogue, engine)
    current.refresh()
    threading.Thread(target=_keep, args=(weakref.ref(current), seconds), name="confirmations", daemon=True).start()
    lines, services = _View(lambda: current.catalogue.lines), _View(lambda: current.catalogue.services)
    return replace(catalogue, lines=lines, services=services)


class _Current:
    """The file's catalogue, and the same with what the database confirms."""

    def __init__(self, written: Catalogue, engine: Engine) -> None:
        self._written = written
        self._engine = engine
        self._made: Sequence[Confirmation] = ()
        self._away = False
        self.catalogue = written

    def refresh(self) -> None:
        try:
            with reading(self._engine) as connection:
                made = read_confirmations(connection)
        except SQLAlchemyError as error:
            if not self._away:
                log.warning("confirmations_not_read", error=type(error).__name__)
            self._away = True
            return
        self._away = False
        if made != self._made:
            self._made, self.catalogue = made, overlay(self._written, made)


class _View(Mapping[str, T]):
    """A mapping that is looked up anew at every use."""

    def __init__(self, current: Callable[[], Mapping[str, T]]) -> None:
        self._current = current

    def __getitem__(self, key: str) -> T:
        return self._current()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())


def _keep(current: weakref.ref[_Current], seconds: float) -> None:
    while True:
        time.sleep(seconds)
        alive = current()
        if alive is None:
            return
        alive.refresh()
        del alive
