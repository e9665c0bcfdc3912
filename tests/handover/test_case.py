from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.database import transaction
from bot.handover import case as module
from bot.handover.case import (
    CaseError,
    HandOver,
    case_by_reference,
    cases_of_conversation,
    close,
    find_case,
    get_case,
    mark_registered,
    open_case,
    raise_alarm,
    record_first_contact,
    release,
    take,
    withdraw,
)
from bot.tables import cases, outbox

from .conftest import NOW, make_cases, make_hand_over


def notices(connection, case_id):
    rows = connection.execute(select(outbox.c.kind, outbox.c.state).where(outbox.c.case_id == case_id))
    return {row.kind: row.state for row in rows}


def test_a_case_and_its_notice_are_in_one_transaction(engine):
    with pytest.raises(RuntimeError), transaction(engine) as connection:
        open_case(connection, make_hand_over(), 24, NOW)
        raise RuntimeError("the process dies here")
    with transaction(engine) as connection:
        assert connection.execute(select(func.count()).select_from(cases)).scalar() == 0
        assert connection.execute(select(func.count()).select_from(outbox)).scalar() == 0


def test_a_case_carries_its_due_time_and_one_notice(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    assert case.due_at == NOW + timedelta(hours=24)
    assert notices(connection, case.id) == {"new_case": "pending"}


def test_a_service_without_a_promise_has_no_due_time(connection):
    assert open_case(connection, make_hand_over(), None, NOW).due_at is None


def test_an_acute_case_alarms_at_minute_0(connection):
    case = open_case(connection, make_hand_over(acute=True), 24, NOW)
    assert notices(connection, case.id) == {"new_case": "pending", "acute": "pending"}


def test_the_same_message_gives_the_same_case(connection):
    first = open_case(connection, make_hand_over(), 24, NOW)
    again = open_case(connection, make_hand_over(acute=True), 48, NOW + timedelta(minutes=1))
    assert again == first
    assert notices(connection, first.id) == {"new_case": "pending"}


def test_another_message_of_the_same_talk_gives_a_second_case(connection):
    first = open_case(connection, make_hand_over(message_id="m1"), 24, NOW)
    second = open_case(connection, make_hand_over(message_id="m2"), 24, NOW + timedelta(minutes=1))
    assert cases_of_conversation(connection, "c" * 32) == [first, second]
    assert first.reference != second.reference


def test_many_transactions_at_once_make_one_case(engine):
    barrier = threading.Barrier(8)

    def press(_):
        barrier.wait()
        with transaction(engine) as connection:
            return open_case(connection, make_hand_over(), 24, NOW).id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(press, range(8)))
    with transaction(engine) as connection:
        assert ids == {find_case(connection, "c" * 32, "m1").id}
        assert connection.execute(select(func.count()).select_from(outbox)).scalar() == 1


def test_a_reference_already_in_use_is_drawn_anew(connection, monkeypatch):
    drawn = iter(["AAA-AAA", "AAA-AAA", "BBB-BBB"])
    monkeypatch.setattr(module, "_reference", lambda: next(drawn))
    open_case(connection, make_hand_over(message_id="m1"), 24, NOW)
    assert open_case(connection, make_hand_over(message_id="m2"), 24, NOW).reference == "BBB-BBB"


def test_references_hold_no_letters_that_look_or_sound_alike():
    assert not set(module.REFERENCE_ALPHABET) & set("0O1IL5S2Z8BGQUVAEY")
    assert all(len(module._reference()) == 7 for _ in range(100))


def test_a_case_is_found_by_its_reference(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    assert case_by_reference(connection, case.reference) == case
    assert case_by_reference(connection, "XXX-XXX") is None


@pytest.mark.parametrize("shared,kept", [("topic", None), ("conversation", None), ("summary", "kort")])
def test_a_summary_is_kept_only_where_the_person_chose_one(connection, shared, kept):
    case = open_case(connection, make_hand_over(shared=shared, summary="kort"), None, NOW)
    assert case.summary == kept


@pytest.mark.parametrize("wrong", [{"channel": "pigeon"}, {"shared": "all"}, {"message_id": ""}, {"service": ""}])
def test_a_hand_over_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError):
        make_hand_over(**wrong)


def test_the_summary_does_not_show_in_a_traceback():
    assert "hemlis" not in repr(make_hand_over(shared="summary", summary="hemlis"))


def test_an_unknown_case_is_said_to_be_unknown(connection):
    with pytest.raises(CaseError) as caught:
        get_case(connection, "nobody")
    assert caught.value.code == "unknown"
    assert find_case(connection, "c" * 32, "m1") is None


def test_of_two_who_take_a_case_one_gets_it(engine):
    (case,) = make_cases(engine, 1)
    barrier = threading.Barrier(2)

    def press(who: str) -> str:
        barrier.wait()
        try:
            with transaction(engine) as connection:
                return take(connection, case.id, who, NOW).taken_by or ""
        except CaseError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, ["anna", "bo"]))
    assert answers in (["anna", "taken"], ["bo", "taken"])


def test_taking_ones_own_case_again_changes_nothing(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    first = take(connection, case.id, "anna", NOW)
    assert take(connection, case.id, "anna", NOW + timedelta(hours=1)) == first
    assert first.state == "taken"


def test_only_the_one_who_has_a_case_can_give_it_back(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    take(connection, case.id, "anna", NOW)
    with pytest.raises(CaseError):
        release(connection, case.id, "bo")
    assert release(connection, case.id, "anna").state == "open"
    assert take(connection, case.id, "bo", NOW).taken_by == "bo"


def test_the_first_statement_of_contact_stands(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    first = record_first_contact(connection, case.id, "anna", "phone", NOW)
    again = record_first_contact(connection, case.id, "bo", "meeting", NOW + timedelta(hours=1))
    assert again == first
    assert (first.contacted_by, first.contacted_how, first.state) == ("anna", "phone", "contacted")


def test_a_released_case_that_was_reached_stays_reached(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    take(connection, case.id, "anna", NOW)
    record_first_contact(connection, case.id, "anna", "phone", NOW)
    assert release(connection, case.id, "anna").state == "contacted"
    assert take(connection, case.id, "bo", NOW).state == "contacted"


@pytest.mark.parametrize("how", ["attempt", "voicemail", ""])
def test_an_attempt_is_not_contact(connection, how):
    case = open_case(connection, make_hand_over(), 24, NOW)
    with pytest.raises(CaseError) as caught:
        record_first_contact(connection, case.id, "anna", how, NOW)
    assert caught.value.code == "how"
    assert get_case(connection, case.id).contacted_at is None


def test_closing_keeps_the_first_outcome_and_a_broken_promise_broken(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    closed = close(connection, case.id, "anna", "no_answer", NOW + timedelta(hours=30))
    assert close(connection, case.id, "bo", "other", NOW + timedelta(hours=31)) == closed
    assert (closed.closed_by, closed.outcome, closed.contacted_at) == ("anna", "no_answer", None)


def test_a_case_taken_back_tells_staff_and_cannot_go_on(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    assert withdraw(connection, case.id, NOW).state == "withdrawn"
    assert withdraw(connection, case.id, NOW).state == "withdrawn"
    assert notices(connection, case.id)["withdrawn"] == "pending"
    for step in (
        lambda: take(connection, case.id, "anna", NOW),
        lambda: record_first_contact(connection, case.id, "anna", "phone", NOW),
        lambda: close(connection, case.id, "anna", "done", NOW),
        lambda: raise_alarm(connection, case.id, NOW),
    ):
        with pytest.raises(CaseError) as caught:
            step()
        assert caught.value.code == "over"


def test_a_closed_case_cannot_be_taken_back(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    close(connection, case.id, "anna", "done", NOW)
    with pytest.raises(CaseError):
        withdraw(connection, case.id, NOW)


def test_a_case_that_becomes_acute_alarms_once(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    assert raise_alarm(connection, case.id, NOW).acute
    assert raise_alarm(connection, case.id, NOW) == get_case(connection, case.id)
    assert notices(connection, case.id) == {"new_case": "pending", "acute": "pending"}


def test_the_day_of_registration_stands(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    mark_registered(connection, case.id, NOW)
    assert mark_registered(connection, case.id, NOW + timedelta(days=1)).registered_at == NOW


def test_a_hand_over_is_a_plain_value():
    assert make_hand_over() == HandOver("c" * 32, "m1", "exit_programme", "leave_crime", None, "receipt")
