"""A crowd: many cases from one caller within an hour. They are kept and their clocks run, but staff get one notice.

The name of a crowd is drawn by the front door; it says which cases belong together and nothing about who sent them.
"""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from bot.handover.notices import outbox
from bot.tables import cases


def fold(connection: Connection, case_id: str, crowd: str) -> None:
    """Put the case into its crowd; only the first of a crowd keeps the notices that it came with."""
    is_first = connection.execute(select(func.count()).where(cases.c.crowd == crowd)).scalar_one() == 0
    own = cases.c.id == case_id, cases.c.crowd.is_(None)
    folded = connection.execute(update(cases).where(*own).values(crowd=crowd)).rowcount
    if folded and not is_first:
        outbox.make_moot(connection, case_id, (outbox.NEW_CASE, outbox.ACUTE))
