"""Time left, and days in Stockholm."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.staff.times import TimeLeft, end_of_day, start_of_day, time_left
from bot.staff.words import Words
from tests.staff.console import NOW

WORDS = Words.load({})


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (200, "3 tim 20 min kvar"),
        (1439, "23 tim 59 min kvar"),
        (1440, "1 dygn kvar"),
        (1445, "1 dygn kvar"),
        (1560, "1 dygn 2 tim kvar"),
        (60, "1 tim kvar"),
        (0, "0 min kvar"),
        (0.5, "0 min kvar"),
        (-60, "Försenat 1 tim"),
        (-1500, "Försenat 1 dygn 1 tim"),
    ],
)
def test_time_left_is_said_in_words(minutes: float, said: str) -> None:
    assert WORDS.time_left(time_left(NOW + timedelta(minutes=minutes), False, NOW)) == said


@pytest.mark.parametrize(
    ("minutes", "pace"), [(241, "on_time"), (240, "soon"), (0, "soon"), (-0.01, "late"), (-99, "late")]
)
def test_the_pace_follows_the_time(minutes: float, pace: str) -> None:
    assert time_left(NOW + timedelta(minutes=minutes), False, NOW).pace == pace


def test_no_promise_and_a_kept_promise_are_said() -> None:
    assert WORDS.time_left(time_left(None, False, NOW)) == "Ingen utlovad tid"
    assert WORDS.time_left(time_left(NOW, True, NOW + timedelta(days=9))) == "Första kontakt gjord"
    assert time_left(None, True, NOW) == TimeLeft("met")


@pytest.mark.parametrize(
    ("day", "start", "hours"),
    [
        ("2026-11-22", "2026-11-21T23:00", 24),
        ("2026-10-25", "2026-10-24T22:00", 25),
        ("2027-03-28", "2027-03-27T23:00", 23),
    ],
)
def test_a_day_is_a_day_in_stockholm_also_when_the_clocks_change(day: str, start: str, hours: int) -> None:
    began, ended = start_of_day(day), end_of_day(day)
    assert began and ended
    assert began == datetime.fromisoformat(start).replace(tzinfo=timezone.utc)
    assert ended.astimezone(timezone.utc) - began.astimezone(timezone.utc) == timedelta(hours=hours)


@pytest.mark.parametrize("day", ["", "i dag", "2026-13-01", "22/11", "0001-01-01", "9999-12-31"])
def test_what_is_no_day_is_none(day: str) -> None:
    assert start_of_day(day) is None and end_of_day(day) is None


def test_moments_are_said_in_stockholm_time() -> None:
    assert WORDS.when(NOW) == "måndag 23 november kl. 10.00"
    assert WORDS.when(NOW, "short") == "23 nov. kl. 10.00"
    assert WORDS.when(NOW, "clock") == "10.00"
    assert WORDS.when(None) == ""
