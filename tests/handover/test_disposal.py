from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from bot.database import reading, transaction
from bot.handover.case import close, mark_registered
from bot.handover.contact import Contact, store_contact
from bot.handover.disposal import BATCH, Purged, purge
from bot.handover.receipt import attach_receipt
from bot.handover.thread import post
from bot.tables import cases, contacts, conversations, messages, outbox, thread_messages, trackers

from .conftest import KEY, NOW, make_cases

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
