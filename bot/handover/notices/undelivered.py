"""Notices that did not arrive: the alarm that goes by other ways at once, and the list for whoever mends it.

A way that refuses for good (a mailbox that is gone, a gateway that does not know us) must not stay unseen until
somebody looks at a page: one rung higher is told that a notice could not be delivered. If that is refused, the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.handover.notices import outbox
from bot.handover.notices.notice import UNDELIVERED, Notice
from bot.tables import cases
from bot.tables import outbox as rows

# A mail server that is away for a moment is nothing to look at; the fifth attempt comes half a minute after the first.
TROUBLED = 5
MOST = 200


@dataclass(frozen=True)
class Unsent:
    """A notice that somebody should look at. `dead`: refused for good; else it is still tried again.

    `errors` are pairs of a way and the short code that it answered with; `delivered` are the ways that took it.
    """

    id: int
    case_id: str
    reference: str
    kind: str
    dead: bool
    since: datetime
    attempts: int
    errors: tuple[tuple[str, str], ...]
    delivered: tuple[str, ...]


def alarm_about(notice: Notice) -> Notice:
    """The alarm as it would go out: one rung above, and by no way that refused."""
    spared = (*notice.spared, *notice.refused)
    alarm = replace(notice, kind=UNDELIVERED, reach=notice.reach + 1, spared=spared, about=notice.id)
    return replace(alarm, delivered=(), refused=())


def raise_alarm(connection: Connection, notice: Notice, way: str, now: datetime) -> bool:
    """Tell others that `way` has refused this notice; True if that is new.

    An alarm that somebody got needs no alarm of its own. Each lost alarm is told of by itself; of ordinary notices only
    the first that a way refuses within an hour: a mailbox that is gone must not ring a telephone five hundred times.
    """
    if notice.kind == UNDELIVERED and notice.delivered:
        return False
    return outbox.add(connection, notice.case_id, UNDELIVERED, _key(notice, way, now), now, notice.id)


def unsent(connection: Connection) -> list[Unsent]:
    """What was refused, then what is still tried in vain; the oldest first, at most `MOST`."""
    query = select(rows, cases.c.reference).join(cases, cases.c.id == rows.c.case_id).where(_unsent())
    order = (rows.c.state, rows.c.created_at, rows.c.id)  # "dead" stands before "pending"
    return [_unsent_from(row) for row in connection.execute(query.order_by(*order).limit(MOST))]


def count_unsent(connection: Connection) -> int:
    """How many there are of them."""
    return int(connection.execute(select(func.count()).select_from(rows).where(_unsent())).scalar_one())


def case_of_dead(connection: Connection, notice_id: int) -> str | None:
    """The case of a notice that was refused for good, None if it was not."""
    found = select(rows.c.case_id).where(rows.c.id == notice_id, rows.c.state == "dead")
    case_id: str | None = connection.execute(found).scalar()
    return case_id


def _unsent() -> ColumnElement:
    return or_(rows.c.state == "dead", and_(rows.c.state == "pending", rows.c.attempts >= TROUBLED))


def _unsent_from(row: Any) -> Unsent:
    return Unsent(
        id=row.id,
        case_id=row.case_id,
        reference=row.reference,
        kind=row.kind,
        dead=row.state == "dead",
        since=row.created_at,
        attempts=row.attempts,
        errors=_errors(row.errors, row.refused, row.last_error),
        delivered=tuple(row.delivered),
    )


def _errors(errors: dict[str, str] | None, refused: Sequence[str], last: str | None) -> tuple[tuple[str, str], ...]:
    """Each way with its code; rows from before the codes were kept have only the last words."""
    known = dict.fromkeys(refused, "") | (errors or {})
    return tuple(known.items()) or (("", last or ""),)


def _key(notice: Notice, way: str, now: datetime) -> str:
    if notice.kind in outbox.ALARMS:
        return f"{UNDELIVERED}:{notice.id}"
    return f"{UNDELIVERED}:{sha256(way.encode()).hexdigest()[:16]}:{now:%Y%m%d%H}"
