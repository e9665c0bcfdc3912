"""Finding talks by what residents wrote, in Swedish, with å, ä and ö apart; the one place that knows both databases.

Words are found by how they begin ("skol" finds "skolan"), on PostgreSQL also by their Swedish stem. Words in quotation
marks are looked for whole and in that order. All words must stand in the same message.
"""

from __future__ import annotations

import re

from sqlalchemy import column, func, literal_column, select, table
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.handover.passed_on import TO_STAFF
from bot.tables import messages
from bot.triggers import WORDS

MOST_HITS = 2_000
"""The newest messages with the words; older ones are found with more words, never by waiting longer."""
LONGEST = 200
_PART = re.compile(r'"([^"]+)"|(\S+)')
_WORD = re.compile(r"\w+")


def hits(connection: Connection, typed: str) -> Select | None:
    """A query for the ids of the talks in which somebody wrote this; None if it holds no word."""
    parts = [(bool(phrase), _WORD.findall(phrase or single)) for phrase, single in _PART.findall(typed[:LONGEST])]
    # A single "föräldra-kurs" is two words in the index, and so it is here.
    wanted = [(phrase, found) for phrase, found in parts if found]
    if not wanted:
        return None
    # What went to staff is not for review: the front door notes it on the message itself.
    to_staff = func.coalesce(messages.c.understood["decision"].as_string(), "") == TO_STAFF
    newest = _newest(connection.dialect.name, wanted).subquery()
    return select(messages.c.conversation_id).where(messages.c.id.in_(select(newest.c.id)), ~to_staff)


def _newest(dialect: str, wanted: list[tuple[bool, list[str]]]) -> Select:
    if dialect == "sqlite":
        words = table(WORDS, column("rowid"))
        match = literal_column(WORDS).op("MATCH")(" ".join(_sqlite(phrase, found) for phrase, found in wanted))
        return select(words.c.rowid.label("id")).where(match).order_by(words.c.rowid.desc()).limit(MOST_HITS)
    typed = " & ".join(_postgresql(phrase, found) for phrase, found in wanted)
    # The language is written out: the index is on exactly this expression.
    swedish = literal_column("'swedish'::regconfig")
    match = func.to_tsvector(swedish, messages.c.text).op("@@")(func.to_tsquery(swedish, typed))
    said = select(messages.c.id).where(messages.c.sender == literal_column("'person'"), match)
    # "+ 0": else PostgreSQL walks the primary key backwards and reads a million texts for a word that nobody wrote.
    return said.order_by((messages.c.id + 0).desc()).limit(MOST_HITS)


def _sqlite(phrase: bool, found: list[str]) -> str:
    """Each word between quotation marks, so that nothing in it is an operator, and free to go on."""
    if phrase:
        return '"' + " ".join(found) + '"'
    return " ".join(f'"{word}"*' for word in found)


def _postgresql(phrase: bool, found: list[str]) -> str:
    """As `_sqlite`; the words hold letters and digits only."""
    return (" <-> " if phrase else " & ").join(f"'{word}'" if phrase else f"'{word}':*" for word in found)
