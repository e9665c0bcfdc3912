"""The transcript: our own record of every talk, masked, written before anything else is done with a message.

A message of the person is *answered* when its whole answer is stored; until then the same id sent again is worked on
again, afterwards it only brings the same answer. Functions take the caller's connection and never commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from bot.chat.draft import Draft, Option
from bot.chat.feedback import ASKED
from bot.chat.masking import Masked
from bot.handover.insertion import insert_once
from bot.tables import messages

CHOICES_KEPT = 200
# What every message asks stands ready: building a statement costs more than running it.
_INSERT = insert(messages)
_OF_ANSWER = select(messages).where(messages.c.reply_to == bindparam("said_id")).order_by(messages.c.id)
_SAID = select(messages).where(
    messages.c.conversation_id == bindparam("talk"), messages.c.client_id == bindparam("said_id")
)
_NEWEST_FIRST = (
    select(messages)
    .where(messages.c.conversation_id == bindparam("talk"))
    .order_by(messages.c.id.desc())
    .limit(bindparam("most"))
)
_SIGNS = select(messages.c.urgent, messages.c.service, messages.c.understood).where(
    messages.c.conversation_id == bindparam("talk")
)
_ANSWERED = update(messages).where(messages.c.id == bindparam("said_id"), messages.c.answered_at.is_(None))


@dataclass(frozen=True)
class Stored:
    """One row of the transcript."""

    id: int
    client_id: str | None
    sender: str
    text: str = field(repr=False)
    masked: Sequence[str]
    choices: Sequence[Mapping[str, str]]
    service: Mapping[str, Any] | None
    urgent: str | None
    case_id: str | None
    form: str | None
    understood: Mapping[str, Any] | None
    reply_to: int | None
    created_at: datetime
    answered_at: datetime | None
    feedback: str | None


_picked = itemgetter(*(messages.c.keys().index(f.name) for f in fields(Stored)))


def store_said(
    connection: Connection, conversation_id: str, client_id: str, masked: Masked, urgent: str | None, now: datetime
) -> Stored:
    """The person's message, stored once: the same `client_id` again gives the row that is there."""
    row = {
        "conversation_id": conversation_id,
        "client_id": client_id,
        "sender": "person",
        "text": masked.text,
        "masked": list(masked.kinds),
        "choices": [],
        "urgent": urgent,
        "created_at": now,
    }
    insert_once(connection, messages, row)
    found = find_said(connection, conversation_id, client_id)
    assert found is not None, "just stored, in this transaction"
    return found


def find_said(connection: Connection, conversation_id: str, client_id: str) -> Stored | None:
    """The person's message with this id, or None."""
    row = connection.execute(_SAID, {"talk": conversation_id, "said_id": client_id}).first()
    return _stored(row) if row else None


def store_answer(
    connection: Connection,
    said: Stored,
    conversation_id: str,
    drafts: Iterable[Draft],
    understood: object,
    now: datetime,
) -> None:
    """The whole answer in one go; if another worker was faster, its answer is the one that counts."""
    answered = {"answered_at": now, "understood": understood, "said_id": said.id}
    if connection.execute(_ANSWERED, answered).rowcount:
        for draft in drafts:
            store_bot(connection, conversation_id, draft, said.id, now)


def store_bot(
    connection: Connection, conversation_id: str, draft: Draft, reply_to: int | None, now: datetime, late: bool = False
) -> None:
    """One message of the assistant, with a fresh opaque id for each choice; `late`: nobody waits for it just now."""
    row = {
        "conversation_id": conversation_id,
        "sender": "bot",
        "text": draft.text,
        "masked": [],
        "choices": [
            {"id": secrets.token_urlsafe(9), "label": option.label, "payload": option.payload}
            for option in draft.choices
        ],
        "service": draft.service,
        "urgent": draft.urgent,
        "case_id": draft.case_id,
        "form": draft.form,
        "reply_to": reply_to,
        "understood": {"language": draft.language, **({"late": True} if late else {})},
        "feedback": ASKED if draft.asks else None,
        "created_at": now,
    }
    connection.execute(_INSERT, row)


def replies(connection: Connection, said_id: int) -> list[Stored]:
    """The answer to one message, in order."""
    return [_stored(row) for row in connection.execute(_OF_ANSWER, {"said_id": said_id})]


def transcript(connection: Connection, conversation_id: str) -> list[Stored]:
    """Everything, in order."""
    return _rows(connection, messages.c.conversation_id == conversation_id)


def signs_of_topic(connection: Connection, conversation_id: str) -> list[Any]:
    """`urgent`, `service` and `understood` of every message: whole rows of a long talk cost 20 ms more."""
    return list(connection.execute(_SIGNS, {"talk": conversation_id}))


def latest_rows(connection: Connection, conversation_id: str, limit: int = 60) -> list[Stored]:
    """The newest rows, the newest first."""
    found = connection.execute(_NEWEST_FIRST, {"talk": conversation_id, "most": limit})
    return [_stored(row) for row in found]


def late_messages(connection: Connection, conversation_id: str, after: int) -> list[Stored]:
    """What the assistant said when nobody was waiting (a case that was found later), after that id."""
    said = _rows(
        connection,
        messages.c.conversation_id == conversation_id,
        messages.c.sender == "bot",
        messages.c.id > after,
    )
    return [row for row in said if row.understood and row.understood.get("late")]


def newest_id(connection: Connection, conversation_id: str, until: datetime | None = None) -> int:
    """The highest message id of the conversation, up to a moment; 0 when there is none."""
    wanted = [messages.c.conversation_id == conversation_id]
    wanted += [messages.c.created_at <= until] if until else []
    return connection.execute(select(func.max(messages.c.id)).where(*wanted)).scalar() or 0


def created_at(connection: Connection, conversation_id: str, message_id: int) -> datetime | None:
    """When a message of this conversation was stored."""
    own = messages.c.conversation_id == conversation_id, messages.c.id == message_id
    found: datetime | None = connection.execute(select(messages.c.created_at).where(*own)).scalar()
    return found


def find_option(connection: Connection, conversation_id: str, choice_id: str) -> Option | None:
    """The choice with this id, if this conversation was offered it."""
    offered = messages.c.conversation_id == conversation_id, messages.c.sender == "bot"
    newest_first = select(messages.c.choices).where(*offered).order_by(messages.c.id.desc()).limit(CHOICES_KEPT)
    for row in connection.execute(newest_first):
        for choice in row.choices or ():
            if choice["id"] == choice_id:
                return Option(choice["label"], choice["payload"])
    return None


def shown_cases(connection: Connection, conversation_id: str) -> frozenset[str]:
    """The ids of the cases that a message of this conversation has told of."""
    told = messages.c.conversation_id == conversation_id, messages.c.case_id.is_not(None)
    return frozenset(row.case_id for row in connection.execute(select(messages.c.case_id).where(*told)))


def was_told(connection: Connection, conversation_id: str, texts: Sequence[str]) -> bool:
    """Whether the assistant has said one of these texts in this conversation."""
    said = messages.c.conversation_id == conversation_id, messages.c.sender == "bot", messages.c.text.in_(list(texts))
    return connection.execute(select(messages.c.id).where(*said).limit(1)).scalar() is not None


def was_urgent(connection: Connection, conversation_id: str) -> bool:
    """Whether the person has spoken of danger in this talk."""
    alarmed = messages.c.conversation_id == conversation_id, messages.c.urgent.is_not(None)
    return connection.execute(select(messages.c.id).where(*alarmed).limit(1)).scalar() is not None


def _rows(connection: Connection, *conditions: object) -> list[Stored]:
    return [_stored(row) for row in connection.execute(select(messages).where(*conditions).order_by(messages.c.id))]


def _stored(row: Any) -> Stored:
    return Stored(*_picked(row))
