"""A notice as a channel gets it: the kind, the reference of its case, and how far up the ladder it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.handover.notices.stages import FIRST, reach
from bot.tables import cases, outbox

WITHDRAWN, STOPPED, UNDELIVERED = "withdrawn", "contact_stopped", "undelivered"
# Whoever was told of the case must learn of this, so that nobody on a higher rung still calls the person.
TO_ALL_WHO_WERE_TOLD = (WITHDRAWN, STOPPED)


@dataclass(frozen=True)
class Notice:
    """One claimed row. A channel may pass on `kind`, `reference` and a link made of `case_id`, nothing more.

    `delivered` and `refused` are names of ways. `reach` is the highest rung that it goes to. `spared` are ways that it
    must not take: those that refused what it tells of. `about` is the id of that notice.
    """

    id: int
    key: str
    case_id: str
    kind: str
    reference: str
    attempts: int
    delivered: tuple[str, ...]
    refused: tuple[str, ...]
    service: str = ""
    reach: int = FIRST
    spared: tuple[str, ...] = ()
    about: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


def read_notices(connection: Connection, ids: Sequence[int]) -> list[Notice]:
    """The rows with these ids, in their order."""
    wanted = select(outbox, cases.c.reference, cases.c.service).join(cases, cases.c.id == outbox.c.case_id)
    rows = {row.id: row for row in connection.execute(wanted.where(outbox.c.id.in_(list(ids))))}
    return [_notice(connection, rows[id_]) for id_ in ids if id_ in rows]


def _notice(connection: Connection, row: Any) -> Notice:
    highest, spared = _course(connection, row)
    return Notice(
        id=row.id,
        key=row.key,
        case_id=row.case_id,
        kind=row.kind,
        reference=row.reference,
        attempts=row.attempts,
        delivered=tuple(row.delivered),
        refused=tuple(row.refused),
        service=row.service,
        reach=highest,
        spared=spared,
        about=row.about,
        errors=dict(row.errors or {}),
    )


def _course(connection: Connection, row: Any) -> tuple[int, tuple[str, ...]]:
    if row.kind in TO_ALL_WHO_WERE_TOLD:
        told = outbox.c.case_id == row.case_id, outbox.c.id != row.id, outbox.c.state.in_(("sent", "dead"))
        earlier = connection.execute(select(outbox).where(*told, outbox.c.kind.not_in(TO_ALL_WHO_WERE_TOLD))).all()
        return max((_course(connection, notice)[0] for notice in earlier), default=FIRST), ()
    if row.kind == UNDELIVERED and row.about is not None:
        return _course_of_alarm(connection, row.about)
    return reach(row.kind), ()


def _course_of_alarm(connection: Connection, about: int) -> tuple[int, tuple[str, ...]]:
    """One rung above what could not be delivered, and not by the ways that refused it."""
    told_of = connection.execute(select(outbox).where(outbox.c.id == about)).first()
    if told_of is None:
        return FIRST, ()
    highest, spared = _course(connection, told_of)
    return highest + 1, (*spared, *told_of.refused)
