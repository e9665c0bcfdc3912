from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import time_machine

from bot import database
from bot.handover.case import open_case
from bot.handover.deadline import STOCKHOLM, alarm_stage, due_at, in_words, time_left

from .conftest import NOW, make_hand_over


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "created,due,words",
    [
        (utc(2026, 11, 22, 13, 5), utc(2026, 11, 23, 13, 5), "måndag 23 november kl. 14.05"),
        # Summer time begins 29 March 2026: a day of 23 hours by the wall, 24 by the promise.
        (utc(2026, 3, 28, 12, 0), utc(2026, 3, 29, 12, 0), "söndag 29 mars kl. 14.00"),
        # It ends 25 October 2026: a day of 25 hours by the wall.
        (utc(2026, 10, 24, 12, 0), utc(2026, 10, 25, 12, 0), "söndag 25 oktober kl. 13.00"),
        (utc(2026, 10, 24, 0, 30), utc(2026, 10, 25, 0, 30), "söndag 25 oktober kl. 02.30 (sommartid)"),
        (utc(2026, 10, 24, 1, 30), utc(2026, 10, 25, 1, 30), "söndag 25 oktober kl. 02.30 (normaltid)"),
        (utc(2028, 2, 28, 22, 59), utc(2028, 2, 29, 22, 59), "tisdag 29 februari kl. 23.59"),
        (utc(2026, 12, 31, 12, 0), utc(2027, 1, 1, 12, 0), "fredag 1 januari kl. 13.00"),
    ],
)
def test_24_hours_are_24_hours_and_are_said_in_swedish_time(created, due, words):
    assert due_at(created, 24) == due
    assert in_words(due) == words


@pytest.mark.parametrize(
    "due,words",
    [
        (utc(2026, 11, 23, 13, 5), "Monday 23 November at 14:05"),
        (utc(2026, 10, 25, 0, 30), "Sunday 25 October at 02:30 (Central European Summer Time)"),
        (utc(2026, 10, 25, 1, 30), "Sunday 25 October at 02:30 (Central European Standard Time)"),
    ],
)
def test_the_time_is_said_in_english_too(due, words):
    assert in_words(due, "en") == words
    assert in_words(due, "so") == in_words(due)


def test_no_promise_has_no_due_time():
    assert due_at(NOW, None) is None
    assert time_left(None, NOW) is None
    assert alarm_stage(NOW, None, NOW + timedelta(days=9)) is None


def test_a_time_of_another_zone_is_the_same_moment():
    local = datetime(2026, 11, 22, 14, 5, tzinfo=STOCKHOLM)
    assert due_at(local, 24) == utc(2026, 11, 23, 13, 5)
    assert in_words(local) == "söndag 22 november kl. 14.05"


@pytest.mark.parametrize("call", [lambda at: due_at(at, 24), in_words, lambda at: time_left(NOW, at)])
def test_a_time_without_a_zone_is_refused(call):
    with pytest.raises(ValueError):
        call(datetime(2026, 1, 1))


@pytest.mark.parametrize("night", [utc(2026, 3, 29, 0, 0), utc(2026, 10, 25, 0, 0), utc(2026, 6, 1, 0, 0)])
def test_time_left_goes_down_by_the_hour_over_any_night(night):
    due = due_at(night, 24)
    assert [time_left(due, night + timedelta(hours=h)) for h in (0, 1, 2, 25)] == [
        timedelta(hours=h) for h in (24, 23, 22, -1)
    ]


@pytest.mark.parametrize(
    "minutes,stage",
    [
        (0, None),
        (59, None),
        (60, "deadline_1h"),
        (239, "deadline_1h"),
        (240, "deadline_4h"),
        (720, "deadline_12h"),
        (1199, "deadline_12h"),
        (1200, "deadline_20h"),
        (1439, "deadline_20h"),
        (1440, "deadline_missed"),
        (99999, "deadline_missed"),
    ],
)
@pytest.mark.parametrize("created", [NOW, utc(2026, 3, 28, 20, 0), utc(2026, 10, 24, 20, 0), utc(2028, 2, 28, 20, 0)])
def test_the_newest_alarm_is_the_one_that_is_due(created, minutes, stage):
    assert alarm_stage(created, due_at(created, 24), created + timedelta(minutes=minutes)) == stage


def test_a_short_promise_has_only_the_alarms_before_its_end():
    due = due_at(NOW, 2)
    stages = {alarm_stage(NOW, due, NOW + timedelta(minutes=m)) for m in range(0, 600, 10)}
    assert stages == {None, "deadline_1h", "deadline_missed"}


@pytest.mark.parametrize(
    "moment,words",
    [
        ("2026-03-29T00:59:59+01:00", "måndag 30 mars kl. 01.59"),
        ("2026-10-25T02:30:00+02:00", "måndag 26 oktober kl. 01.30"),
        ("2026-10-25T02:30:00+01:00", "måndag 26 oktober kl. 02.30"),
    ],
)
def test_a_case_opened_in_the_night_of_the_change_is_due_24_clock_hours_later(connection, moment, words):
    with time_machine.travel(datetime.fromisoformat(moment), tick=False):
        case = open_case(connection, make_hand_over(), 24, database.now())
    assert case.due_at - case.created_at == timedelta(hours=24)
    assert in_words(case.due_at) == words
