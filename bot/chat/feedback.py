"""Did the answer help? Asked after what can be judged, kept beside the answer, changed as often as the person wants.

Never asked in danger, nor of a form, a promise or a question back: there is nothing to judge yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.chat.draft import Draft
from bot.chat.web.incoming import Refused
from bot.routing.talk import Heard
from bot.tables import messages

ASKED = "asked"
ANSWERS = ("yes", "no")
_ID = re.compile(r"m(\d{1,18})")


@dataclass(frozen=True)
class Verdict:
    """What the person says of one answer: the row of its last message, and `yes` or `no`."""

    row: int
    answer: str


def ask_if_it_helped(drafts: Sequence[Draft], understood: Mapping[str, Any]) -> list[Draft]:
    """The answer, its last message marked when it is to be asked about."""
    if not _can_be_judged(drafts, understood):
        return list(drafts)
    return [*drafts[:-1], replace(drafts[-1], asks=True)]


def read_verdict(fields: Mapping[str, Any]) -> Verdict:
    """`{"id", "answer"}` of a call or a form.

    Raises:
        Refused: 422.
    """
    given, answer = fields.get("id"), fields.get("answer")
    found = _ID.fullmatch(given) if isinstance(given, str) else None
    if found is None or answer not in ANSWERS:
        raise Refused(422, "unreadable")
    return Verdict(int(found.group(1)), str(answer))


def note_verdict(connection: Connection, conversation_id: str, verdict: Verdict) -> None:
    """Keep it; the latest counts.

    Raises:
        Refused: 422 for a message that this talk was not asked about.
    """
    asked = messages.c.id == verdict.row, messages.c.feedback.is_not(None)
    own = messages.c.conversation_id == conversation_id
    if not connection.execute(update(messages).where(own, *asked).values(feedback=verdict.answer)).rowcount:
        raise Refused(422, "unreadable")


def _can_be_judged(drafts: Sequence[Draft], understood: Mapping[str, Any]) -> bool:
    if understood.get("decision") != "answer" or any(draft.urgent or draft.case_id or draft.form for draft in drafts):
        return False
    asks = Heard(intent=understood.get("intent"), question=understood.get("question")).asks
    answered = asks is not None and not any(draft.choices for draft in drafts)
    return answered or any(draft.service for draft in drafts)
