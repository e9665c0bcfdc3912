"""Examples to learn from: written by reviewers, approved by an editor, given back to `data/nlu/reviewed/` by a command.

By default staff write the message anew in their own words, and what the person wrote never leaves the database. Only
where the city has the consent for it (the setting TRAINING_CONSENT) may the masked message itself be used.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.engine import Connection

from bot.routing.sensitive import SENSITIVE_NEEDS
from bot.staff.review.likeness import is_long, near_copy, plain_key, sorted_words
from bot.staff.review.uncertain import SETTLED
from bot.tables import examples, messages, staff, uncertain
from bot.understanding.intents import NEEDS

PROPOSED, APPROVED, REFUSED, GIVEN = "proposed", "approved", "refused", "given"
STYLES = ("plain", "short", "story", "slang", "typos", "no_diacritics", "second_language", "formal", "english")
LONGEST = 500
PAGE_LENGTH = 20
OWN_WORDS = 75
"""From this likeness (0–100) the text is still the person's own, however a word or two were changed."""
_MARKUP = re.compile(r"[\[\]{}<>|`\x00-\x08\x0b-\x1f]")
_PERSONAL = re.compile(r"\d{5,}|\b\d{2,4}[- ]\d{2,3}[ -]?\d{2}|\S+@\S+|https?://|\bwww\.", re.IGNORECASE)


def on_one_line(text: str) -> str:
    """As it stands in the file: one line, single spaces."""
    return " ".join(text.split())


def example_problem(text: str, original: str | None, consent: bool) -> str | None:
    """The code of what is wrong with a text that is to be learned from, or None.

    `original` is what the person wrote; None where it is gone.
    """
    if not text:
        return "no_example"
    if len(text) > LONGEST:
        return "long_example"
    if _MARKUP.search(text) or text.startswith(("/", "-", "#")):
        return "marked_example"
    if _PERSONAL.search(text):
        return "personal_example"
    if original is not None and not consent and _is_their_own(text, original):
        return "original_example"
    return None


def waiting_messages(connection: Connection, sensitive: bool) -> list[Mapping[str, Any]]:
    """Messages whose need people have agreed on and that nobody has written an example after, the newest first."""
    # What readers have found to be sensitive is so, whatever the assistant took it for.
    touches = or_(uncertain.c.sensitive.is_(True), uncertain.c.label.in_(sorted(SENSITIVE_NEEDS)))
    wanted = (
        uncertain.c.state == SETTLED,
        uncertain.c.label.in_(NEEDS),
        uncertain.c.example.is_(None),
        touches if sensitive else ~touches,
    )
    columns = uncertain.c.message_id, uncertain.c.label, uncertain.c.need, messages.c.text
    query = select(*columns).join(messages, messages.c.id == uncertain.c.message_id).where(*wanted)
    found = connection.execute(query.order_by(uncertain.c.message_id.desc()).limit(PAGE_LENGTH * 4)).mappings()
    # Of equal messages one is enough to write after.
    once = {plain_key(row["text"]): row for row in reversed(found.all())}
    return list(reversed(once.values()))[:PAGE_LENGTH]


def find_waiting(connection: Connection, message_id: int) -> Mapping[str, Any] | None:
    """The message to write an example after, if it still is one."""
    wanted = uncertain.c.message_id == message_id, uncertain.c.state == SETTLED, uncertain.c.label.in_(NEEDS)
    query = select(uncertain, messages.c.text).join(messages, messages.c.id == uncertain.c.message_id).where(*wanted)
    row: Mapping[str, Any] | None = connection.execute(query).mappings().first()
    return row


def propose(
    connection: Connection, message: Mapping[str, Any], text: str, style: str, why: str, by: str, now: datetime
) -> str:
    """Keep an example for an editor to look at; returns its id."""
    made = secrets.token_hex(16)
    values = {"id": made, "need": message["label"], "style": style, "text": text, "why": why, "state": PROPOSED}
    who = {"message_id": message["message_id"], "written_by": by, "written_at": now}
    connection.execute(examples.insert().values(**values, **who))
    settle(connection, message, "written")
    return made


def settle(connection: Connection, message: Mapping[str, Any], how: str) -> None:
    """The message and those of the same words and label are dealt with: `written` or `skipped`."""
    same = uncertain.c.alike == message["alike"], uncertain.c.label == message["label"], uncertain.c.state == SETTLED
    connection.execute(update(uncertain).where(*same, uncertain.c.example.is_(None)).values(example=how))


def listed(connection: Connection, *states: str) -> list[Mapping[str, Any]]:
    """Examples in these states with the alias of who wrote them, the oldest first."""
    joined = select(examples, staff.c.alias).outerjoin(staff, staff.c.id == examples.c.written_by)
    wanted = joined.where(examples.c.state.in_(states)).order_by(examples.c.written_at, examples.c.id)
    return list(connection.execute(wanted.limit(PAGE_LENGTH * 5)).mappings())


def decide(connection: Connection, example_id: str, approve: bool, by: str, now: datetime) -> bool:
    """An editor's word, once; whoever wrote it does not decide. True if something changed."""
    mine = examples.c.id == example_id, examples.c.state == PROPOSED, examples.c.written_by != by
    values = {"state": APPROVED if approve else REFUSED, "refusal": None if approve else "staff"}
    return bool(
        connection.execute(update(examples).where(*mine).values(**values, decided_by=by, decided_at=now)).rowcount
    )


def _is_their_own(text: str, original: str) -> bool:
    if plain_key(text) == plain_key(original):
        return True
    return is_long(original) and near_copy(text, [sorted_words(original)], OWN_WORDS)
