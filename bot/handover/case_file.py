"""A case as the city's case system gets it: what the unit may see of it, no more, in one JSON document.

`docs/case-file.schema.json` describes it; a change of shape raises `VERSION`. Staff stand in it by alias. What is never
in it: session and receipt hashes, ids of the talk, who has read what, and whatever the person did not choose to share.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.handover import thread
from bot.handover.contact import read_contact
from bot.handover.passed_on import shared_lines
from bot.handover.record import Case
from bot.tables import staff

VERSION = 1


@dataclass(frozen=True)
class CaseFile:
    """`content` is ready for JSON; `reference` names the file, and is what the receiving side tells repeats by."""

    reference: str
    content: dict[str, Any] = field(repr=False)


def build_case_file(connection: Connection, case: Case, keys: tuple[str, ...], now: datetime) -> CaseFile:
    """The case as it stands.

    Raises:
        bot.handover.contact.SealError: no key opens the contact details.
    """
    names = {row.id: row.alias for row in connection.execute(select(staff.c.id, staff.c.alias))}
    content = {
        "format": "vagvisaren-case",
        "version": VERSION,
        "exported_at": _time(now),
        "reference": case.reference,
        **{name: getattr(case, name) for name in ("service", "need", "district", "channel", "acute", "state")},
        "created_at": _time(case.created_at),
        "first_contact": _first_contact(case, names),
        "taken": _step(case.taken_by, case.taken_at, names),
        "closed": _step(case.closed_by, case.closed_at, names),
        "outcome": case.outcome,
        "shared": _shared(connection, case),
        "thread": [_message(message) for message in thread.messages(connection, case.id)],
        "contact": _contact(connection, case, keys),
    }
    return CaseFile(case.reference, content)


def _first_contact(case: Case, names: dict[str, str]) -> dict[str, Any]:
    done = {"at": _time(case.contacted_at), "by": names.get(case.contacted_by or ""), "how": case.contacted_how}
    return {"promised_before": _time(case.due_at), **done}


def _step(by: str | None, at: datetime | None, names: dict[str, str]) -> dict[str, Any] | None:
    return None if at is None else {"at": _time(at), "by": names.get(by or "")}


def _shared(connection: Connection, case: Case) -> dict[str, Any]:
    summary = case.summary if case.shared == "summary" else None
    told = [{"at": _time(line.at), "from": line.sender, "text": line.text} for line in shared_lines(connection, case)]
    talk = told if case.shared == "conversation" else None
    return {"choice": case.shared, "summary": summary, "conversation": talk}


def _message(message: thread.ThreadMessage) -> dict[str, Any]:
    said = {"at": _time(message.created_at), "from": message.sender, "by": message.alias, "text": message.text}
    return {**said, "read_at": _time(message.read_at)}


def _contact(connection: Connection, case: Case, keys: tuple[str, ...]) -> dict[str, Any] | None:
    """None for a case that was taken back, and after "do not contact me": the unit may not see them either."""
    if not case.may_contact:
        return None
    contact = read_contact(connection, case.id, keys)
    return None if contact is None else asdict(contact)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
