"""The list of talks: what it can be narrowed to, and a page of it from the summed-up rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.staff.review.digest import ALARM, split
from bot.staff.review.talk_search import hits
from bot.staff.words import SURE, UNSURE
from bot.tables import talk_tags, talks

PAGE_LENGTH = 50
CERTAINTIES: Mapping[str, tuple[float, float]] = {
    "sure": (SURE, 2),
    "unsure": (UNSURE, SURE),
    "very_unsure": (0, UNSURE),
}
"""From (at least) and to (below), of the message that the assistant was least sure of."""
LENGTHS: Mapping[str, tuple[int, int]] = {"none": (0, 1), "short": (1, 4), "medium": (4, 11), "long": (11, 100_000)}


@dataclass(frozen=True)
class TalkRow:
    """A talk as the list shows it: never its words."""

    id: str
    began_at: datetime
    length: int
    needs: tuple[str, ...]
    decisions: tuple[str, ...]
    unsure: float | None
    urgent: tuple[str, ...]
    handed_over: bool
    unhelpful: bool
    sensitive: bool
    flagged: bool
    reviewed: bool
    alarm: bool

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> TalkRow:
        """From a row of the table `talks`."""
        same = {name: row[name] for name in ("began_at", "length", "unsure", "handed_over", "sensitive", "flagged")}
        return cls(
            id=row["conversation_id"],
            needs=split(row["needs"]),
            decisions=split(row["decisions"]),
            urgent=split(row["urgent"]),
            unhelpful="no" in split(row["feedback"]),
            reviewed=row["reviewed_at"] is not None,
            alarm=row["top"] == ALARM,
            **same,
        )


@dataclass(frozen=True)
class TalkFilter:
    """What the list is narrowed to; None and "" are "all". `page` counts from 1."""

    since: datetime | None = None
    until: datetime | None = None
    need: str | None = None
    service: str | None = None
    decision: str | None = None
    feedback: str | None = None
    certainty: str | None = None
    length: str | None = None
    style: str | None = None
    handed_over: bool | None = None
    reviewed: bool | None = None
    flagged: bool = False
    urgent: bool = False
    tests: bool = False
    tag: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class Found:
    """A page of talks, and whether there is a next one. `capped`: not every message with the words was looked at."""

    talks: Sequence[TalkRow] = ()
    more: bool = False
    capped: bool = False


def find_talks(connection: Connection, wanted: TalkFilter) -> Found:
    """A page of talks: alarms first, then danger not yet reviewed, then the newest."""
    # Few talks have the words or the tag: SQLite is kept from walking the whole index of the list to find them.
    kind = func.coalesce(talks.c.is_test, False) if wanted.words or wanted.tag else talks.c.is_test
    query = _filtered(select(talks.c.conversation_id).where(kind.is_(wanted.tests)), wanted)
    found = hits(connection, wanted.words) if wanted.words else None
    if wanted.words:
        if found is None:
            return Found()
        query = query.where(talks.c.conversation_id.in_(found.talks))
    order = talks.c.top.desc(), talks.c.began_at.desc(), talks.c.conversation_id.desc()
    start = (wanted.page - 1) * PAGE_LENGTH
    # First the ids, from the index alone; then the rows of the one page.
    ids = connection.execute(query.order_by(*order).offset(start).limit(PAGE_LENGTH + 1)).scalars().all()
    page = select(talks).where(talks.c.conversation_id.in_(ids)).order_by(*order)
    rows = connection.execute(page).mappings().all()
    shown = [TalkRow.from_row(row) for row in rows[:PAGE_LENGTH]]
    return Found(shown, len(rows) > PAGE_LENGTH, found is not None and found.capped)


def _filtered(query: Select, wanted: TalkFilter) -> Select:
    lists = (
        (talks.c.needs, wanted.need),
        (talks.c.services, wanted.service),
        (talks.c.decisions, wanted.decision),
        (talks.c.feedback, wanted.feedback),
        (talks.c.styles, wanted.style),
    )
    for kept, value in lists:
        query = query.where(kept.like(f"%,{value},%")) if value else query
    for bounds, kept in ((CERTAINTIES.get(wanted.certainty or ""), talks.c.unsure), (_length(wanted), talks.c.length)):
        query = query.where(kept >= bounds[0], kept < bounds[1]) if bounds else query
    if wanted.since:
        query = query.where(talks.c.began_at >= wanted.since)
    if wanted.until:
        query = query.where(talks.c.began_at < wanted.until)
    return _marked(query, wanted)


def _marked(query: Select, wanted: TalkFilter) -> Select:
    if wanted.handed_over is not None:
        query = query.where(talks.c.handed_over.is_(wanted.handed_over))
    if wanted.reviewed is not None:
        query = query.where(talks.c.reviewed_at.is_not(None) if wanted.reviewed else talks.c.reviewed_at.is_(None))
    if wanted.flagged:
        query = query.where(talks.c.flagged.is_(True))
    if wanted.urgent:
        query = query.where(talks.c.urgent != "")
    if wanted.tag:
        tagged = select(talk_tags.c.conversation_id).where(talk_tags.c.tag == wanted.tag)
        query = query.where(talks.c.conversation_id.in_(tagged))
    return query


def _length(wanted: TalkFilter) -> tuple[int, int] | None:
    return LENGTHS.get(wanted.length or "")
