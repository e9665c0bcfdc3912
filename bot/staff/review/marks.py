"""What reviewers note beside a talk (reviewed, a flag, tags, notes) and the filters they keep for themselves.

All of it is deleted together with the talk.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from bot.handover.insertion import insert_once
from bot.tables import saved_filters, staff, talk_notes, talk_tags, talks

LONGEST_TAG = 40
LONGEST_NOTE = 1_000
LONGEST_NAME = 60
MOST_TAGS = 10
MOST_SHOWN = 100
MOST_FILTERS = 30


@dataclass(frozen=True)
class Marks:
    """How a talk is marked. `notes` hold `alias`, `text` and `at`."""

    reviewed_at: datetime | None
    reviewed_by: str | None
    flagged: bool
    tags: tuple[str, ...]
    notes: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Marking:
    """What a reviewer wants changed; tags are added and removed one by one, so that two reviewers lose nothing."""

    reviewed: bool
    flagged: bool
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str = ""


def read_marks(connection: Connection, conversation_id: str) -> Marks:
    """The marks of one talk."""
    joined = select(talks, staff.c.alias).outerjoin(staff, staff.c.id == talks.c.reviewed_by)
    row = connection.execute(joined.where(talks.c.conversation_id == conversation_id)).mappings().first()
    tags = select(talk_tags.c.tag).where(talk_tags.c.conversation_id == conversation_id).order_by(talk_tags.c.tag)
    written = select(talk_notes.c.text, talk_notes.c.at, staff.c.alias).outerjoin(
        staff, staff.c.id == talk_notes.c.staff_id
    )
    notes = connection.execute(
        written.where(talk_notes.c.conversation_id == conversation_id).order_by(talk_notes.c.id)
    ).mappings()
    at, by, flagged = (row["reviewed_at"], row["alias"], row["flagged"]) if row else (None, None, False)
    return Marks(at, by, flagged, tuple(connection.execute(tags).scalars()), notes.all())


def mark(connection: Connection, conversation_id: str, wanted: Marking, staff_id: str, now: datetime) -> None:
    """Make the changes; the caller knows that the talk is there and sums it up anew."""
    own = talks.c.conversation_id == conversation_id
    connection.execute(update(talks).where(own).values(flagged=wanted.flagged))
    if not wanted.reviewed:
        connection.execute(update(talks).where(own).values(reviewed_at=None, reviewed_by=None))
    else:
        # Whoever reviewed it first is kept.
        reviewed = {"reviewed_at": now, "reviewed_by": staff_id}
        connection.execute(update(talks).where(own, talks.c.reviewed_at.is_(None)).values(**reviewed))
    for tag in wanted.add_tags:
        insert_once(connection, talk_tags, {"conversation_id": conversation_id, "tag": tag})
    of_talk = talk_tags.c.conversation_id == conversation_id
    connection.execute(delete(talk_tags).where(of_talk, talk_tags.c.tag.in_(wanted.remove_tags)))
    if wanted.note:
        values = {"conversation_id": conversation_id, "staff_id": staff_id, "text": wanted.note, "at": now}
        connection.execute(talk_notes.insert().values(**values))


def read_tags(typed: str) -> tuple[str, ...]:
    """Tags from a line with commas: lower case, each once, without what would not fit."""
    found = (" ".join(part.casefold().split())[:LONGEST_TAG].strip() for part in typed.split(","))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_TAGS]


def all_tags(connection: Connection) -> list[str]:
    """The tags in use, the most common first."""
    counted = select(talk_tags.c.tag).group_by(talk_tags.c.tag).order_by(func.count().desc(), talk_tags.c.tag)
    return list(connection.execute(counted.limit(MOST_SHOWN)).scalars())


def save_filter(connection: Connection, staff_id: str, name: str, query: str) -> None:
    """Keep a filter for oneself; the same name again takes its place."""
    same = saved_filters.c.staff_id == staff_id, saved_filters.c.name == name
    connection.execute(delete(saved_filters).where(*same))
    values = {"id": secrets.token_hex(16), "staff_id": staff_id, "name": name, "query": query}
    connection.execute(saved_filters.insert().values(**values))


def own_filters(connection: Connection, staff_id: str) -> Iterable[Mapping[str, Any]]:
    """One's own filters by name."""
    mine = select(saved_filters).where(saved_filters.c.staff_id == staff_id)
    rows: Iterable[Mapping[str, Any]] = connection.execute(
        mine.order_by(saved_filters.c.name).limit(MOST_FILTERS)
    ).mappings()
    return list(rows)


def drop_filter(connection: Connection, staff_id: str, filter_id: str) -> None:
    """Throw one of one's own away; another's is not touched."""
    mine = saved_filters.c.id == filter_id, saved_filters.c.staff_id == staff_id
    connection.execute(delete(saved_filters).where(*mine))
