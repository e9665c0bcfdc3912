"""The sign of life of a process, for `/healthz` and for a monitor outside the house."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.handover.insertion import insert_once
from bot.tables import heartbeats


def beat(connection: Connection, process: str, now: datetime) -> None:
    """Write that the process is alive now."""
    if not insert_once(connection, heartbeats, {"process": process, "at": now}):
        connection.execute(update(heartbeats).where(heartbeats.c.process == process).values(at=now))


def is_beating(connection: Connection, process: str, now: datetime, within: timedelta) -> bool:
    """Whether the process has written a sign of life lately."""
    at = connection.execute(select(heartbeats.c.at).where(heartbeats.c.process == process)).scalar()
    return at is not None and bool(now - at <= within)
