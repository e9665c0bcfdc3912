"""Watching the clocks: each stage that a case without first contact reaches becomes one notice, once.

The stages stand in `stages.py`. After an outage only the newest stage is told, not a pile of old ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import Select

from bot.database import reading, transaction
from bot.handover.deadline import alarm_stage, working_days
from bot.handover.notices import outbox
from bot.handover.notices.stages import ACUTE_STAGES, MISSED, WHILE_UNTAKEN, daily, newest, reach
from bot.handover.record import Case, from_row
from bot.tables import cases
from bot.tables import outbox as rows

log = structlog.get_logger(__name__)

# SQLite takes no more parameters in one statement than some thousands.
AT_ONCE = 500


@dataclass(frozen=True)
class Alarm:
    """A stage that a case has reached; what has the same `key` is told once."""

    case: Case
    kind: str
    key: str


def watch(engine: Engine, now: datetime) -> int:
    """Add the alarms that are due; returns how many are new. Repeating it, or two relays doing it, adds none twice."""
    with reading(engine) as connection:
        due = _due(connection, now)
    if not due:
        return 0
    with transaction(engine) as connection:
        return sum(_add(connection, alarm, now) for alarm in due)


def _due(connection: Connection, now: datetime) -> list[Alarm]:
    waiting = [from_row(row) for row in connection.execute(_waiting(cases).order_by(cases.c.due_at, cases.c.id))]
    acute_since = _acute_since(connection)
    alarms = [*_promised(waiting, now), *_acute(waiting, acute_since, now), *_unpromised(waiting, now)]
    known = _known(connection, [alarm.key for alarm in alarms])
    return [alarm for alarm in alarms if alarm.key not in known]


def _promised(waiting: Iterable[Case], now: datetime) -> Iterator[Alarm]:
    for case in waiting:
        stage = alarm_stage(case.created_at, case.due_at, now)
        if stage is not None:
            yield Alarm(case, stage, _key(case, stage))


def _acute(waiting: Iterable[Case], since: Mapping[str, datetime], now: datetime) -> Iterator[Alarm]:
    for case in waiting:
        if case.acute and case.taken_by is None:
            stage = newest(ACUTE_STAGES, now - since.get(case.id, case.created_at))
            if stage is not None:
                yield Alarm(case, stage, _key(case, stage))


def _unpromised(waiting: Iterable[Case], now: datetime) -> Iterator[Alarm]:
    """One for each service and working day, on the case that needs it most: fifty letters would hide each other."""
    gravest: dict[str, tuple[tuple[int, int], Case, str]] = {}
    for case in waiting:
        days = working_days(case.created_at, now) if case.due_at is None else 0
        if not days:
            continue
        kind = daily(days, case.taken_by is not None)
        weight = (reach(kind), days)
        if case.service not in gravest or weight > gravest[case.service][0]:
            gravest[case.service] = (weight, case, kind)
    for service, (_, case, kind) in gravest.items():
        yield Alarm(case, kind, f"daily:{service}:{now:%Y-%m-%d}")


def _waiting(*what: object) -> Select:
    unreached = cases.c.contacted_at.is_(None), cases.c.state.in_(("open", "taken"))
    # Nobody is to be reached who has asked not to be.
    return select(*what).select_from(cases).where(*unreached, cases.c.stopped_at.is_(None))


def _acute_since(connection: Connection) -> dict[str, datetime]:
    """Case → when it became acute, which may be later than when it came: its first alarm was written at that moment."""
    alarmed = _waiting(rows.c.case_id, rows.c.created_at).join(rows, rows.c.case_id == cases.c.id)
    wanted = alarmed.where(cases.c.acute, cases.c.taken_by.is_(None), rows.c.kind == outbox.ACUTE)
    return {row.case_id: row.created_at for row in connection.execute(wanted)}


def _known(connection: Connection, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(keys), AT_ONCE):
        some = select(rows.c.key).where(rows.c.key.in_(list(keys[start : start + AT_ONCE])))
        known |= set(connection.execute(some).scalars())
    return known


def _add(connection: Connection, alarm: Alarm, now: datetime) -> bool:
    # Asked once more inside the writing transaction: somebody may have reached the person a moment ago.
    still = _waiting(cases.c.id).where(cases.c.id == alarm.case.id).with_for_update()
    if alarm.kind in WHILE_UNTAKEN:
        still = still.where(cases.c.taken_by.is_(None))
    if connection.execute(still).scalar() is None:
        return False
    if not outbox.add(connection, alarm.case.id, alarm.kind, alarm.key, now):
        return False
    tell = log.error if alarm.kind == MISSED else log.warning
    tell("promise_alarm", reference=alarm.case.reference, stage=alarm.kind)
    return True


def _key(case: Case, stage: str) -> str:
    # A crowd is warned of once at each stage, by whichever of its cases gets there first.
    return f"{stage}:crowd:{case.crowd}" if case.crowd and not case.taken_by else f"{stage}:{case.id}"
