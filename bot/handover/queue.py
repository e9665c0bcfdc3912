"""A unit's queue: its open cases narrowed, ordered, counted and cut into pages by the database; and its closed ones.

With thousands of open cases nothing here reads more rows than a page shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, func, not_, select
from sqlalchemy import case as choose
from sqlalchemy.engine import Connection

from bot.handover.record import OPEN, Case, from_row
from bot.tables import cases

PAGE_LENGTH = 100
OVER = ("closed", "withdrawn")
Shown = Literal["all", "mine", "free", "many"]


@dataclass(frozen=True)
class QueueFilter:
    """Which open cases are looked for. `many` are those of a crowd that nobody has taken; no other view holds them.

    `late` are those whose promised time has passed without a first contact.
    """

    services: tuple[str, ...]
    shown: Shown = "all"
    staff_id: str = ""
    state: str | None = None
    acute: bool = False
    late: bool = False


@dataclass(frozen=True)
class Counted:
    """How many cases a filter finds, those not yet reached and those that are; `acute` are of the first."""

    waiting: int
    reached: int
    acute: int
    soonest: datetime | None

    @property
    def all(self) -> int:
        """Both."""
        return self.waiting + self.reached


def find_open(connection: Connection, wanted: QueueFilter, now: datetime, page: int = 1) -> list[Case]:
    """A page of open cases: those not yet reached first, then acute, then by time left.

    A case without a promise stands after those with one, oldest first.
    """
    reached = choose((_waits(), 0), else_=1)
    unpromised = choose((cases.c.due_at.is_(None), 1), else_=0)
    order = (reached, cases.c.acute.desc(), unpromised, cases.c.due_at, cases.c.created_at, cases.c.id)
    query = select(cases).where(*_conditions(wanted, now)).order_by(*order)
    rows = connection.execute(query.limit(PAGE_LENGTH).offset((page - 1) * PAGE_LENGTH))
    return [from_row(row) for row in rows]


def count_open(connection: Connection, wanted: QueueFilter, now: datetime, since: datetime | None = None) -> Counted:
    """How many there are; with `since` only those that came after it."""
    conditions = _conditions(wanted, now)
    if since is not None:
        conditions = [*conditions, cases.c.created_at > since]
    waits = _waits()
    counted = (
        func.count().filter(waits).label("waiting"),
        func.count().filter(not_(waits)).label("reached"),
        func.count().filter(waits, cases.c.acute).label("acute"),
        func.min(cases.c.due_at).filter(waits).label("soonest"),
    )
    row = connection.execute(select(*counted).select_from(cases).where(*conditions)).one()
    return Counted(row.waiting, row.reached, row.acute, row.soonest)


def pulse(connection: Connection, services: Sequence[str]) -> tuple[str, datetime | None]:
    """A text that is another one as soon as anything in the unit's queue has changed; when the newest case came in."""
    parts = (
        func.count(),
        func.count(cases.c.taken_by),
        func.count(cases.c.contacted_at),
        func.count(cases.c.stopped_at),
        func.count().filter(cases.c.acute),
        func.max(cases.c.created_at).label("newest"),
        func.max(cases.c.taken_at),
        func.max(cases.c.contacted_at),
    )
    mine = cases.c.service.in_(list(services)), cases.c.state.in_(OPEN)
    row = connection.execute(select(*parts).where(*mine)).one()
    return "/".join(_text(part) for part in row), row.newest


def find_over(
    connection: Connection, services: Sequence[str], reference: str | None = None, page: int = 1
) -> list[Case]:
    """A page of the services' cases that are over, the latest first, and one more if there are older ones.

    `reference` is the beginning of one.
    """
    conditions = [cases.c.service.in_(list(services)), cases.c.state.in_(OVER)]
    if reference:
        conditions.append(cases.c.reference.startswith(reference, autoescape=True))
    query = select(cases).where(*conditions).order_by(cases.c.closed_at.desc(), cases.c.id)
    rows = connection.execute(query.limit(PAGE_LENGTH + 1).offset((page - 1) * PAGE_LENGTH))
    return [from_row(row) for row in rows]


def _conditions(wanted: QueueFilter, now: datetime) -> list[Any]:
    folded = and_(cases.c.crowd.is_not(None), cases.c.taken_by.is_(None))
    conditions = [cases.c.service.in_(wanted.services), cases.c.state.in_((wanted.state,) if wanted.state else OPEN)]
    conditions.append(folded if wanted.shown == "many" else not_(folded))
    if wanted.shown == "mine":
        conditions.append(cases.c.taken_by == wanted.staff_id)
    if wanted.shown == "free":
        conditions.append(cases.c.taken_by.is_(None))
    if wanted.acute:
        conditions.append(cases.c.acute)
    if wanted.late:
        conditions += [cases.c.due_at < now, _waits()]
    return conditions


def _waits() -> Any:
    """A first contact is owed: nobody has reached the person, and the person has not said that they want none."""
    return and_(cases.c.contacted_at.is_(None), cases.c.stopped_at.is_(None))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
