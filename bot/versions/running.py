"""Which rasa process answers with which version: each says it in a row of its own, again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.tables import model_processes

SILENT = timedelta(seconds=60)
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Process:
    """One rasa process. `refused` is the version that it was to use and does not, `why` one of fitness.PROBLEMS."""

    name: str
    version: str
    refused: str | None = None
    why: str | None = None


def report(connection: Connection, process: Process, now: datetime) -> None:
    """Say what answers here; rows of processes that are long gone go, too."""
    values = {"version": process.version, "refused": process.refused, "why": process.why, "seen_at": now}
    here = model_processes.c.process == process.name
    if not connection.execute(update(model_processes).where(here).values(**values)).rowcount:
        connection.execute(insert(model_processes).values(process=process.name, **values))
    connection.execute(delete(model_processes).where(model_processes.c.seen_at < now - FORGOTTEN))


def read_processes(connection: Connection, now: datetime) -> Sequence[Process]:
    """The processes that have been heard of within a minute."""
    heard = select(model_processes).where(model_processes.c.seen_at >= now - SILENT)
    rows = connection.execute(heard.order_by(model_processes.c.process))
    return [Process(row.process, row.version, row.refused, row.why) for row in rows]


def running_version(connection: Connection) -> str | None:
    """The version that answered last, of whatever process; None: no process has ever said so."""
    latest = select(model_processes.c.version).order_by(model_processes.c.seen_at.desc()).limit(1)
    return connection.execute(latest).scalar() or None
