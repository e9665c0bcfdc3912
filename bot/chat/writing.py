"""Writing to SQLite: one thread, and what waits is committed together.

SQLite lets one transaction write at a time, and each commit waits for the disk (4 to 10 ms). One by one, five hundred
people who write in the same second wait for a thousand commits; together they wait for some thirty. The promise holds:
nobody is told of anything before the commit that holds it. If one piece of work in a batch fails, the batch is undone
and each piece is done by itself, so that nobody fails for another's sake.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.engine import Connection, Engine

from bot.database import transaction

Work = Callable[[Connection], Any]
MOST_TOGETHER = 32
POSTGRESQL_WRITERS = 16


class Writer(Protocol):
    """Runs pieces of work, each inside a transaction; the future is done after the commit."""

    def submit(self, work: Work, soon: bool) -> Future[Any]:
        """`soon`: before those that have not begun, since it finishes what somebody already waits for."""


@dataclass(order=True)
class _Job:
    rank: tuple[int, int]
    work: Work = field(compare=False)
    done: Future[Any] = field(compare=False, default_factory=Future)


class Together:
    """For SQLite. The thread starts with the first work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def submit(self, work: Work, soon: bool) -> Future[Any]:
        """As in `Writer`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="writing", daemon=True)
            self._thread.start()
        job = _Job((0 if soon else 1, next(self._numbers)), work)
        self._waiting.put(job)
        return job.done

    def _run(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < MOST_TOGETHER and not self._waiting.empty():
                batch.append(self._waiting.get())
            self._commit(batch)

    def _commit(self, batch: Sequence[_Job]) -> None:
        begun = False
        try:
            with transaction(self._engine) as connection:
                begun = True
                results = [job.work(connection) for job in batch]
        except Exception as error:
            self._one_by_one(batch, error, begun)
            return
        for job, result in zip(batch, results, strict=True):
            job.done.set_result(result)

    def _one_by_one(self, batch: Sequence[_Job], error: Exception, begun: bool) -> None:
        if begun and len(batch) > 1:
            for job in batch:
                self._commit([job])
            return
        for job in batch:
            job.done.set_exception(error)


class Apart:
    """For PostgreSQL, which lets many write at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(POSTGRESQL_WRITERS, "writing")

    def submit(self, work: Work, soon: bool) -> Future[Any]:  # noqa: ARG002
        """As in `Writer`."""
        return self._threads.submit(self._commit, work)

    def _commit(self, work: Work) -> Any:
        with transaction(self._engine) as connection:
            return work(connection)


def create_writer(engine: Engine) -> Writer:
    """The writer that fits the database."""
    return Together(engine) if engine.dialect.name == "sqlite" else Apart(engine)
