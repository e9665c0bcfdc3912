"""What people have asked for in their own cases, kept outside the database too: a restored backup knows nothing of it.

After a restore nobody may call somebody who has taken the case back or wants no contact, and a code that was made
invalid must not open anything again. Nothing is deleted here, so the ledger gets it a moment later, from the relay, and
not before the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine

from bot.database import reading, transaction
from bot.handover import journal
from bot.handover.ledger import REVOKED, STOPPED, WITHDRAWN, Ledger
from bot.handover.own_acts import revoke_receipt, stop_contact
from bot.handover.progress import withdraw
from bot.handover.record import OPEN, CaseError
from bot.tables import audit, cases

# A relay that was away for so long still notes what was asked for meanwhile.
LOOKED_BACK = timedelta(days=7)
BATCH = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Wish:
    """One thing that a person can ask for: the line of the log that tells of it, and how it is done once more.

    `undone` is true of a case in which a restore has brought the time before it back.
    """

    kind: str
    noted_as: str
    undone: Callable[[datetime], Sequence[Any]]
    do: Callable[[Connection, str, datetime], object]


WISHES = (
    Wish(WITHDRAWN, journal.WITHDREW, lambda _now: (cases.c.state.in_(OPEN),), withdraw),
    Wish(
        STOPPED,
        journal.STOPPED,
        lambda _now: (cases.c.stopped_at.is_(None), cases.c.state != "withdrawn"),
        stop_contact,
    ),
    Wish(REVOKED, journal.REVOKED, lambda now: (cases.c.receipt_until > now,), revoke_receipt),
)


@dataclass(frozen=True)
class Noter:
    """Notes each wish once; what stands in the ledger already is read when it is first needed."""

    engine: Engine
    ledger: Ledger
    known: set[tuple[str, str]] = field(default_factory=set)

    def note(self, now: datetime) -> int:
        """Note what has been asked for since; returns how many.

        Raises:
            OSError: the ledger is away.
        """
        found = self._asked(now)
        if found - self.known:
            self.known.update((kind, id_) for kind, ids in self.ledger.read().items() for id_ in ids)
        new = sorted(found - self.known)
        for wish in WISHES:
            self.ledger.note(wish.kind, [id_ for kind, id_ in new if kind == wish.kind], now)
        self.known.update(new)
        return len(new)

    def _asked(self, now: datetime) -> set[tuple[str, str]]:
        kinds = {wish.noted_as: wish.kind for wish in WISHES}
        lately = audit.c.action.in_(list(kinds)), audit.c.at > now - LOOKED_BACK, audit.c.staff_id == journal.PERSON
        with reading(self.engine) as connection:
            rows = connection.execute(select(audit.c.action, audit.c.case_id).where(*lately))
            return {(kinds[row.action], row.case_id) for row in rows}


def keep_wishes(engine: Engine, ledger: Ledger, now: datetime) -> dict[str, int]:
    """Do again what the ledger holds and the database has undone; how many cases, by kind. Staff are told anew.

    Raises:
        OSError: the ledger cannot be read.
    """
    noted = ledger.read()
    done = {wish.kind: _do_again(engine, wish, noted[wish.kind], now) for wish in WISHES}
    if any(done.values()):
        log.warning("wishes_kept", **done)
    return done


def _do_again(engine: Engine, wish: Wish, ids: Sequence[str], now: datetime) -> int:
    again: list[str] = []
    for start in range(0, len(ids), BATCH):
        wanted = cases.c.id.in_(list(ids[start : start + BATCH])), *wish.undone(now)
        with reading(engine) as connection:
            again += connection.execute(select(cases.c.id).where(*wanted)).scalars()
    for case_id in again:
        # Staff may have closed it a moment ago.
        with suppress(CaseError), transaction(engine) as connection:
            wish.do(connection, case_id, now)
    return len(again)
