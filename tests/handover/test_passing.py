"""A case goes from hand to hand: to a colleague, another unit, back to the assistant, and back from a wrong close."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.handover.case import (
    Case,
    CaseError,
    close,
    give_back,
    hand_over_to,
    hand_to,
    mark_registered,
    open_case,
    record_first_contact,
    reopen,
    take,
    take_up,
    withdraw,
)
from bot.handover.notices import outbox as notices
from bot.handover.progress import UNDO
from bot.tables import outbox
from tests.handover.conftest import NOW, make_hand_over

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def case(connection: Connection) -> Case:
    """A case that nobody has taken."""
    return open_case(connection, make_hand_over(), 24, NOW)


def states(connection: Connection, kind: str) -> list[str]:
    rows = connection.execute(select(outbox.c.state).where(outbox.c.kind == kind))
    return [row.state for row in rows]


def test_a_case_is_handed_to_a_colleague_and_its_clock_goes_on(connection: Connection, case: Case) -> None:
    take(connection, case.id, "anna", NOW)
    handed = hand_to(connection, case.id, "anna", "bo", LATER)
    assert (handed.taken_by, handed.taken_at, handed.state) == ("bo", LATER, "taken")
    assert handed.due_at == case.due_at
    assert states(connection, "handed_on") == ["pending"]


def test_a_free_case_may_be_handed_on_by_anybody_of_the_unit(connection: Connection, case: Case) -> None:
    assert hand_to(connection, case.id, "anna", "bo", LATER).state == "taken"


def test_the_other_unit_gets_it_free_and_with_the_same_clock(connection: Connection, case: Case) -> None:
    take(connection, case.id, "anna", NOW)
    handed = hand_over_to(connection, case.id, "anna", "mini_maria", LATER)
    assert (handed.service, handed.taken_by, handed.state, handed.due_at) == ("mini_maria", None, "open", case.due_at)
    hand_over_to(connection, case.id, "anna", "exit_programme", LATER)
    assert len(states(connection, "handed_on")) == 2


def test_a_first_contact_stays_a_first_contact_in_the_other_unit(connection: Connection, case: Case) -> None:
    record_first_contact(connection, case.id, "anna", "phone", NOW)
    assert hand_over_to(connection, case.id, "anna", "mini_maria", LATER).state == "contacted"


@pytest.mark.parametrize("step", [hand_to, hand_over_to])
def test_what_somebody_else_has_or_what_is_over_is_not_handed_on(
    connection: Connection, case: Case, step: object
) -> None:
    take(connection, case.id, "bo", NOW)
    with pytest.raises(CaseError, match="taken"):
        step(connection, case.id, "anna", "x", LATER)  # type: ignore[operator]
    close(connection, case.id, "bo", "support", NOW)
    with pytest.raises(CaseError, match="over"):
        step(connection, case.id, "bo", "x", LATER)  # type: ignore[operator]
    assert not states(connection, "handed_on")


def test_a_closing_is_undone_and_its_alarms_are_due_again(connection: Connection, case: Case) -> None:
    take(connection, case.id, "anna", NOW)
    notices.add(connection, case.id, "deadline_1h", "k", NOW)
    close(connection, case.id, "anna", "mistake", LATER)
    assert states(connection, "deadline_1h") == ["moot"]
    again = reopen(connection, case.id, "anna", LATER + UNDO - timedelta(seconds=1))
    assert (again.state, again.closed_by, again.closed_at, again.outcome) == ("taken", None, None, None)
    assert (again.taken_by, again.due_at) == ("anna", case.due_at)
    assert states(connection, "deadline_1h") == ["pending"]


def test_alarms_stay_withdrawn_where_the_person_was_reached(connection: Connection, case: Case) -> None:
    notices.add(connection, case.id, "deadline_1h", "k", NOW)
    record_first_contact(connection, case.id, "anna", "phone", NOW)
    close(connection, case.id, "anna", "support", LATER)
    assert reopen(connection, case.id, "anna", LATER).state == "contacted"
    assert states(connection, "deadline_1h") == ["moot"]


def test_a_closing_is_undone_only_by_the_same_person_soon_and_before_it_is_registered(
    connection: Connection, case: Case
) -> None:
    close(connection, case.id, "anna", "mistake", LATER)
    for who, at in (("bo", LATER), ("anna", LATER + UNDO)):
        with pytest.raises(CaseError, match="over"):
            reopen(connection, case.id, who, at)
    mark_registered(connection, case.id, LATER)
    with pytest.raises(CaseError, match="over"):
        reopen(connection, case.id, "anna", LATER)


def test_what_the_person_took_back_is_not_opened_again(connection: Connection, case: Case) -> None:
    withdraw(connection, case.id, NOW)
    with pytest.raises(CaseError, match="over"):
        reopen(connection, case.id, "anna", NOW)
    with pytest.raises(CaseError, match="unknown"):
        reopen(connection, "0" * 32, "anna", NOW)


def test_the_talk_is_given_back_and_taken_up_as_often_as_wanted(connection: Connection, case: Case) -> None:
    assert give_back(connection, case.id, NOW).given_back_at == NOW
    assert give_back(connection, case.id, LATER).given_back_at == NOW
    assert take_up(connection, case.id).given_back_at is None
    assert give_back(connection, case.id, LATER).given_back_at == LATER
    close(connection, case.id, "anna", "support", LATER)
    for step in (lambda: give_back(connection, case.id, LATER), lambda: take_up(connection, case.id)):
        with pytest.raises(CaseError, match="over"):
            step()


def test_an_alarm_that_was_sent_is_not_sent_again_by_an_undo(connection: Connection, case: Case) -> None:
    notices.add(connection, case.id, "deadline_1h", "k", NOW)
    connection.execute(update(outbox).where(outbox.c.kind == "deadline_1h").values(state="sent"))
    close(connection, case.id, "anna", "mistake", LATER)
    reopen(connection, case.id, "anna", LATER)
    assert states(connection, "deadline_1h") == ["sent"]
