"""A case as a record to hand out: its parts in order, each of which can be hidden by itself. Never contact details.

The talk with the assistant belongs to the record only if the person shared it with the unit, and only up to then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from bot.handover import thread
from bot.handover.case import Case
from bot.handover.passed_on import shared_lines
from bot.staff.words import Words

FORMAT, VERSION = "vagvisaren-record", 1


@dataclass(frozen=True)
class Part:
    """`id` is stable for a case: a fact's name, `talk-<id>` or `thread-<id>`. `sender` is empty for a fact."""

    id: str
    kind: str
    text: str = field(repr=False)
    sender: str = ""
    at: datetime | None = None


def parts_of(connection: Connection, case: Case, words: Words) -> list[Part]:
    """Everything that the record holds, facts first, then what was shared, then the thread."""
    facts = ((name, text) for name, text in _facts(case, words) if text)
    shared = [Part("summary", "summary", case.summary)] if case.summary else []
    return [*(Part(name, name, text) for name, text in facts), *shared, *_talk(connection, case, words),
            *_thread(connection, case, words)]  # fmt: skip


def as_json(
    case: Case, asked_by: str, parts: list[Part], hidden: Mapping[str, str], words: Words, now: datetime
) -> str:
    """The record for another system; a hidden part says so, and why, and holds nothing of its text or sender."""
    told = [_part_as_json(part, hidden.get(part.id), words) for part in parts]
    record = {"format": FORMAT, "version": VERSION, "reference": case.reference, "made_at": now.isoformat()}
    return json.dumps({**record, "asked_by": asked_by, "parts": told}, ensure_ascii=False, indent=2)


def _part_as_json(part: Part, provision: str | None, words: Words) -> dict[str, Any]:
    label = words.of("record_part", part.kind)
    if provision is not None:
        return {"label": label, "hidden": True, "provision": provision}
    at = part.at.isoformat() if part.at else None
    return {"label": label, "hidden": False, "from": part.sender or None, "at": at, "text": part.text}


def _facts(case: Case, words: Words) -> Iterator[tuple[str, str]]:
    yield "service", words.of("service", case.service)
    yield "need", words.of("need", case.need)
    yield "district", words.of("district", case.district)
    yield "created", words.when(case.created_at, "dated")
    yield "due", words.when(case.due_at, "dated")
    how = words.of("how", case.contacted_how).lower()
    yield "contacted", f"{words.when(case.contacted_at, 'dated')}, {how}" if case.contacted_at else ""
    outcome = words.of("outcome", case.outcome) or words.of("state", case.state)
    yield "closed", f"{words.when(case.closed_at, 'dated')}. {outcome}" if case.closed_at else ""


def _talk(connection: Connection, case: Case, words: Words) -> Iterator[Part]:
    for line in shared_lines(connection, case):
        yield Part(f"talk-{line.id}", "talk", line.text, words.of("sender", line.sender), line.at)


def _thread(connection: Connection, case: Case, words: Words) -> Iterator[Part]:
    for message in thread.messages(connection, case.id):
        sender = message.alias or words.of("sender", message.sender)
        yield Part(f"thread-{message.id}", "thread", message.text, sender, message.created_at)
