"""Watching the promises: each stage that a case without first contact reaches becomes one notice, once."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import Select

from bot.database import reading, transaction
from bot.handover import outbox
from bot.handover.deadline import MISSED, alarm_stage
from bot.handover.record import Case, from_row
from bot.tables import cases
from bot.tables import outbox as rows

log = structlog.get_logger(__name__)


def watch(engine: Engine, now: datetime) -> int:
    """Add the alarms that are due; returns how many are new. Repeating it, or two relays doing it, adds none twice."""
    with reading(engine) as connection:
        due = _missing(connection, now)
    if not due:
        return 0
    with transaction(engine) as connection:
        return sum(_add(connection, case, stage, now) for case, stage in due)


def _missing(connection: Connection, now: datetime) -> list[tuple[Case, str]]:
    known = set(connection.execute(_waiting(rows.c.key).join(rows, rows.c.case_id == cases.c.id)).scalars())
    # What a crowd was warned of hangs on one of its cases, which may have been reached since.
    known |= set(connection.execute(select(rows.c.key).where(rows.c.key.contains(":crowd:"))).scalars())
    waiting = [from_row(row) for row in connection.execute(_waiting(cases).order_by(cases.c.due_at))]
    staged = [(case, alarm_stage(case.created_at, case.due_at, now)) for case in waiting]
    return [(case, stage) for case, stage in staged if stage is not None and _key(case, stage) not in known]


def _waiting(*what: object) -> Select:
    unreached = cases.c.contacted_at.is_(None), cases.c.due_at.is_not(None), cases.c.state.in_(("open", "taken"))
    # Nobody is to be reached who has asked not to be.
    return select(*what).select_from(cases).where(*unreached, cases.c.stopped_at.is_(None))


def _add(connection: Connection, case: Case, stage: str, now: datetime) -> bool:
    # Asked once more inside the writing transaction: somebody may have reached the person a moment ago.
    still = _waiting(cases.c.id).where(cases.c.id == case.id).with_for_update()
    if connection.execute(still).scalar() is None or not outbox.add(connection, case.id, stage, _key(case, stage), now):
        return False
    tell = log.error if stage == MISSED else log.warning
    tell("promise_alarm", reference=case.reference, stage=stage)
    return True


def _key(case: Case, stage: str) -> str:
    # A crowd is warned of once at each stage, by whichever of its cases gets there first.
    return f"{stage}:crowd:{case.crowd}" if case.crowd and not case.taken_by else f"{stage}:{case.id}"
