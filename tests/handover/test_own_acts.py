"""What the person decides about their own case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.handover import journal
from bot.handover.case import (
    CaseError,
    close,
    get_case,
    open_case,
    raise_alarm,
    revoke_receipt,
    share_more,
    stop_contact,
    withdraw,
)
from bot.handover.contact import Contact, read_contact, store_contact
from bot.handover.notices.watch import watch
from bot.handover.presence import present
from bot.handover.receipt import attach_receipt
from bot.handover.thread import may_answer, post
from bot.tables import audit, cases, outbox, staff

from .conftest import KEY, NOW, make_cases, make_hand_over

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def case(connection):
    row = {"id": "anna", "name": "anna.a", "alias": "Anna", "password_hash": "-", "role": "case_worker", "services": []}
    connection.execute(insert(staff).values(**row, created_at=NOW))
    return open_case(connection, make_hand_over(channel="callback"), 24, NOW)


def lines(connection, case_id):
    return [(row.staff_id, row.action) for row in connection.execute(select(audit).where(audit.c.case_id == case_id))]


def notices(connection, case_id):
    rows = connection.execute(select(outbox).where(outbox.c.case_id == case_id))
    return {row.kind: row.state for row in rows}


def test_stop_tells_staff_once_and_stands_in_the_cases_events(connection, case):
    for _ in range(2):
        assert stop_contact(connection, case.id, NOW).stopped_at == NOW
    assert notices(connection, case.id)["contact_stopped"] == "pending"
    assert lines(connection, case.id) == [("person", journal.STOPPED)]
    assert get_case(connection, case.id).state == "open"


@pytest.mark.parametrize("act", [stop_contact, withdraw])
def test_contact_details_can_no_longer_be_read(connection, case, settings, act):
    keys = settings.encryption_keys
    store_contact(connection, case.id, Contact(phone="+46701234567"), keys, NOW)
    assert read_contact(connection, case.id, keys) is not None
    act(connection, case.id, NOW)
    assert read_contact(connection, case.id, keys) is None


def test_alarms_about_a_first_contact_end_with_stop(engine):
    (case,) = make_cases(engine, 1)
    with engine.begin() as connection:
        stop_contact(connection, case.id, NOW)
    assert watch(engine, NOW + timedelta(hours=30)) == 0


def test_danger_after_stop_still_alarms_staff(connection, case):
    stop_contact(connection, case.id, NOW)
    raise_alarm(connection, case.id, LATER)
    assert notices(connection, case.id)["acute"] == "pending"


def test_staff_may_not_write_until_the_person_has_written(connection, case):
    stop_contact(connection, case.id, NOW)
    with pytest.raises(CaseError, match="stopped"):
        post(connection, case.id, "staff", "hej", LATER, staff_id="anna")
    post(connection, case.id, "person", "jag har en fråga", LATER)
    assert may_answer(connection, case.id)
    post(connection, case.id, "staff", "hej", LATER, staff_id="anna")


def test_stop_after_the_case_was_taken_back_changes_nothing(connection, case):
    withdraw(connection, case.id, NOW)
    assert stop_contact(connection, case.id, LATER).stopped_at is None
    assert lines(connection, case.id) == [("person", journal.WITHDREW)]


def test_a_closed_case_can_be_stopped_too(connection, case):
    close(connection, case.id, "anna", "support", NOW)
    assert stop_contact(connection, case.id, LATER).stopped_at == LATER


def test_taking_back_twice_is_noted_once(connection, case):
    withdraw(connection, case.id, NOW)
    withdraw(connection, case.id, NOW)
    assert lines(connection, case.id) == [("person", journal.WITHDREW)]


def test_revoking_is_noted_once_and_a_case_without_a_code_has_nothing_to_revoke(connection, case):
    assert not revoke_receipt(connection, case.id, NOW)
    attach_receipt(connection, case.id, "1234567890123456", KEY, LATER)
    assert [revoke_receipt(connection, case.id, NOW) for _ in range(2)] == [True, False]
    assert lines(connection, case.id) == [("person", journal.REVOKED)]


def test_more_can_be_shared_while_the_case_is_open(connection, case):
    shared = share_more(connection, case.id, "summary", "Gäller: …", 7, NOW)
    assert (shared.shared, shared.summary, shared.shared_until) == ("summary", "Gäller: …", 7)
    talk = share_more(connection, case.id, "conversation", None, 9, NOW)
    assert (talk.shared, talk.summary, talk.shared_until) == ("conversation", "Gäller: …", 9)
    withdraw(connection, case.id, NOW)
    with pytest.raises(CaseError, match="over"):
        share_more(connection, case.id, "conversation", None, 11, NOW)


def test_staff_who_write_are_there_and_have_the_talk_again(connection, case):
    connection.execute(update(cases).where(cases.c.id == case.id).values(given_back_at=NOW))
    post(connection, case.id, "person", "hej", LATER)
    assert get_case(connection, case.id).given_back_at == NOW
    post(connection, case.id, "staff", "hej", LATER, staff_id="anna")
    assert get_case(connection, case.id).given_back_at is None
    assert present(connection, case.id, LATER) == ["anna"]
