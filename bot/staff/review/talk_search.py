"""Finding talks by what residents wrote, in Swedish, with å, ä and ö apart; the one place that knows both databases.

Words are found by how they begin ("skol" finds "skolan"), on PostgreSQL also by their Swedish stem. Words in quotation
marks are looked for whole and in that order. All words must stand in the same message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import column, func, literal_column, select, table
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.handover.passed_on import TO_STAFF
from bot.tables import messages
from bot.triggers import WORDS

MOST_HITS = 2_000
"""The newest messages with the words; older ones are found with more words, never by waiting longer."""
LONGEST = 200
NEWEST = 100_000
"""On PostgreSQL: among so many messages a common word has enough hits; reading all that hold it takes a second."""
_PART = re.compile(r'"([^"]+)"|(\S+)')
_WORD = re.compile(r"\w+")
Wanted = Sequence[tuple[bool, list[str]]]
"""Parts of what was typed: whether it is a phrase, and its words."""


@dataclass(frozen=True)
class Hits:
    """A query for the ids of the talks. `capped`: there may be older messages with the words that are not in it."""

    talks: Select
    capped: bool


def hits(connection: Connection, typed: str) -> Hits | None:
    """Where somebody wrote this; None if it holds no word."""
    parts = [(bool(phrase), _WORD.findall(phrase or single)) for phrase, single in _PART.findall(typed[:LONGEST])]
    # A single "föräldra-kurs" is two words in the index, and so it is here.
    wanted = [(phrase, found) for phrase, found in parts if found]
    if not wanted:
        return None
    look = _in_sqlite if connection.dialect.name == "sqlite" else _in_postgresql
    ids = look(connection, wanted)
    # What went to staff is not for review: the front door notes it on the message itself.
    to_staff = func.coalesce(messages.c.understood["decision"].as_string(), "") == TO_STAFF
    return Hits(select(messages.c.conversation_id).where(messages.c.id.in_(ids), ~to_staff), len(ids) >= MOST_HITS)


def _in_sqlite(connection: Connection, wanted: Wanted) -> list[int]:
    words = table(WORDS, column("rowid"))
    match = literal_column(WORDS).op("MATCH")(" ".join(_sqlite(phrase, found) for phrase, found in wanted))
    newest = select(words.c.rowid).where(match).order_by(words.c.rowid.desc()).limit(MOST_HITS)
    return list(connection.execute(newest).scalars())


def _in_postgresql(connection: Connection, wanted: Wanted) -> list[int]:
    """A common word is found among the newest messages; only where they hold too few are all of them looked at."""
    last = connection.execute(select(func.max(messages.c.id))).scalar() or 0
    for after in (last - NEWEST, 0) if last > NEWEST else (0,):
        found = list(connection.execute(_newest(wanted, after)).scalars())
        if len(found) >= MOST_HITS:
            break
    return found


def _newest(wanted: Wanted, after: int) -> Select:
    loose = " & ".join(_postgresql(False, found) for _, found in wanted)
    exact = " & ".join(_postgresql(phrase, found) for phrase, found in wanted)
    person = messages.c.sender == literal_column("'person'")
    said = select(messages.c.id, messages.c.text).where(person, _matches(messages.c.text, loose))
    said = said.where(messages.c.id > after) if after else said
    # "offset 0": a step of its own. PostgreSQL takes a phrase for rarer than it is, and would read every message with
    # its words; "+ 0": else it walks the primary key backwards and reads a million texts for a word that nobody wrote.
    if not any(phrase for phrase, _ in wanted):
        step = said.offset(0).subquery()
        return select(step.c.id).order_by((step.c.id + 0).desc()).limit(MOST_HITS)
    # The order is the step's: so the phrase is looked for in the newest first, and only until there are enough.
    step = said.order_by((messages.c.id + 0).desc()).offset(0).subquery()
    return select(step.c.id).where(_matches(step.c.text, exact)).limit(MOST_HITS)


def _matches(text: Any, typed: str) -> Any:
    # The language is written out: the index is on exactly this expression.
    swedish = literal_column("'swedish'::regconfig")
    return func.to_tsvector(swedish, text).op("@@")(func.to_tsquery(swedish, typed))


def _sqlite(phrase: bool, found: list[str]) -> str:
    """Each word between quotation marks, so that nothing in it is an operator, and free to go on."""
    if phrase:
        return '"' + " ".join(found) + '"'
    return " ".join(f'"{word}"*' for word in found)


def _postgresql(phrase: bool, found: list[str]) -> str:
    """As `_sqlite`; the words hold letters and digits only."""
    return (" <-> " if phrase else " & ").join(f"'{word}'" if phrase else f"'{word}':*" for word in found)
