"""Stored rows as the `Message` of the API: cards drawn for this hour, receipts made from the token, no payloads."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from bot.chat.draft import Draft, Message
from bot.chat.parts import Parts
from bot.chat.session import Session
from bot.chat.transcript import Stored
from bot.handover.case import Case, get_case
from bot.handover.deadline import date_in_words, in_words
from bot.handover.receipt import in_groups, receipt_code
from bot.handover.record import CaseError
from bot.handover.thread import ThreadMessage
from bot.routing.card import card
from bot.sentences import SWEDISH

OF_TRANSCRIPT, OF_THREAD = "m", "t"


@dataclass(frozen=True)
class View:
    """Draws the messages of one session at one moment."""

    parts: Parts
    session: Session
    at: datetime

    def stored(self, connection: Connection, rows: Iterable[Stored]) -> list[Message]:
        """Rows of the transcript."""
        return [self._stored(connection, row) for row in rows]

    def thread(self, rows: Iterable[ThreadMessage]) -> list[Message]:
        """Messages between the person and staff."""
        return [
            {
                **_blank(f"{OF_THREAD}{row.id}", row.sender, row.text),
                "name": row.alias if row.sender == "staff" else None,
                "at": _iso(row.created_at),
            }
            for row in rows
        ]

    def _stored(self, connection: Connection, row: Stored) -> Message:
        language = (row.understood or {}).get("language") if row.sender == "bot" else None
        return {
            **_blank(f"{OF_TRANSCRIPT}{row.id}", row.sender, row.text),
            "choices": [{"id": choice["id"], "label": choice["label"]} for choice in row.choices],
            "service": draw_service(self.parts, row.service, self.at, row.text, language),
            "urgent": row.urgent if row.sender == "bot" else None,
            "case": self._case(connection, row.case_id, language),
            "lang": language,
            "form": row.form,
            "feedback": row.feedback,
            "at": _iso(row.created_at),
        }

    def _case(self, connection: Connection, case_id: str | None, language: str | None) -> dict[str, Any] | None:
        case = _find(connection, case_id)
        # A receipt belongs to the session that opened the case; whoever came back with it has it already.
        if case is None or case.conversation_id != self.session.id or not _opens(case, self.at):
            return None
        code = receipt_code(self.session.token, case.id, self.parts.settings.hash_key)
        return {
            "receipt": code,
            "receipt_in_groups": in_groups(code),
            "until": date_in_words(case.receipt_until, language or SWEDISH) if case.receipt_until else "",
            "due_at": _iso(case.due_at) if case.due_at else None,
            "due": in_words(case.due_at, language or SWEDISH) if case.due_at else None,
        }


def said_only(parts: Parts, drafts: Iterable[Draft], at: datetime) -> list[Message]:
    """Drafts that are said but not kept: errors, and what is shown while the database is away."""
    return [
        {
            **_blank(f"x{secrets.token_hex(8)}", "bot", draft.text),
            "lang": draft.language,
            "service": draw_service(parts, draft.service, at, draft.text, draft.language),
            "urgent": draft.urgent,
            "at": _iso(at),
        }
        for draft in drafts
    ]


def draw_service(
    parts: Parts, service: Mapping[str, Any] | None, at: datetime, text: str, language: str | None = None
) -> dict[str, Any] | None:
    """The card of a service or a line, without what the text above it says already.

    None for one that the catalogue no longer has.
    """
    if not service:
        return None
    try:
        drawn = card(parts.catalogue.of(language), service["id"], service.get("district"), at)
    except KeyError:
        return None
    return {**drawn.as_dict(), "about": "" if _plain(drawn.about) in _plain(text) else drawn.about}


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _opens(case: Case, at: datetime) -> bool:
    """Whether the code is still worth writing down: not after its last day, nor once it has been made invalid."""
    return case.receipt_until is None or case.receipt_until > at


def _find(connection: Connection, case_id: str | None) -> Case | None:
    try:
        return get_case(connection, case_id) if case_id else None
    except CaseError:
        return None


def _blank(id_: str, sender: str, text: str) -> Message:
    absent = dict.fromkeys(("name", "lang", "service", "urgent", "case", "form", "feedback"))
    return {"id": id_, "from": sender, "text": text, "choices": [], **absent}


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
