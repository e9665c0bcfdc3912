from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.handover.case import open_case, record_first_contact
from bot.handover.notices import outbox
from bot.handover.notices.rounds import Pace
from bot.tables import outbox as rows

from .conftest import NOW, make_hand_over

LEASE = timedelta(seconds=45)
SECOND = timedelta(seconds=1)


@pytest.fixture
def case(connection):
    return open_case(connection, make_hand_over(), 24, NOW)


def row(connection, notice):
    return connection.execute(select(rows).where(rows.c.id == notice.id)).one()


def test_the_same_key_is_added_once(connection, case):
    assert outbox.add(connection, case.id, "acute", "k", NOW)
    assert not outbox.add(connection, case.id, "acute", "k", NOW)


def test_an_unknown_kind_is_refused(connection, case):
    with pytest.raises(ValueError, match="no kind of notice"):
        outbox.add(connection, case.id, "newcase", "k", NOW)


def test_a_leased_notice_is_nobody_elses(connection, case):
    (notice,) = outbox.claim(connection, "a", NOW, LEASE)
    assert (notice.kind, notice.reference, notice.attempts) == ("new_case", case.reference, 1)
    assert outbox.claim(connection, "b", NOW + LEASE - SECOND, LEASE) == []


@pytest.mark.usefixtures("case")
def test_the_notice_of_a_dead_relay_is_free_when_the_lease_runs_out(connection):
    outbox.claim(connection, "a", NOW, LEASE)
    (notice,) = outbox.claim(connection, "b", NOW + LEASE, LEASE)
    assert notice.attempts == 2


@pytest.mark.usefixtures("case")
def test_a_clock_set_back_by_an_hour_holds_up_nothing(connection):
    (notice,) = outbox.claim(connection, "a", NOW, LEASE)
    outbox.mark_failed(connection, notice, "a", "x", NOW, 0)
    assert len(outbox.claim(connection, "b", NOW - timedelta(hours=1), LEASE)) == 1
    assert len(outbox.claim(connection, "c", NOW - timedelta(hours=2), LEASE)) == 1


def test_alarms_go_before_older_notices(connection, case):
    for number in range(3):
        outbox.add(connection, case.id, "person_wrote", f"p{number}", NOW)
    outbox.add(connection, case.id, "acute", "a", NOW + SECOND)
    claimed = outbox.claim(connection, "a", NOW + SECOND, LEASE, limit=2)
    assert [notice.kind for notice in claimed] == ["acute", "new_case"]


@pytest.mark.usefixtures("case")
def test_a_failed_notice_waits_and_keeps_what_was_delivered(connection):
    (notice,) = outbox.claim(connection, "a", NOW, LEASE)
    outbox.mark_failed(connection, replace(notice, delivered=("mail",)), "a", "webhook: HTTP 500", NOW, 0)
    assert outbox.claim(connection, "a", NOW + SECOND, LEASE) == []
    (again,) = outbox.claim(connection, "a", NOW + 2 * SECOND, LEASE)
    assert again.delivered == ("mail",)
    assert row(connection, notice).last_error == "webhook: HTTP 500"


@pytest.mark.usefixtures("case")
def test_a_relay_that_lost_its_lease_cannot_free_the_notice(connection):
    (notice,) = outbox.claim(connection, "a", NOW, LEASE)
    outbox.claim(connection, "b", NOW + LEASE, LEASE)
    outbox.mark_failed(connection, notice, "a", "late", NOW + LEASE, 0)
    assert row(connection, notice).leased_by == "b"


@pytest.mark.usefixtures("case")
def test_what_is_sent_is_sent_even_after_the_lease(connection):
    (notice,) = outbox.claim(connection, "a", NOW, LEASE)
    outbox.claim(connection, "b", NOW + LEASE, LEASE)
    outbox.mark_sent(connection, notice, NOW + LEASE)
    assert row(connection, notice).state == "sent"
    assert outbox.claim(connection, "c", NOW + 9 * LEASE, LEASE) == []


@pytest.mark.usefixtures("case")
def test_a_dead_notice_is_listed_and_can_be_sent_again(connection):
    (notice,) = outbox.claim(connection, "a", NOW, LEASE)
    outbox.mark_dead(connection, replace(notice, refused=("mail",)), "mail: SMTP 550")
    assert outbox.claim(connection, "a", NOW + 9 * LEASE, LEASE) == []
    assert [n.id for n in outbox.dead(connection)] == [notice.id]
    assert outbox.revive(connection, notice.id, NOW)
    assert not outbox.revive(connection, notice.id, NOW)
    (again,) = outbox.claim(connection, "a", NOW, LEASE)
    assert (again.refused, again.attempts) == ((), 1)


def test_alarms_not_yet_sent_are_moot_once_the_person_is_reached(connection, case):
    outbox.add(connection, case.id, "deadline_1h", "d", NOW)
    record_first_contact(connection, case.id, "anna", "phone", NOW)
    assert [notice.kind for notice in outbox.claim(connection, "a", NOW, LEASE)] == ["new_case"]


@pytest.mark.usefixtures("case")
def test_nothing_due_is_seen_without_a_write_lock(connection):
    assert outbox.has_due(connection, NOW)
    outbox.claim(connection, "a", NOW, LEASE)
    assert not outbox.has_due(connection, NOW)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_wait_grows_but_never_beyond_what_a_minute_holds(attempts, jitter):
    wait = outbox.back_off(attempts, jitter)
    assert timedelta(seconds=1) <= wait <= timedelta(minutes=1) - timedelta(seconds=Pace().deliver)
    assert outbox.back_off(attempts + 1, jitter) >= wait


def test_the_wait_doubles_and_is_shortened_by_chance():
    assert [outbox.back_off(n, 0).total_seconds() for n in range(1, 10)] == [2, 4, 8, 16, 32, 45, 45, 45, 45]
    assert outbox.back_off(3, 1).total_seconds() == 4
