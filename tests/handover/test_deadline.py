from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import time_machine

from bot import database
from bot.handover.case import open_case
from bot.handover.deadline import STOCKHOLM, alarm_stage, due_at, in_words, time_left, working_days
from bot.handover.notices.stages import ACUTE_STAGES, newest

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


NIGHTS = [
    utc(2026, 3, 29, 0, 45),  # a quarter of an hour before 02.00 becomes 03.00
    utc(2026, 10, 25, 0, 45),  # a quarter of an hour before 03.00 becomes 02.00
    utc(2028, 2, 28, 22, 45),  # a quarter of an hour before the leap day in Stockholm
    utc(2026, 12, 31, 22, 45),
]


@pytest.mark.parametrize("became", NIGHTS)
@pytest.mark.parametrize(
    ("minutes", "stage"),
    [
        (0, None),
        (14, None),
        (15, "acute_15m"),
        (29, "acute_15m"),
        (30, "acute_30m"),
        (59, "acute_30m"),
        (60, "acute_1h"),
    ],
)
def test_the_minutes_of_an_acute_case_are_minutes_in_any_night(became, minutes, stage):
    local = became.astimezone(STOCKHOLM)
    now = (became + timedelta(minutes=minutes)).astimezone(STOCKHOLM)
    assert newest(ACUTE_STAGES, now.astimezone(timezone.utc) - local.astimezone(timezone.utc)) == stage


@pytest.mark.parametrize("created", NIGHTS)
@pytest.mark.parametrize(("hours", "stage"), [(1, "1h"), (4, "4h"), (12, "12h"), (20, "20h"), (24, "missed")])
def test_the_alarms_of_a_promise_come_on_the_second_in_any_night(created, hours, stage):
    due, moment = due_at(created, 24), created + timedelta(hours=hours)
    assert alarm_stage(created, due, moment) == f"deadline_{stage}"
    assert alarm_stage(created, due, moment - timedelta(seconds=1)) != f"deadline_{stage}"
    assert alarm_stage(created.astimezone(STOCKHOLM), due, moment.astimezone(STOCKHOLM)) == f"deadline_{stage}"


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("came", "now", "days"),
    [
        (local(2026, 11, 20, 16, 0), local(2026, 11, 20, 23, 0), 0),  # the same day
        (local(2026, 11, 20, 16, 0), local(2026, 11, 21, 12, 0), 0),  # Saturday: nobody is there
        (local(2026, 11, 20, 16, 0), local(2026, 11, 23, 8, 59), 0),
        (local(2026, 11, 20, 16, 0), local(2026, 11, 23, 9, 0), 1),
        (local(2026, 11, 20, 16, 0), local(2026, 11, 23, 23, 59), 1),
        (local(2026, 11, 22, 23, 59), local(2026, 11, 23, 9, 0), 1),
        (local(2026, 11, 23, 0, 1), local(2026, 11, 23, 9, 0), 0),
        # The clock is put forward, and back: nine in the morning is an hour earlier or later in UTC.
        (utc(2026, 3, 27, 12, 0), utc(2026, 3, 30, 6, 59), 0),
        (utc(2026, 3, 27, 12, 0), utc(2026, 3, 30, 7, 0), 1),
        (utc(2026, 10, 23, 12, 0), utc(2026, 10, 26, 7, 59), 0),
        (utc(2026, 10, 23, 12, 0), utc(2026, 10, 26, 8, 0), 1),
        # Ascension Day is a Thursday; Midsummer's Eve, Christmas Eve and New Year's Eve are kept by offices.
        (local(2026, 5, 13, 12, 0), local(2026, 5, 14, 12, 0), 0),
        (local(2026, 5, 13, 12, 0), local(2026, 5, 15, 12, 0), 1),
        (local(2026, 6, 18, 12, 0), local(2026, 6, 19, 12, 0), 0),
        (local(2026, 12, 30, 12, 0), local(2026, 12, 31, 12, 0), 0),
        (local(2026, 12, 30, 12, 0), local(2027, 1, 4, 9, 0), 1),
        # A leap day is a working day like another.
        (local(2028, 2, 28, 12, 0), local(2028, 2, 29, 9, 0), 1),
        (local(2028, 2, 28, 12, 0), local(2028, 3, 1, 9, 0), 2),
        # A clock that has been set back.
        (local(2026, 11, 23, 12, 0), local(2026, 11, 20, 12, 0), 0),
    ],
)
def test_working_days_come_at_nine_on_the_wall(came, now, days):
    assert working_days(came, now) == days
