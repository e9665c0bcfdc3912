"""The way forward from the first release: rows of every table of the first schema, read by today's code.

On SQLite and PostgreSQL. The rows below are written as the first release wrote them, by column name and without any
code of today; a test sees to it that no table of the first schema is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import MetaData, func, insert, select, text
from sqlalchemy.engine import Connection, Engine

from bot.chat.session import find_session, token_hash
from bot.chat.transcript import transcript
from bot.database import MIGRATIONS, UtcDateTime, create_database_engine, migrate, now, reading, transaction
from bot.handover.case import case_by_reference
from bot.handover.contact import Contact, read_contact, store_contact
from bot.handover.disposal import Purged, purge
from bot.handover.notices import outbox
from bot.handover.notices.heartbeat import beat
from bot.handover.queue import QueueFilter, find_open
from bot.handover.receipt import case_by_receipt, receipt_hash
from bot.handover.thread import messages as thread_messages
from bot.settings import Settings
from bot.staff.oversight.audit import AuditFilter, case_events, entries
from bot.staff.review.digest import catch_up
from bot.staff.review.talk_list import TalkFilter, find_talks
from bot.staff.review.transcripts import lines
from bot.staff.sign_in.sessions import find_session as find_staff_session
from bot.staff.sign_in.sessions import open_session as open_staff_session
from bot.tables import metadata, staff
from bot.triggers import WORDS
from tests.databases import fresh_database

FIRST = "0001"
AT = datetime(2026, 11, 22, 13, 5, tzinfo=timezone.utc)
DUE = datetime(2026, 11, 23, 13, 5, tzinfo=timezone.utc)
UNTIL = datetime(2099, 1, 1, tzinfo=timezone.utc)
HASH_KEY, TOKEN, CODE = "a key for hashes", "t" * 43, "1234567890123456"
KEY = Fernet.generate_key()
TALK, CASE, SIV = "c" * 32, "d" * 32, "e" * 32
CONTACT = Contact("+46701740605", "åsa@example.se", True, None, "efter kl. 18", "säg att det är tandläkaren")
SEALED_THEN = {
    "phone": "+46701740605",
    "email": "åsa@example.se",
    "safe_to_call": True,
    "leave_message": None,
    "when": "efter kl. 18",
    "say_if_other": "säg att det är tandläkaren",
}

HEARD = {"intent": "leave_crime", "confidence": 0.91, "decision": "answer", "need": "leave_crime"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "conversations": [
        {
            "id": TALK,
            "token_hash": token_hash(TOKEN, HASH_KEY),
            "created_at": AT,
            "last_seen_at": AT,
            "ended_at": None,
            "is_test": False,
            "case_id": None,
        },
        {"id": "f" * 32, "token_hash": None, "created_at": AT, "last_seen_at": AT, "is_test": True, "case_id": CASE},
    ],
    "messages": [
        {
            "id": 7,
            "conversation_id": TALK,
            "client_id": "m1",
            "sender": "person",
            "text": "jag vill hoppa av, ring [telefonnummer] 🙏",
            "masked": ["telefonnummer"],
            "choices": [],
            "service": None,
            "urgent": None,
            "case_id": None,
            "form": None,
            "understood": HEARD,
            "reply_to": None,
            "created_at": AT,
            "answered_at": AT,
        },
        {
            "id": 8,
            "conversation_id": TALK,
            "client_id": None,
            "sender": "bot",
            "text": "Det finns hjälp.",
            "masked": [],
            "choices": [{"id": "x", "label": "Ja", "payload": "/affirm"}],
            "service": {"id": "exit_programme", "district": "jarva"},
            "urgent": None,
            "case_id": CASE,
            "form": "contact",
            "understood": None,
            "reply_to": 7,
            "created_at": AT,
            "answered_at": None,
        },
    ],
    "trackers": [{"conversation_id": TALK, "state": "[]", "updated_at": AT}],
    "cases": [
        {
            "id": CASE,
            "reference": "7HK-4TX",
            "conversation_id": TALK,
            "message_id": "m1",
            "service": "exit_programme",
            "need": "leave_crime",
            "district": "jarva",
            "channel": "callback",
            "shared": "summary",
            "summary": "Vill hoppa av.",
            "acute": True,
            "state": "taken",
            "created_at": AT,
            "due_at": DUE,
            "taken_by": SIV,
            "taken_at": AT,
            "contacted_by": None,
            "contacted_at": None,
            "contacted_how": None,
            "closed_by": None,
            "closed_at": None,
            "outcome": None,
            "receipt_hash": receipt_hash(CODE, HASH_KEY),
            "receipt_until": UNTIL,
            "registered_at": None,
        }
    ],
    "contacts": [{"case_id": CASE, "sealed": Fernet(KEY).encrypt(json.dumps(SEALED_THEN).encode()), "created_at": AT}],
    "thread_messages": [
        {
            "id": 5,
            "case_id": CASE,
            "client_id": "t1",
            "sender": "person",
            "staff_id": None,
            "text": "Hallå?",
            "created_at": AT,
            "read_at": AT,
        },
        {
            "id": 6,
            "case_id": CASE,
            "client_id": None,
            "sender": "staff",
            "staff_id": SIV,
            "text": "Hej!",
            "created_at": AT,
            "read_at": None,
        },
    ],
    "outbox": [
        {
            "id": 3,
            "key": f"new_case:{CASE}",
            "case_id": CASE,
            "kind": "new_case",
            "state": "pending",
            "delivered": ["mail"],
            "refused": [],
            "attempts": 2,
            "next_attempt_at": AT,
            "leased_by": None,
            "leased_until": None,
            "last_error": "HTTP 503",
            "created_at": AT,
            "sent_at": None,
        }
    ],
    "staff": [
        {
            "id": SIV,
            "name": "siv",
            "alias": "Siv S",
            "password_hash": "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA",
            "role": "case_worker",
            "services": ["exit_programme"],
            "must_change_password": False,
            "failed_sign_ins": 1,
            "locked_until": None,
            "created_at": AT,
            "disabled_at": None,
        }
    ],
    "staff_sessions": [
        {"token_hash": "0" * 64, "staff_id": SIV, "csrf": "1" * 64, "created_at": AT, "last_seen_at": AT}
    ],
    "audit": [
        {
            "id": 9,
            "at": AT,
            "staff_id": SIV,
            "action": "take",
            "case_id": CASE,
            "conversation_id": None,
            "reason": "Ringer i kväll",
            "detail": {"how": "phone"},
        }
    ],
    "heartbeats": [{"process": "relay", "at": AT}],
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return fresh_database(request.getfixturevalue("postgresql"))
    return f"sqlite:///{tmp_path / 'old.db'}"


@pytest.fixture
def old(url: str) -> Iterator[Engine]:
    """A database of the first release, with people in it."""
    migrate(url, FIRST)
    engine = create_database_engine(url)
    tables = MetaData()
    tables.reflect(engine)
    with transaction(engine) as connection:
        for table in tables.sorted_tables:
            for row in ROWS.get(table.name, []):
                connection.execute(insert(table).values(**{name: _then(value) for name, value in row.items()}))
        if engine.dialect.name == "postgresql":
            _move_numbers_on(connection, tables)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return Settings("inner", HASH_KEY, (KEY.decode(),), database_url=url, data_directory=tmp_path)


def _then(value: Any) -> Any:
    return value.astimezone(timezone.utc).replace(tzinfo=None) if isinstance(value, datetime) else value


def _move_numbers_on(connection: Connection, tables: MetaData) -> None:
    """The first release let the database count; rows with numbers of our own must not be given out again."""
    for table in tables.sorted_tables:
        if "id" in table.c and table.c.id.type.python_type is int:
            # The names come from the database's own catalogue.
            counted = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
            connection.execute(text(counted))


def test_every_table_of_the_first_schema_has_rows_here(old: Engine) -> None:
    tables = MetaData()
    tables.reflect(old)
    assert set(ROWS) == set(tables.tables) - {"alembic_version"}
    with reading(old) as connection:
        for table in tables.sorted_tables:
            filled = {name for row in ROWS.get(table.name, []) for name in row}
            assert filled == set(table.c.keys()) or table.name == "alembic_version", table.name
            assert connection.execute(select(func.count()).select_from(table)).scalar() or table.name not in ROWS


def test_nothing_of_the_first_release_is_changed_or_lost(old: Engine, url: str) -> None:
    migrate(url)
    with reading(old) as connection:
        for name, rows in ROWS.items():
            table = metadata.tables[name]
            key = next(iter(table.primary_key.columns))
            kept = {row[key.name]: row for row in connection.execute(select(table)).mappings()}
            assert len(kept) == len(rows), name
            for row in rows:
                same = {column: kept[row[key.name]][column] for column in row if column in table.c}
                assert same == row, name


def test_the_schema_is_then_that_of_the_code(old: Engine, url: str) -> None:
    migrate(url)
    with old.connect() as connection:
        # The index of words is no table of ours: tests/test_database.py looks at it.
        ours = {"compare_type": False, "include_name": lambda name, *_: not str(name).startswith(WORDS)}
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, metadata) == []
        revision = context.get_current_revision()
    assert revision == ScriptDirectory(str(MIGRATIONS)).get_current_head()


def test_each_step_can_be_taken_by_itself(old: Engine, url: str) -> None:
    """An installation may stop at any release; and there is one way, without forks."""
    steps = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    assert steps[0] == FIRST
    for revision in steps:
        migrate(url, revision)
        migrate(url, revision)
    with reading(old) as connection:
        assert case_by_reference(connection, "7HK-4TX") is not None


def test_todays_code_reads_the_case_and_all_that_belongs_to_it(old: Engine, url: str) -> None:
    migrate(url)
    with reading(old) as connection:
        case = case_by_receipt(connection, CODE, HASH_KEY, now())
        assert case is not None and (case.reference, case.due_at, case.taken_by) == ("7HK-4TX", DUE, SIV)
        assert [each.id for each in find_open(connection, QueueFilter(("exit_programme",)), now())] == [CASE]
        assert read_contact(connection, CASE, [KEY.decode()]) == CONTACT
        written = thread_messages(connection, CASE)
        assert [(line.text, line.alias) for line in written] == [("Hallå?", None), ("Hej!", "Siv S")]
        assert [event["alias"] for event in case_events(connection, CASE)] == ["Siv S"]
        assert [line["reason"] for line in entries(connection, AuditFilter())] == ["Ringer i kväll"]


def test_todays_code_reads_the_talk(old: Engine, url: str) -> None:
    migrate(url)
    with reading(old) as connection:
        session = find_session(connection, TOKEN, HASH_KEY, timedelta(minutes=30), AT)
        assert session is not None and session.id == TALK
        assert [row.text for row in transcript(connection, TALK)] == [row["text"] for row in ROWS["messages"]]
        assert lines(connection, TALK)[0].masked == ("telefonnummer",)
    while catch_up(old):
        continue
    with reading(old) as connection:
        (talk,) = find_talks(connection, TalkFilter()).talks
        assert (talk.id, talk.needs, talk.sensitive) == (TALK, ("leave_crime",), True)


def test_todays_code_goes_on_where_the_first_release_stopped(old: Engine, url: str, settings: Settings) -> None:
    """The notice that waited is claimed with its number of attempts; staff sign in; numbers are not given out twice."""
    migrate(url)
    with transaction(old) as connection:
        (notice,) = outbox.claim(connection, "relay", now(), timedelta(seconds=45))
        assert (notice.reference, notice.attempts, notice.delivered) == ("7HK-4TX", 3, ("mail",))
        token = open_staff_session(connection, SIV, HASH_KEY, now())
        member = find_staff_session(connection, token, HASH_KEY, now())
        assert member is not None and member.member.works_for("exit_programme")
        beat(connection, "relay", now())
        store_contact(connection, CASE, Contact("+46701740606"), settings.encryption_keys, now())
        table = metadata.tables["messages"]
        line = {"conversation_id": TALK, "sender": "person", "text": "hej", "created_at": now()}
        number = connection.execute(insert(table).values(**line)).inserted_primary_key[0]
        assert number > 8


def test_todays_purge_deletes_what_the_first_release_left(old: Engine, url: str, settings: Settings) -> None:
    migrate(url)
    with transaction(old) as connection:
        table, past = metadata.tables["cases"], datetime(2026, 11, 23, tzinfo=timezone.utc)
        over = {"state": "closed", "closed_at": past, "registered_at": past, "receipt_until": past}
        connection.execute(table.update().values(**over))
    decided = replace(settings, disposal_decision="Dnr 2026-17")
    assert purge(old, decided, datetime(2027, 3, 1, tzinfo=timezone.utc)) == Purged(conversations=2, cases=1)
    with reading(old) as connection:
        gone = [name for name in ROWS if name not in ("staff", "staff_sessions", "audit", "heartbeats")]
        for name in gone:
            assert not connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar(), name
        assert connection.execute(select(func.count()).select_from(staff)).scalar() == 1


def test_times_are_columns_that_know_their_zone() -> None:
    """Else a migrated row would be read as another zone's."""
    plain = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if (column.name.endswith("_at") or column.name in ("at", "receipt_until"))
        and not isinstance(column.type, UtcDateTime)
    ]
    assert plain == []
