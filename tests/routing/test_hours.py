"""Opening hours on the wall clock of Stockholm: weekdays, holidays, half-days, midnight, the nights of the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.routing.hours import STOCKHOLM, is_holiday, is_open, local_day, next_closing, next_opening, words
from bot.routing.hours_text import parse_hours

HOURS = (
    "dygnet runt",
    "mån–fre 9–12",
    "vardagar 8.30–12 och 13–16",
    "mån, tis, tor, fre 10–15; ons, sön 18–21",
    "alla dagar 21–6",
    "alla dagar 2.30–4",
    "ons–tor 18–22; fre–lör 18–24; sön 18–23",
    "mån–fre 9–16; dag före helgdag 9–12; helgdagar 10–11; 2026-12-23 9–11",
    "alla dagar 0–24",
)


def stockholm(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(timezone.utc)


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        ("mån–fre 9–12", "2026-11-23 09:00", True),
        ("mån–fre 9–12", "2026-11-23 08:59", False),
        ("mån–fre 9–12", "2026-11-23 11:59", True),
        ("mån–fre 9–12", "2026-11-23 12:00", False),
        ("mån–fre 9–12", "2026-11-22 10:00", False),
        ("vardagar 8.30–12 och 13–16", "2026-11-23 12:30", False),
        ("vardagar 8.30–12 och 13–16", "2026-11-23 13:00", True),
        ("ons, sön 18–21", "2026-11-22 20:59", True),
        ("alla dagar 21–6", "2026-11-22 23:30", True),
        ("alla dagar 21–6", "2026-11-23 05:59", True),
        ("alla dagar 21–6", "2026-11-23 06:00", False),
        ("fre 21–6", "2026-11-28 05:00", True),
        ("fre 21–6", "2026-11-27 05:00", False),
        ("fre–lör 18–24", "2026-11-27 23:59", True),
        ("fre 18–24", "2026-11-28 00:00", False),
        ("dygnet runt", "2026-12-24 03:00", True),
        ("mån–fre 9–16", "2026-12-24 10:00", False),
        ("mån–fre 9–16", "2026-12-25 10:00", False),
        ("mån–fre 9–16", "2026-12-31 10:00", False),
        ("mån–fre 9–16", "2026-06-19 10:00", False),
        ("mån–fre 9–16", "2026-05-14 10:00", False),
        ("mån–fre 9–16", "2026-04-06 10:00", False),
        ("mån–fre 9–16", "2026-06-05 10:00", True),
        ("mån–fre 9–16; helgdagar 10–12", "2026-12-24 11:00", True),
        ("alla dagar 7–21", "2026-12-25 10:00", True),
        ("alla dagar 7–21; helgdagar stängt", "2026-12-25 10:00", False),
        ("mån–fre 9–16; dag före helgdag 9–12", "2026-04-02 13:00", False),
        ("mån–fre 9–16; dag före helgdag 9–12", "2026-04-02 11:00", True),
        ("mån–fre 9–16", "2026-04-02 13:00", True),
        ("mån–fre 9–16; 2026-12-23 9–11", "2026-12-23 12:00", False),
        ("mån–fre 9–16; 2026-12-24 9–11", "2026-12-24 10:00", True),
    ],
)
def test_open_or_closed(hours: str, at: str, expected: bool) -> None:
    assert is_open(parse_hours(hours), stockholm(at)) is expected


def test_unknown_hours_are_neither_open_nor_closed() -> None:
    at = stockholm("2026-11-23 10:00")
    assert is_open(None, at) is None
    assert next_opening(None, at) is None
    assert next_closing(None, at) is None


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (None, "2026-11-22 10:00", "öppettider okända"),
        ("dygnet runt", "2026-11-22 10:00", "öppet dygnet runt"),
        ("mån–fre 9–17", "2026-11-23 10:00", "öppet nu, stänger 17.00"),
        ("mån–fre 9–17", "2026-11-22 22:30", "stängt nu, öppnar måndag 9.00"),
        ("mån–fre 8.30–17", "2026-11-23 07:00", "stängt nu, öppnar i dag 8.30"),
        ("alla dagar 21–6", "2026-11-23 01:00", "öppet nu, stänger 6.00"),
        ("fre–lör 18–24; sön 0–3", "2026-11-28 20:00", "öppet nu, stänger 3.00"),
        ("mån 9–12", "2026-11-23 12:00", "stängt nu, öppnar måndag 30 november 9.00"),
        ("mån–fre 9–12", "2026-12-23 13:00", "stängt nu, öppnar måndag 9.00"),
        ("tor–fre 9–12", "2026-12-24 08:00", "stängt nu, öppnar torsdag 7 januari 9.00"),
        ("2026-01-02 9–12", "2026-11-22 10:00", "stängt nu"),
        ("alla dagar 0–24", "2026-11-22 10:00", "öppet nu"),
    ],
)
def test_words_say_what_is_true_now(hours: str | None, at: str, expected: str) -> None:
    assert words(parse_hours(hours) if hours else None, stockholm(at)) == expected


def test_spring_night_opens_when_the_clock_jumps() -> None:
    hours = parse_hours("alla dagar 2.30–4")
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=timezone.utc)
    assert next_opening(hours, jump - timedelta(hours=3)) == jump
    assert is_open(hours, jump) is True
    assert words(hours, jump - timedelta(minutes=1)) == "stängt nu, öppnar i dag 3.00"


def test_autumn_night_keeps_open_through_the_doubled_hour() -> None:
    hours = parse_hours("alla dagar 21–6")
    night = [datetime(2026, 10, 24, 19, 0, tzinfo=timezone.utc) + timedelta(minutes=n) for n in range(600)]
    assert all(is_open(hours, at) for at in night)
    assert is_open(hours, night[-1] + timedelta(minutes=1)) is False


@pytest.mark.parametrize("year", [2024, 2026, 2027, 2030])
def test_the_eves_are_kept_as_holidays(year: int) -> None:
    midsummer_eve = next(d for d in (date(year, 6, 19) + timedelta(days=n) for n in range(7)) if d.weekday() == 4)
    assert all(is_holiday(day) for day in (midsummer_eve, date(year, 12, 24), date(year, 12, 31)))


def test_an_ordinary_sunday_is_no_holiday() -> None:
    assert not is_holiday(date(2026, 11, 22))


MOMENTS = st.datetimes(
    min_value=datetime(2025, 1, 1), max_value=datetime(2029, 12, 31), timezones=st.just(timezone.utc)
)


@settings(deadline=None)
@given(at=MOMENTS, text=st.sampled_from(HOURS))
def test_the_next_opening_is_open_and_nothing_before_it_is(at: datetime, text: str) -> None:
    hours = parse_hours(text)
    opening = next_opening(hours, at)
    if opening is None:
        assert is_open(hours, at)
        return
    assert opening > at and is_open(hours, opening)
    if not is_open(hours, at):
        step = (opening - at) / 50
        assert not any(is_open(hours, at + step * n) for n in range(50))


@settings(deadline=None)
@given(at=MOMENTS, text=st.sampled_from(HOURS))
def test_it_stays_open_until_it_closes(at: datetime, text: str) -> None:
    hours = parse_hours(text)
    closing = next_closing(hours, at)
    if closing is not None:
        assert is_open(hours, at) and not is_open(hours, closing)
        step = (closing - at) / 50
        assert all(is_open(hours, at + step * n) for n in range(50))


@settings(deadline=None)
@given(at=MOMENTS, text=st.sampled_from(HOURS))
def test_words_agree_with_is_open(at: datetime, text: str) -> None:
    hours = parse_hours(text)
    assert words(hours, at).startswith("öppet") is bool(is_open(hours, at))


@pytest.mark.parametrize("at", ["2026-11-24 00:30", "2026-11-24 23:59", "2026-07-24 00:30"])
def test_the_day_is_that_of_stockholm(at: str) -> None:
    assert local_day(stockholm(at)) == date.fromisoformat(at[:10])
