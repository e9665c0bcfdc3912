"""Finding talks by what residents wrote, in Swedish, with å, ä and ö apart; the one place that knows both databases.

Words are found by how they begin ("skol" finds "skolan"), on PostgreSQL also by their Swedish stem. Words in quotation
marks are looked for whole and in that order. All words must stand in the same message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, Integer, and_, column, func, literal_column, select, table, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement, Select

from bot.handover.passed_on import TO_STAFF
from bot.tables import messages
from bot.triggers import INDEXED, PART, WORDS

MOST_HITS = 2_000
"""The newest messages with the words; older ones are found with more words, never by waiting longer."""
LONGEST = 200
NEWEST = 100_000
"""On PostgreSQL: among so many messages a common word has enough hits; reading all that hold it takes a second."""
# The language is written out: the index is on exactly this expression.
_SWEDISH = literal_column("'swedish'::regconfig")
_PART = re.compile(r'"([^"]+)"|(\S+)')
_WORD = re.compile(r"\w+")
Wanted = Sequence[tuple[bool, list[str]]]
"""Parts of what was typed: whether it is a phrase, and its words."""


@dataclass(frozen=True)
class Hits:
    """A query for the ids of the talks. `capped`: there may be older messages that fit and are not in it."""

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
    ids, capped = look(connection, wanted)
    # What went to staff is not for review: the front door notes it on the message itself.
    to_staff = func.coalesce(messages.c.understood["decision"].as_string(), "") == TO_STAFF
    return Hits(select(messages.c.conversation_id).where(messages.c.id.in_(ids), ~to_staff), capped)


def _in_sqlite(connection: Connection, wanted: Wanted) -> tuple[list[int], bool]:
    words = table(WORDS, column("rowid"))
    match = literal_column(WORDS).op("MATCH")(" ".join(_sqlite(phrase, found) for phrase, found in wanted))
    newest = select(words.c.rowid).where(match).order_by(words.c.rowid.desc()).limit(MOST_HITS)
    ids = list(connection.execute(newest).scalars())
    return ids, len(ids) >= MOST_HITS


def _in_postgresql(connection: Connection, wanted: Wanted) -> tuple[list[int], bool]:
    """A common word is found among the newest messages; only where they hold too few are all of them looked at.

    So it is with the words of a phrase, however rare the phrase: the index knows which words a message holds, not their
    order. Words as "jag" and "inte" are not in the index: whoever types nothing else gets what the newest have.
    """
    words = func.to_tsquery(_SWEDISH, " & ".join(_postgresql(found) for _, found in wanted))
    newest_id, indexed = connection.execute(select(func.max(messages.c.id), func.numnode(words))).one()
    last = newest_id or 0
    first = max(last - NEWEST, 0)
    newest = "'" + " | ".join(f"''#{part}''" for part in range(first // PART, last // PART + 1)) + "'::tsquery"
    patterns = [_pattern(phrase, found) for phrase, found in wanted if phrase or not indexed]
    ids, looked_at = _fitting(connection, words.op("&&")(literal_column(newest)), patterns)
    older = first > 0
    if older and indexed and looked_at < MOST_HITS:
        (ids, _), older = _fitting(connection, words, patterns), False
    return ids, older or len(ids) >= MOST_HITS


def _fitting(connection: Connection, words: ColumnElement, patterns: Sequence[str]) -> tuple[list[int], int]:
    """Ids of the newest messages that hold the words and fit, `MOST_HITS` at most; and how many hold the words."""
    fits = and_(true(), *(messages.c.text.op("~*")(pattern) for pattern in patterns))
    indexed = literal_column(INDEXED).op("@@")(words)
    # The order is made of what was found: asked for, PostgreSQL may read a million texts from the newest on.
    ids = func.array_agg(aggregate_order_by(messages.c.id, messages.c.id.desc()), type_=ARRAY(Integer)).filter(fits)
    said = select(ids.label("ids"), func.count().label("count"))
    all_ = said.where(messages.c.sender == literal_column("'person'"), indexed).subquery()
    found, looked_at = connection.execute(select(all_.c.ids[1:MOST_HITS], all_.c.count)).one()
    return list(found or []), int(looked_at)


def _pattern(phrase: bool, found: list[str]) -> str:
    """A regular expression of PostgreSQL; the words hold letters and digits only."""
    return r"(^|\W)" + r"\W+".join(found) + (r"(\W|$)" if phrase else "")


def _sqlite(phrase: bool, found: list[str]) -> str:
    """Each word between quotation marks, so that nothing in it is an operator, and free to go on."""
    if phrase:
        return '"' + " ".join(found) + '"'
    return " ".join(f'"{word}"*' for word in found)


def _postgresql(found: list[str]) -> str:
    """As `_sqlite`, in any order; the words hold letters and digits only."""
    return " & ".join(f"'{word}':*" for word in found)
