"""The stored talks with the assistant, as staff may see them: masked text and what was understood. Only read here.

What a person wrote to staff is no talk with the assistant, and never found here: neither a session that was opened with
a receipt, nor the messages that went to a case's thread after staff had taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.handover.passed_on import TALKERS, without_thread
from bot.routing.sensitive import is_sensitive
from bot.staff.review.style import find_styles
from bot.staff.review.understood import Understood
from bot.tables import cases, conversations, messages

MODELLED = ("answer", "clarify", "fallback")
"""Decisions of the model: where it ranked nothing, a button was pressed."""


@dataclass(frozen=True)
class Line:
    """One message; `heard` is what was understood of it (only on the person's), `choices` the buttons under it."""

    id: int
    sender: str
    text: str
    at: datetime
    masked: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    service: str | None = None
    urgent: str | None = None
    case_id: str | None = None
    feedback: str | None = None
    heard: Understood | None = None


@dataclass(frozen=True)
class Summary:
    """What is known of a talk without its words. `unsure` is the lowest confidence of its messages, `last_at` when the
    person wrote last."""

    id: str
    began_at: datetime
    length: int
    needs: tuple[str, ...]
    services: tuple[str, ...]
    decisions: tuple[str, ...]
    unsure: float | None
    urgent: tuple[str, ...]
    feedback: tuple[str, ...]
    styles: tuple[str, ...]
    handed_over: bool
    sensitive: bool
    is_test: bool
    last_at: datetime | None = None


def find_talk(connection: Connection, conversation_id: str) -> Summary | None:
    """One talk, or None: purged, deleted by the person, or not a talk with the assistant."""
    return next(iter(sum_up(connection, [conversation_id])), None)


def sum_up(
    connection: Connection, ids: Sequence[str], said: Sequence[Mapping[str, Any]] | None = None
) -> list[Summary]:
    """What is known of these talks, from their messages (`said`, if they have been read) and cases as they are now."""
    wanted = conversations.c.id.in_(ids), conversations.c.case_id.is_(None)
    found = connection.execute(select(conversations).where(*wanted)).mappings().all()
    return _summaries(connection, found, talked(connection, ids) if said is None else said)


def lines(connection: Connection, conversation_id: str) -> list[Line]:
    """The messages of a talk, oldest first, each of the person's with what was understood."""
    rows = talked(connection, [conversation_id])
    heard = heard_by_message(rows)
    return [_line(row, heard.get(row["id"])) for row in rows]


def heard_by_message(rows: Sequence[Mapping[str, Any]]) -> dict[int, Understood]:
    """Id of the person's message → what was understood, whether it is stored there or on the answer."""
    on_answers = {row["reply_to"]: row["understood"] for row in reversed(rows) if row["reply_to"] and row["understood"]}
    people = [row for row in rows if row["sender"] == "person"]
    both = {row["id"]: row["understood"] or on_answers.get(row["id"]) for row in people}
    return {id_: Understood.read(heard) for id_, heard in both.items() if heard}


def talked(connection: Connection, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows of these talks that are for review, oldest first: neither what went to staff nor what they wrote."""
    of_talks = messages.c.conversation_id.in_(ids), messages.c.sender.in_(TALKERS)
    rows = connection.execute(select(messages).where(*of_talks).order_by(messages.c.id)).mappings()
    return without_thread(list(rows))


def _summaries(
    connection: Connection, talks: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> list[Summary]:
    ids = [talk["id"] for talk in talks]
    said = _by_talk(rows, "conversation_id")
    of_talks = select(cases.c.conversation_id, cases.c.need, cases.c.service).where(cases.c.conversation_id.in_(ids))
    handed = _by_talk(connection.execute(of_talks).mappings(), "conversation_id")
    return [_summary(talk, said.get(talk["id"], []), handed.get(talk["id"], [])) for talk in talks]


def _by_talk(rows: Iterable[Mapping[str, Any]], column: str) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row[column], []).append(row)
    return grouped


def _summary(
    talk: Mapping[str, Any], said: Sequence[Mapping[str, Any]], handed: Sequence[Mapping[str, Any]]
) -> Summary:
    heard_of = heard_by_message(said)
    heard = list(heard_of.values())
    people = [row for row in said if row["sender"] == "person"]
    sure = [h.confidence for h in heard if h.confidence is not None]
    shown = [(row["service"] or {}).get("id") for row in said]
    return Summary(
        id=talk["id"],
        began_at=talk["created_at"],
        length=len(people),
        needs=_distinct(h.need for h in heard),
        services=_distinct([*shown, *(h.service for h in heard), *(case["service"] for case in handed)]),
        decisions=_distinct(h.decision for h in heard),
        unsure=min(sure, default=None),
        urgent=_distinct([*(row["urgent"] for row in said), *(h.urgent for h in heard)]),
        handed_over=bool(handed),
        feedback=_distinct(row["feedback"] for row in said),
        styles=find_styles(_typed(people, heard_of)),
        # Where nothing was understood, as when Rasa was away, nobody knows what the talk is about.
        sensitive=sum(h.intent is not None for h in heard) < len(people) or _touches_sensitive(heard, said, handed),
        is_test=talk["is_test"],
        last_at=people[-1]["created_at"] if people else None,
    )


def _typed(people: Sequence[Mapping[str, Any]], heard: Mapping[int, Understood]) -> list[str]:
    """What the person wrote by hand, no button's label. Without the model nobody knows, and it counts as typed."""
    pressed = {id_ for id_, each in heard.items() if not each.typed and each.decision in MODELLED}
    return [row["text"] for row in people if row["id"] not in pressed]


def _touches_sensitive(
    heard: Sequence[Understood], said: Sequence[Mapping[str, Any]], handed: Sequence[Mapping[str, Any]]
) -> bool:
    """Whatever was understood, guessed at, offered or handed over counts: rather one question too many."""
    guessed = [need for h in heard for need in h.needs]
    offered = [(row["service"] or {}).get("id") for row in said] + [h.service for h in heard]
    needs, services = [*guessed, *(c["need"] for c in handed)], [*offered, *(c["service"] for c in handed)]
    return is_sensitive(_distinct(needs), _distinct(services))


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _line(row: Mapping[str, Any], heard: Understood | None) -> Line:
    return Line(
        id=row["id"],
        sender=row["sender"],
        text=row["text"],
        at=row["created_at"],
        masked=tuple(row["masked"] or ()),
        choices=tuple(choice.get("label", "") for choice in row["choices"] or ()),
        service=(row["service"] or {}).get("id"),
        urgent=row["urgent"],
        case_id=row["case_id"],
        feedback=row["feedback"],
        heard=heard,
    )
