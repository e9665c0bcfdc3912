from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, insert, select, update

from bot.database import create_database_engine, reading, transaction
from bot.handover.case import close, mark_registered
from bot.handover.contact import Contact, store_contact
from bot.handover.disposal import BATCH, SHORTEST_PAUSE_SECONDS, Purged, delete_again, purge
from bot.handover.ledger import CASE, CONVERSATION, Ledger
from bot.handover.notices.relay import create_relay
from bot.handover.receipt import attach_receipt
from bot.handover.thread import post
from bot.tables import (
    alarms,
    audit,
    case_presence,
    cases,
    contacts,
    conversations,
    messages,
    metadata,
    outbox,
    record_requests,
    staff,
    talk_notes,
    talk_tags,
    thread_messages,
    trackers,
)

from .conftest import KEY, NOW, make_cases
from .running import QUICK, run_until

OLD, YOUNG = NOW - timedelta(days=31), NOW - timedelta(days=29)


@pytest.fixture
def decided(settings):
    return replace(settings, disposal_decision="Dnr 2026-17")


def talk(engine, name: str, seen: datetime, case_id: str | None = None) -> None:
    own = {"conversation_id": name}
    with transaction(engine) as connection:
        values = {"id": name, "created_at": OLD, "last_seen_at": seen, "case_id": case_id}
        connection.execute(insert(conversations).values(**values))
        connection.execute(insert(messages).values(**own, sender="person", text="hej", created_at=seen))
        connection.execute(insert(trackers).values(**own, state="{}", updated_at=seen))


def count(engine, table) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def finished_case(engine, settings, until: datetime, registered: datetime | None = OLD):
    (case,) = make_cases(engine, 1, now=OLD)
    with transaction(engine) as connection:
        store_contact(connection, case.id, Contact("+46701740605"), settings.encryption_keys, OLD)
        post(connection, case.id, "person", "hej", OLD)
        attach_receipt(connection, case.id, "1" * 16, KEY, until)
        close(connection, case.id, "anna", "done", OLD)
        if registered:
            mark_registered(connection, case.id, registered)
    return case


def test_without_a_decision_nothing_is_deleted(engine, settings):
    talk(engine, "old", OLD)
    finished_case(engine, settings, OLD)
    assert purge(engine, settings, NOW) == Purged()
    assert count(engine, conversations) == count(engine, cases) == 1


def test_old_talks_without_a_case_go_with_all_that_was_said(engine, decided):
    talk(engine, "old", OLD)
    talk(engine, "young", YOUNG)
    assert purge(engine, decided, NOW) == Purged(conversations=1)
    assert [count(engine, table) for table in (conversations, messages, trackers)] == [1, 1, 1]


def test_a_talk_that_led_to_a_case_stays(engine, decided):
    talk(engine, "c" * 32, OLD)
    (case,) = make_cases(engine, 1, now=OLD)
    talk(engine, "receipt session", OLD, case_id=case.id)
    assert purge(engine, decided, NOW) == Purged()
    assert count(engine, messages) == 2


def test_a_registered_case_goes_with_contact_thread_notices_and_its_talk(engine, decided):
    talk(engine, "c" * 32, OLD)
    finished_case(engine, decided, until=NOW - timedelta(days=1))
    assert purge(engine, decided, NOW) == Purged(conversations=1, cases=1)
    for table in (cases, contacts, thread_messages, outbox, conversations, messages, trackers):
        assert count(engine, table) == 0, table.name


@pytest.mark.parametrize(
    "until,registered",
    [(NOW - timedelta(days=1), None), (NOW - timedelta(days=1), YOUNG), (NOW + timedelta(days=1), OLD)],
    ids=["not registered", "registered lately", "receipt still valid"],
)
def test_a_case_stays_while_anything_still_needs_it(engine, decided, until, registered):
    finished_case(engine, decided, until, registered)
    assert purge(engine, decided, NOW) == Purged()
    assert count(engine, contacts) == 1


def test_an_open_case_stays_even_if_it_is_registered(engine, decided):
    (case,) = make_cases(engine, 1, now=OLD)
    with transaction(engine) as connection:
        mark_registered(connection, case.id, OLD)
    assert purge(engine, decided, NOW) == Purged()


def test_a_tracker_left_behind_by_a_deleted_talk_goes_too(engine, decided):
    with transaction(engine) as connection:
        connection.execute(insert(trackers).values(conversation_id="lost", state="{}", updated_at=OLD))
        connection.execute(insert(trackers).values(conversation_id="new", state="{}", updated_at=YOUNG))
    purge(engine, decided, NOW)
    assert count(engine, trackers) == 1


def test_more_than_one_batch_is_deleted_in_one_run(engine, decided):
    rows = [{"id": f"t{number}", "created_at": OLD, "last_seen_at": OLD} for number in range(2 * BATCH + 3)]
    with transaction(engine) as connection:
        connection.execute(insert(conversations), rows)
    assert purge(engine, decided, NOW) == Purged(conversations=2 * BATCH + 3)


# Tables that name a case or a talk and keep it: with the reason.
KEPT = {
    "audit": "who has read and done what is a record of its own; it holds random ids and reasons, no person",
    "alarms": "that staff have warned, and what was done about it, is a record of its own; in their own words",
}


def test_every_table_that_names_a_case_or_a_talk_is_emptied_with_it(engine, decided):
    """A new table must be purged too, or stand in KEPT with its reason."""
    talk(engine, "c" * 32, OLD)
    case = finished_case(engine, decided, until=NOW - timedelta(days=1))
    with transaction(engine) as connection:
        person = {"id": "s", "name": "siv", "alias": "Siv", "password_hash": "", "role": "case_worker"}
        connection.execute(insert(staff).values(**person, created_at=OLD))
        connection.execute(insert(case_presence).values(case_id=case.id, staff_id="s", seen_at=OLD))
        connection.execute(insert(audit).values(at=OLD, staff_id="s", action="read_case", case_id=case.id))
        request = {"id": "r", "staff_id": "s", "asked_by": "person", "created_at": OLD}
        connection.execute(insert(record_requests).values(**request, case_id=case.id))
        connection.execute(update(messages).values(feedback="no"))
        of_talk = {"conversation_id": "c" * 32}
        connection.execute(insert(talk_tags).values(**of_talk, tag="svår"))
        connection.execute(insert(talk_notes).values(**of_talk, staff_id="s", text="läst", at=OLD))
        connection.execute(insert(alarms).values(**of_talk, id="a", raised_by="s", raised_at=OLD, text="ett barn"))
    named = [t for t in metadata.sorted_tables if {"case_id", "conversation_id"} & set(t.c.keys())]
    empty = [table.name for table in named if not count(engine, table)]
    assert not empty, f"Put a row of {empty} into this test, and see that purge deletes it."
    purge(engine, decided, NOW)
    assert {table.name for table in named if count(engine, table)} == set(KEPT)


def test_the_record_of_who_read_a_case_outlives_it_unchanged(engine, decided):
    case = finished_case(engine, decided, until=NOW - timedelta(days=1))
    line = {"at": OLD, "staff_id": "siv", "action": "read_contact", "case_id": case.id, "reason": "Ringer i kväll"}
    with transaction(engine) as connection:
        connection.execute(insert(audit).values(**line))
    purge(engine, decided, NOW)
    with reading(engine) as connection:
        kept = connection.execute(select(audit)).mappings().one()
    assert {name: kept[name] for name in line} == line


def test_a_case_in_which_the_person_has_written_since_it_was_registered_stays(engine, decided):
    case = finished_case(engine, decided, until=NOW - timedelta(days=1))
    with transaction(engine) as connection:
        post(connection, case.id, "person", "en sak till", OLD + timedelta(minutes=1))
    assert purge(engine, decided, NOW) == Purged()
    assert count(engine, thread_messages) == 2


def test_somebody_who_comes_back_while_the_purge_is_at_work_keeps_the_talk(engine, decided):
    """Found as old without a lock; asked once more when the lock is held."""
    talk(engine, "old", OLD)
    came_back = []

    def come_back(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT conversations") and not came_back:
            came_back.append(True)
            other = threading.Thread(target=write_again)
            other.start()
            other.join(10)

    def write_again():
        with transaction(engine) as connection:
            connection.execute(update(conversations).values(last_seen_at=NOW))

    event.listen(engine, "after_cursor_execute", come_back)
    try:
        gone = purge(engine, decided, NOW)
    finally:
        event.remove(engine, "after_cursor_execute", come_back)
    assert came_back and gone == Purged()
    assert count(engine, messages) == 1
    assert Ledger.of(decided).read()[CONVERSATION] == ()


def test_others_can_write_while_a_long_purge_is_at_work(engine, decided, monkeypatch):
    """One transaction for each batch, and a pause after each in which whoever waits gets in."""
    rows = [{"id": f"t{number}", "created_at": OLD, "last_seen_at": OLD} for number in range(12 * BATCH)]
    with transaction(engine) as connection:
        connection.execute(insert(conversations), rows)
    between = []

    def somebody_writes(pause):
        assert pause >= SHORTEST_PAUSE_SECONDS
        with transaction(engine) as connection:
            left = connection.execute(select(func.count()).select_from(conversations)).scalar()
            connection.execute(insert(trackers).values(conversation_id=f"w{len(between)}", state="{}", updated_at=NOW))
        between.append(left)

    monkeypatch.setattr("bot.handover.disposal.time.sleep", somebody_writes)
    assert purge(engine, decided, NOW).conversations == len(rows)
    assert between == [left * BATCH for left in reversed(range(12))]


def test_what_is_deleted_is_noted_first(engine, decided):
    talk(engine, "old", OLD)
    case = finished_case(engine, decided, until=NOW - timedelta(days=1))
    purge(engine, decided, NOW)
    noted = Ledger.of(decided).read()
    assert (noted[CONVERSATION], noted[CASE]) == (("old",), (case.id,))


def test_where_the_ledger_cannot_be_written_nothing_is_deleted(engine, decided, tmp_path):
    talk(engine, "old", OLD)
    (tmp_path / "ledger").write_text("a file where the folder should be")
    with pytest.raises(OSError):
        purge(engine, decided, NOW)
    assert count(engine, conversations) == count(engine, messages) == 1


def test_a_restored_backup_revives_neither_what_was_purged_nor_what_a_person_deleted(settings, decided, url, tmp_path):
    if not url.startswith("sqlite"):
        pytest.skip("here the database is a file to copy; tests/commands/test_restore.py does it for PostgreSQL")
    engine = create_database_engine(url)
    metadata.create_all(engine)
    talk(engine, "c" * 32, OLD)
    talk(engine, "deleted by the person".replace(" ", "-"), YOUNG)
    talk(engine, "young", YOUNG)
    finished_case(engine, decided, until=NOW - timedelta(days=1))
    engine.dispose()
    file = tmp_path / "test.db"
    shutil.copy(file, tmp_path / "backup.db")

    Ledger.of(settings).note(CONVERSATION, ["deleted-by-the-person"], NOW)
    assert purge(engine, decided, NOW) == Purged(conversations=1, cases=1)
    engine.dispose()
    shutil.copy(tmp_path / "backup.db", file)
    assert count(engine, cases) == 1 and count(engine, conversations) == 3
    engine.dispose()

    # As the relay does when it starts, here without any decision: it had been deleted under one.
    relay = create_relay(settings, engine, pace=QUICK)
    run_until(relay, lambda: count(engine, conversations) == 1)
    assert [count(engine, table) for table in (cases, contacts, thread_messages, messages, trackers)] == [0, 0, 0, 1, 1]
    assert delete_again(engine, Ledger.of(settings)) == Purged()
