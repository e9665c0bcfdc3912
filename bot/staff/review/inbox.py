"""The uncertain messages in the order in which reading them helps most, near copies together.

The work is bounded: of the newest messages that wait, the heaviest groups of equal words are looked at, and only those
are compared with each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import and_, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.staff.review.uncertain import DISPUTED, OPEN, WAITING, labels_of
from bot.tables import messages, readings, staff, uncertain
from bot.understanding.text import fold

NEWEST = 10_000
COUNTED = 1_000
GROUPS = 200
PAGE_LENGTH = 20
MOST_AT_ONCE = 500
MOST_SHOWN_ALIKE = 3
ALIKE = 90
"""From here (0–100, words in any order, repeated ones once) two messages say the same."""
SAME_LENGTH = 0.6
"""A short text is part of many long ones: only texts of about the same number of words are compared."""


@dataclass(frozen=True)
class Item:
    """One message with those that say the same. `weight` is uncertainty × frequency: the sum of 1 − confidence.

    `ids` name one message of each group of equal words; `alike` are some of their texts; `labels` are
    (alias, label) of earlier readers, shown only where they disagree.
    """

    id: int
    text: str = field(repr=False)
    at: datetime
    need: str
    confidence: float
    urgent: str | None
    guesses: tuple[str, ...]
    state: str
    count: int
    weight: float
    ids: tuple[int, ...]
    alike: tuple[str, ...] = field(default=(), repr=False)
    labels: tuple[tuple[str, str], ...] = ()


def find_items(connection: Connection, reader: str, sensitive: bool) -> list[Item]:
    """What this reader can read now, the heaviest first; at most `PAGE_LENGTH`."""
    items = _merge(_groups(connection, reader, sensitive))[:PAGE_LENGTH]
    return [_with_labels(connection, item) if item.state == DISPUTED else item for item in items]


def members(connection: Connection, reader: str, ids: Sequence[int], sensitive: bool) -> list[int]:
    """Every waiting message of the groups that these ids name, the newest `MOST_AT_ONCE`; others come back later."""
    named = select(uncertain.c.alike, uncertain.c.need, uncertain.c.urgent, uncertain.c.state).where(
        uncertain.c.message_id.in_(ids), uncertain.c.sensitive.is_(sensitive)
    )
    groups = [_same(row) for row in connection.execute(named).mappings()]
    if not groups:
        return []
    waiting = select(uncertain.c.message_id).where(or_(*groups), *_readable(reader, sensitive))
    found = connection.execute(waiting.order_by(uncertain.c.message_id.desc()).limit(MOST_AT_ONCE)).scalars()
    return [int(id_) for id_ in found]


def count_waiting(connection: Connection, reader: str) -> dict[bool, int]:
    """How many messages wait for this reader, counted to `COUNTED` at most: {sensitive or not: count}."""
    return {kind: _count(connection, _newest(reader, kind, COUNTED)) for kind in (False, True)}


def _count(connection: Connection, wanted: Select) -> int:
    return int(connection.execute(select(func.count()).select_from(wanted.subquery())).scalar_one())


def _readable(reader: str, sensitive: bool) -> tuple[Any, ...]:
    """Open, or waiting for another than this reader."""
    own = select(readings.c.message_id).where(readings.c.staff_id == reader)
    for_others = and_(uncertain.c.state.in_((WAITING, DISPUTED)), uncertain.c.message_id.not_in(own))
    return uncertain.c.sensitive.is_(sensitive), or_(uncertain.c.state == OPEN, for_others)


def _newest(reader: str, sensitive: bool, most: int = NEWEST) -> Select:
    wanted = select(uncertain).where(*_readable(reader, sensitive))
    return wanted.order_by(uncertain.c.message_id.desc()).limit(most)


def _groups(connection: Connection, reader: str, sensitive: bool) -> list[Item]:
    newest = _newest(reader, sensitive).subquery()
    weight = func.sum(1 - newest.c.confidence)
    by = (newest.c.alike, newest.c.need, newest.c.urgent, newest.c.state)
    heaviest = (
        select(func.max(newest.c.message_id).label("id"), func.count().label("count"), weight.label("weight"))
        .group_by(*by)
        .order_by(weight.desc(), func.max(newest.c.message_id))
        .limit(GROUPS)
        .subquery()
    )
    joined = (
        select(uncertain, heaviest.c.count, heaviest.c.weight, messages.c.text, messages.c.created_at)
        .join(heaviest, heaviest.c.id == uncertain.c.message_id)
        .join(messages, messages.c.id == uncertain.c.message_id)
    )
    return [_item(row) for row in connection.execute(joined.order_by(heaviest.c.weight.desc())).mappings()]


def _merge(groups: Sequence[Item]) -> list[Item]:
    """Near copies into the heaviest of them; those of another need, danger or state stay apart."""
    folded = [fold(group.text) for group in groups]
    likeness = process.cdist(folded, folded, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE)
    taken: set[int] = set()
    merged = []
    for index, group in enumerate(groups):
        if index in taken:
            continue
        near = [
            other
            for other in range(index, len(groups))
            if other not in taken and (other == index or (likeness[index][other] and _comparable(group, groups[other])))
        ]
        taken.update(near)
        merged.append(_together([groups[other] for other in near]))
    return sorted(merged, key=lambda item: (-item.weight, item.id))


def _comparable(one: Item, other: Item) -> bool:
    short, long = sorted((len(one.text.split()), len(other.text.split())))
    same = (one.need, one.urgent, one.state) == (other.need, other.urgent, other.state)
    return same and short >= SAME_LENGTH * long


def _together(near: Sequence[Item]) -> Item:
    first = near[0]
    return Item(
        **{
            **vars(first),
            "count": sum(item.count for item in near),
            "weight": sum(item.weight for item in near),
            "ids": tuple(item.id for item in near),
            "alike": tuple(item.text for item in near[1 : MOST_SHOWN_ALIKE + 1]),
        }
    )


def _item(row: Mapping[str, Any]) -> Item:
    same = {name: row[name] for name in ("text", "need", "confidence", "urgent", "state", "count", "weight")}
    id_ = row["message_id"]
    return Item(id=id_, at=row["created_at"], guesses=tuple(row["guesses"]), ids=(id_,), **same)


def _with_labels(connection: Connection, item: Item) -> Item:
    names = dict(connection.execute(select(staff.c.id, staff.c.alias)).all())
    given = labels_of(connection, [item.id]).get(item.id, [])
    labels = tuple((names.get(each["staff_id"], ""), each["label"]) for each in given)
    return Item(**{**vars(item), "labels": labels})


def _same(row: Mapping[str, Any]) -> Any:
    urgent = uncertain.c.urgent.is_(None) if row["urgent"] is None else uncertain.c.urgent == row["urgent"]
    same = uncertain.c.alike == row["alike"], uncertain.c.need == row["need"], uncertain.c.state == row["state"]
    return and_(*same, urgent)
