"""Cases that people have taken back, kept outside the database too: after a restore nobody may call them all the same.

Taking a case back deletes nothing, so the ledger gets it a moment later, from the relay, and not before the commit.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.database import reading, transaction
from bot.handover.ledger import WITHDRAWN, Ledger
from bot.handover.progress import withdraw
from bot.handover.record import OPEN, CaseError
from bot.tables import cases

# A relay that was away for so long still notes what was taken back meanwhile.
LOOKED_BACK = timedelta(days=7)
BATCH = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Noter:
    """Notes each case once; what stands in the ledger already is read when it is first needed."""

    engine: Engine
    ledger: Ledger
    known: set[str] = field(default_factory=set)

    def note(self, now: datetime) -> int:
        """Note what has been taken back since; returns how many.

        Raises:
            OSError: the ledger is away.
        """
        lately = cases.c.state == "withdrawn", cases.c.closed_at > now - LOOKED_BACK
        with reading(self.engine) as connection:
            found = set(connection.execute(select(cases.c.id).where(*lately)).scalars())
        if found - self.known:
            self.known.update(self.ledger.read()[WITHDRAWN])
        new = sorted(found - self.known)
        self.ledger.note(WITHDRAWN, new, now)
        self.known.update(new)
        return len(new)


def take_back_again(engine: Engine, ledger: Ledger, now: datetime) -> int:
    """Take back what the ledger holds and the database has open again; staff are told as the first time.

    Raises:
        OSError: the ledger cannot be read.
    """
    noted = ledger.read()[WITHDRAWN]
    again: list[str] = []
    for start in range(0, len(noted), BATCH):
        reopened = cases.c.id.in_(noted[start : start + BATCH]), cases.c.state.in_(OPEN)
        with reading(engine) as connection:
            again += connection.execute(select(cases.c.id).where(*reopened)).scalars()
    for case_id in again:
        # Staff may have closed it a moment ago.
        with suppress(CaseError), transaction(engine) as connection:
            withdraw(connection, case_id, now)
    if again:
        log.warning("taken_back_again", cases=len(again))
    return len(again)
