"""What the database itself keeps up beside the tables: the index of words, and the mark on a talk that has changed.

Triggers and not the code that writes, because four processes write and none of them may forget it: a message that is
deleted is gone from the index in the same transaction. Only what residents said is indexed, never an answer, and only
as it is stored: masked. å, ä and ö stay apart on both databases.
"""

from __future__ import annotations

from sqlalchemy import MetaData, event
from sqlalchemy.engine import Connection

WORDS = "message_words"
"""The full-text table of SQLite; PostgreSQL has an index instead."""
PART = 25_000
"""Ids of messages that PostgreSQL's index holds together, so that the newest can be searched without all others."""
INDEXED = f"(to_tsvector('swedish'::regconfig, text) || array_to_tsvector(ARRAY['#' || ((id / {PART})::text)]))"
"""What PostgreSQL's index is on: the words, and the part that the message is in, written as no word can be."""
TALK = "INSERT INTO talks (conversation_id, is_test, began_at, stale, top, length, needs, services, decisions, urgent,"
REST = " feedback, handed_over, sensitive, flagged) "

_SQLITE_MARK = "UPDATE talks SET stale = 1 WHERE conversation_id = {row}.conversation_id AND stale = 0;"
_SQLITE_FORGET = f"INSERT INTO {WORDS} ({WORDS}, rowid, text) VALUES ('delete', old.id, old.text);"
_SQLITE_LEARN = f"INSERT INTO {WORDS} (rowid, text) VALUES (new.id, new.text);"
_SQLITE_BEGIN = f"{TALK}{REST}VALUES (new.id, new.is_test, new.created_at, 1, 0, 0, '', '', '', '', '', 0, 1, 0);"


def _sqlite(name: str, when: str, what: str) -> str:
    return f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {when} BEGIN {what} END"


SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} USING fts5("
    "text, content='messages', content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
    _sqlite("words_of_new", "INSERT ON messages WHEN new.sender = 'person'", _SQLITE_LEARN),
    _sqlite("words_of_gone", "DELETE ON messages WHEN old.sender = 'person'", _SQLITE_FORGET),
    _sqlite(
        "words_of_changed", "UPDATE OF text ON messages WHEN old.sender = 'person'", _SQLITE_FORGET + _SQLITE_LEARN
    ),
    _sqlite("talk_begun", "INSERT ON conversations WHEN new.case_id IS NULL", _SQLITE_BEGIN),
    _sqlite(
        "talk_tested",
        "UPDATE OF is_test ON conversations",
        "UPDATE talks SET is_test = new.is_test WHERE conversation_id = new.id;",
    ),
    _sqlite("talk_said", "INSERT ON messages", _SQLITE_MARK.format(row="new")),
    _sqlite("talk_answered", "UPDATE OF understood, feedback, urgent ON messages", _SQLITE_MARK.format(row="new")),
    _sqlite("talk_shortened", "DELETE ON messages", _SQLITE_MARK.format(row="old")),
    _sqlite("talk_handed_over", "INSERT ON cases", _SQLITE_MARK.format(row="new")),
    _sqlite("talk_case_gone", "DELETE ON cases", _SQLITE_MARK.format(row="old")),
)


def _function(name: str, what: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$ BEGIN {what} RETURN NULL; END $body$"
    )


def _postgresql(name: str, when: str, function: str) -> tuple[str, str]:
    table = when.partition(" ON ")[2].split()[0]
    event_, condition = when.partition(" WHEN ")[::2]
    where = f" WHEN ({condition})" if condition else ""
    made = f"CREATE TRIGGER {name} AFTER {event_} FOR EACH ROW{where} EXECUTE FUNCTION {function}()"
    return f"DROP TRIGGER IF EXISTS {name} ON {table}", made


# Always written, even if the mark is there: the row's lock makes whoever sums up wait for this transaction.
_POSTGRESQL_MARK = "UPDATE talks SET stale = true WHERE conversation_id = {row}.conversation_id;"
POSTGRESQL_INDEX = f"CREATE INDEX IF NOT EXISTS ix_{WORDS} ON messages USING gin ({INDEXED}) WHERE sender = 'person'"
POSTGRESQL = (
    POSTGRESQL_INDEX,
    _function("mark_talk", _POSTGRESQL_MARK.format(row="NEW")),
    _function("mark_shorter_talk", _POSTGRESQL_MARK.format(row="OLD")),
    _function(
        "begin_talk",
        f"{TALK}{REST}"
        "VALUES (NEW.id, NEW.is_test, NEW.created_at, true, 0, 0, '', '', '', '', '', false, true, false);",
    ),
    _function("test_talk", "UPDATE talks SET is_test = NEW.is_test WHERE conversation_id = NEW.id;"),
    *_postgresql("talk_begun", "INSERT ON conversations WHEN NEW.case_id IS NULL", "begin_talk"),
    *_postgresql("talk_tested", "UPDATE OF is_test ON conversations", "test_talk"),
    *_postgresql("talk_said", "INSERT ON messages", "mark_talk"),
    *_postgresql("talk_answered", "UPDATE OF understood, feedback, urgent ON messages", "mark_talk"),
    *_postgresql("talk_shortened", "DELETE ON messages", "mark_shorter_talk"),
    *_postgresql("talk_handed_over", "INSERT ON cases", "mark_talk"),
    *_postgresql("talk_case_gone", "DELETE ON cases", "mark_shorter_talk"),
)


def create_triggers(connection: Connection) -> None:
    """Make what is not there yet; the tables must be."""
    for statement in POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE:
        connection.exec_driver_sql(statement)


def take_in_what_is_there(connection: Connection) -> None:
    """For rows that are older than the triggers: a mark for each talk, and the words of each message."""
    yes, no = ("true", "false") if connection.dialect.name == "postgresql" else ("1", "0")
    kept = f"SELECT id, is_test, created_at, {yes}, 0, 0, '', '', '', '', '', {no}, {yes}, {no} FROM conversations"
    connection.exec_driver_sql(f"{TALK}{REST}{kept} WHERE case_id IS NULL")
    if connection.dialect.name == "sqlite":
        said = "SELECT id, text FROM messages WHERE sender = 'person'"
        connection.exec_driver_sql(f"INSERT INTO {WORDS} (rowid, text) {said}")


def attach(metadata: MetaData) -> None:
    """Make them with the tables, as the tests do; an installation gets them from its migrations."""
    event.listen(metadata, "after_create", lambda _target, connection, **_: create_triggers(connection))
    event.listen(metadata, "before_drop", lambda _target, connection, **_: _drop_words(connection))


def _drop_words(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {WORDS}")
