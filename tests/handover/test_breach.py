"""A broken promise stays broken."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.database import transaction
from bot.handover.breach import Breaches, count_breaches, late_by
from bot.handover.case import close, record_first_contact, withdraw

from .conftest import NOW, make_cases

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("contacted", "closed", "now", "late"),
    [
        (None, None, 24, None),
        (None, None, 25, 1),
        (23, None, 99, None),
        (24, None, 99, None),
        (26, None, 99, 2),
        (26, 30, 99, 2),
        (23, 30, 99, None),
        (None, 20, 99, None),
        (None, 27, 99, 3),
    ],
)
@pytest.mark.parametrize(
    "created",
    [NOW, *(datetime(*day, 20, tzinfo=timezone.utc) for day in ((2026, 3, 28), (2026, 10, 24), (2028, 2, 28)))],
)
def test_how_late_a_promise_of_24_hours_was_kept(created, contacted, closed, now, late):
    moments = [None if hours is None else created + hours * HOUR for hours in (contacted, closed)]
    assert late_by(created + 24 * HOUR, *moments, created + now * HOUR) == (late and late * HOUR)


def test_without_a_promise_nothing_is_broken():
    assert late_by(None, NOW, None, NOW) is None


def test_breaches_are_counted_and_no_later_step_takes_one_off(engine):
    kept, late, closed, taken_back, waiting, early = make_cases(engine, 6)
    make_cases(engine, 3, hours=None, conversation_id="no promise")
    make_cases(engine, 2, conversation_id="other", service="mini_maria")
    with transaction(engine) as connection:
        record_first_contact(connection, kept.id, "siv", "phone", NOW + 3 * HOUR)
        record_first_contact(connection, late.id, "siv", "phone", NOW + 30 * HOUR)
        close(connection, late.id, "siv", "support", NOW + 40 * HOUR)
        close(connection, closed.id, "siv", "not_reached", NOW + 30 * HOUR)
        withdraw(connection, taken_back.id, NOW + 25 * HOUR)
        withdraw(connection, early.id, NOW + HOUR)
        assert count_breaches(connection, ["exit_programme"], NOW + 23 * HOUR).waiting == 0
        assert count_breaches(connection, ["exit_programme"], NOW + 50 * HOUR) == Breaches(1, 4, 5)
        assert count_breaches(connection, [], NOW + 50 * HOUR) == Breaches(0, 0, 0)
    long_after = NOW + timedelta(days=200)
    with transaction(engine) as connection:
        assert count_breaches(connection, ["exit_programme"], long_after) == Breaches(1, 0, 0)
    assert waiting.contacted_at is None
