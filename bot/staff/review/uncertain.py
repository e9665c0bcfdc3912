"""Messages that the assistant was not sure of, kept for people to read: which ones, and what their readers agree on.

Nothing is overwritten: each reader's label is a row of its own, and what counts is worked out from all of them. A label
of danger, or one that takes danger away, needs two readers who agree; where two differ, a third settles it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.handover.insertion import insert_or_update
from bot.staff.review.understood import Understood
from bot.tables import readings, uncertain
from bot.understanding.intents import NEEDS, URGENT
from bot.understanding.text import words

REJECTED = "rejected"
"""The label of a message that is nothing to learn from."""
LABELS = (*NEEDS, "smalltalk", REJECTED)
OPEN, WAITING, DISPUTED, SETTLED = "open", "waiting", "disputed", "settled"
UNSURE_DECISIONS = ("clarify", "fallback")
SURE = 0.8
MOST_GUESSES = 9
SET_BY_THE_TALK = ("alike", "need", "urgent", "confidence", "guesses", "sensitive")


def verdict(labels: Sequence[str], predicted: str | None) -> tuple[str, str | None]:
    """The state of a message with these labels, one a reader, and the label that counts.

    `predicted` is the danger that the assistant heard, if any.
    """
    if not labels:
        return OPEN, None
    (first, most), *others = Counter(labels).most_common(2)
    grave = bool(predicted) or any(label in URGENT for label in labels)
    if others and others[0][1] == most:
        return DISPUTED, None
    if grave and most < 2:
        return WAITING, None
    return SETTLED, first


def note_uncertain(
    connection: Connection,
    rows: Iterable[Mapping[str, Any]],
    heard: Mapping[int, Understood],
    sensitive: Mapping[str, bool],
) -> None:
    """Keep the messages that somebody should read; what readers have said of them stays as it is.

    `sensitive`: talk → whether it is, for the talks that count; messages of others (tests) are left out.
    """
    kept = [
        _values(row, heard[row["id"]], sensitive[row["conversation_id"]])
        for row in rows
        if row["id"] in heard and row["conversation_id"] in sensitive and is_uncertain(heard[row["id"]])
    ]
    insert_or_update(connection, uncertain, kept, SET_BY_THE_TALK)


def is_uncertain(heard: Understood) -> bool:
    """Whether the assistant had to guess. A button says what it means, and without the model there is no guess."""
    if heard.confidence is None or not heard.typed or heard.decision not in ("answer", *UNSURE_DECISIONS):
        return False
    return heard.decision in UNSURE_DECISIONS or heard.confidence < SURE or heard.watch


def likeness_key(text: str) -> str:
    """The same for texts of the same words in any order; a hash, so that what a person said stands in one place."""
    return hashlib.sha256(" ".join(sorted(words(text))).encode()).hexdigest()[:16]


def label_messages(
    connection: Connection, ids: Collection[int], staff_id: str, label: str, now: datetime
) -> dict[str, int]:
    """Note one reader's label of these messages; returns how many are now in which state.

    Whoever reads the same one again changes their own label, never another's.
    """
    named = select(uncertain.c.message_id, uncertain.c.urgent).where(uncertain.c.message_id.in_(ids))
    # The lock makes two readers at the same moment see each other's label; SQLite has but one writer anyway.
    found = connection.execute(named.order_by(uncertain.c.message_id).with_for_update()).all()
    mine = {"staff_id": staff_id, "label": label, "at": now}
    given_now = [{"message_id": row.message_id, **mine} for row in found]
    insert_or_update(connection, readings, given_now, ("label", "at"))
    given = labels_of(connection, [row.message_id for row in found])
    reached: dict[tuple[str, str | None], list[int]] = {}
    for row in found:
        reached.setdefault(verdict([each["label"] for each in given[row.message_id]], row.urgent), []).append(
            row.message_id
        )
    for (state, agreed), those in reached.items():
        changed = update(uncertain).where(uncertain.c.message_id.in_(those))
        connection.execute(changed.values(state=state, label=agreed))
    return dict(Counter({state: len(those) for (state, _), those in reached.items()}))


def labels_of(connection: Connection, ids: Collection[int]) -> dict[int, list[Mapping[str, Any]]]:
    """Message id → the labels it has been given, the oldest first."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in connection.execute(
        select(readings).where(readings.c.message_id.in_(ids)).order_by(readings.c.at, readings.c.staff_id)
    ).mappings():
        found.setdefault(row["message_id"], []).append(row)
    return found


def _values(row: Mapping[str, Any], heard: Understood, sensitive: bool) -> dict[str, Any]:
    ranked = [name for name, _ in heard.ranking if name in LABELS]
    guesses = list(dict.fromkeys([*filter(None, (heard.need,)), *heard.choices, *ranked]))[:MOST_GUESSES]
    likeliest = heard.need or next(iter(guesses), "")
    return {
        "message_id": row["id"],
        "alike": likeness_key(row["text"]),
        "need": likeliest,
        "urgent": heard.urgent,
        "confidence": heard.confidence,
        "guesses": guesses,
        "sensitive": sensitive,
        "state": OPEN,
        "label": None,
        "example": None,
    }
