"""Who of staff is at a case now: so that two do not answer at once, and the person is not told of somebody absent.

The console's open page of a case gives a sign of life again and again; whoever has not for a while is not there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from bot.handover.insertion import insert_once
from bot.tables import case_presence

# The console's page gives its sign every 20 seconds; one that is lost must not make anybody vanish.
THERE = timedelta(seconds=60)


def arrive(connection: Connection, case_id: str, staff_id: str, now: datetime) -> None:
    """A sign of life of this member of staff at this case."""
    own = case_presence.c.case_id == case_id, case_presence.c.staff_id == staff_id
    if not insert_once(connection, case_presence, {"case_id": case_id, "staff_id": staff_id, "seen_at": now}):
        connection.execute(update(case_presence).where(*own).values(seen_at=now))


def leave(connection: Connection, case_id: str, staff_id: str) -> None:
    """They have closed the page."""
    own = case_presence.c.case_id == case_id, case_presence.c.staff_id == staff_id
    connection.execute(delete(case_presence).where(*own))


def present(connection: Connection, case_id: str, now: datetime) -> list[str]:
    """Ids of the staff who are at the case now, whoever was seen last first."""
    there = case_presence.c.case_id == case_id, case_presence.c.seen_at > now - THERE
    order = case_presence.c.seen_at.desc(), case_presence.c.staff_id
    return [str(row.staff_id) for row in connection.execute(select(case_presence).where(*there).order_by(*order))]
