from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from bot.database import transaction
from bot.handover.case import CaseError, open_case
from bot.handover.thread import QUIET, mark_read, messages, post
from bot.tables import outbox, staff

from .conftest import NOW, make_cases, make_hand_over


@pytest.fixture
def case(connection):
    row = {"id": "anna", "name": "anna.a", "alias": "Anna", "password_hash": "-", "role": "case_worker", "services": []}
    connection.execute(insert(staff).values(**row, created_at=NOW))
    return open_case(connection, make_hand_over(), 24, NOW)


def told(connection) -> int:
    of_kind = select(func.count()).select_from(outbox).where(outbox.c.kind == "person_wrote")
    return connection.execute(of_kind).scalar()


def test_what_came_after_is_read_in_order(connection, case):
    first = post(connection, case.id, "person", "hej", NOW)
    second = post(connection, case.id, "staff", "hej hej", NOW, staff_id="anna")
    assert [(m.sender, m.alias, m.text) for m in messages(connection, case.id)] == [
        ("person", None, "hej"),
        ("staff", "Anna", "hej hej"),
    ]
    assert [m.id for m in messages(connection, case.id, after=first)] == [second]


def test_a_case_never_shows_another_cases_thread(connection, case):
    other = open_case(connection, make_hand_over(message_id="m2"), 24, NOW)
    post(connection, other.id, "person", "min egen", NOW)
    assert messages(connection, case.id) == []


def test_the_same_client_id_writes_once(connection, case):
    first = post(connection, case.id, "person", "hej", NOW, client_id="x")
    post(connection, case.id, "person", "mer", NOW, client_id="y")
    assert post(connection, case.id, "person", "hej", NOW, client_id="x") == first
    assert len(messages(connection, case.id)) == 2


def test_a_double_tap_in_two_transactions_writes_once(engine):
    (case,) = make_cases(engine, 1)
    barrier = threading.Barrier(6)

    def press(_):
        barrier.wait()
        with transaction(engine) as connection:
            return post(connection, case.id, "person", "hej", NOW, client_id="x")

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(press, range(6)))) == 1


def test_staff_get_one_notice_for_several_unread_lines(connection, case):
    for minute in range(3):
        post(connection, case.id, "person", "hej", NOW + timedelta(minutes=minute))
    assert told(connection) == 1


def test_staff_are_told_again_after_they_have_read(connection, case):
    first = post(connection, case.id, "person", "hej", NOW)
    mark_read(connection, case.id, "staff", first, NOW)
    post(connection, case.id, "person", "är du där?", NOW + timedelta(minutes=1))
    assert told(connection) == 2


def test_staff_are_told_again_when_nobody_read_for_an_hour(connection, case):
    post(connection, case.id, "person", "hej", NOW)
    post(connection, case.id, "person", "hallå?", NOW + QUIET)
    assert told(connection) == 2


def test_whoever_answers_has_read_what_stands_above(connection, case):
    post(connection, case.id, "person", "hej", NOW)
    post(connection, case.id, "staff", "hej hej", NOW, staff_id="anna")
    post(connection, case.id, "person", "tack", NOW + timedelta(minutes=1))
    assert told(connection) == 2


def test_staff_are_not_told_of_their_own_words(connection, case):
    post(connection, case.id, "staff", "hej", NOW, staff_id="anna")
    assert told(connection) == 0


def test_reading_marks_only_the_other_sides_messages_and_only_once(connection, case):
    post(connection, case.id, "person", "hej", NOW)
    answer = post(connection, case.id, "staff", "hej", NOW, staff_id="anna")
    assert mark_read(connection, case.id, "person", answer, NOW) == 1
    assert mark_read(connection, case.id, "person", answer, NOW) == 0


def test_what_came_after_the_last_seen_message_stays_unread(connection, case):
    seen = post(connection, case.id, "staff", "ett", NOW, staff_id="anna")
    post(connection, case.id, "staff", "två", NOW, staff_id="anna")
    mark_read(connection, case.id, "person", seen, NOW)
    assert [m.read_at for m in messages(connection, case.id)] == [NOW, None]


@pytest.mark.parametrize(
    "sender,text,staff_id",
    [("person", " \n", None), ("bot", "hej", None), ("staff", "hej", None), ("person", "hej", "anna")],
)
def test_what_makes_no_sense_is_refused(connection, case, sender, text, staff_id):
    with pytest.raises(ValueError):
        post(connection, case.id, sender, text, NOW, staff_id=staff_id)


def test_a_thread_of_no_case_is_refused(connection):
    with pytest.raises(CaseError):
        post(connection, "nobody", "person", "hej", NOW)


def test_a_message_does_not_show_in_a_traceback(connection, case):
    post(connection, case.id, "person", "kanariefågel", NOW)
    assert "kanarie" not in repr(messages(connection, case.id))
