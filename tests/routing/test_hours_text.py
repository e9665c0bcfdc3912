"""What may be written as opening hours, and what is refused instead of guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.routing.hours_text import HoursError, parse_hours


@pytest.mark.parametrize(
    "text",
    [
        "mån–fre 9–12",
        "mån-fre 9-12",
        "Mån – Fre 09:00 – 12.00",
        "måndag–fredag 9–12",
        "mån, tis, ons, tors, fre 9–12",
        "mån–ons 9–12; tor–fre 9–12",
        "vardagar 9–12",
        "  vardagar   9–12 ",
    ],
)
def test_the_same_hours_in_many_spellings(text: str) -> None:
    assert parse_hours(text).weekdays == dict.fromkeys(range(5), ((540, 720),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9–12",
        "mån",
        "mån–fre",
        "mån–fre 9",
        "mån–fre 9–25",
        "mån–fre 24–9",
        "mån–fre 9–9",
        "mån–fre 9.75–12",
        "fre–mån 9–12",
        "mån–ons–fre 9–12",
        "mån–fre 9–12; fre 10–12",
        "mån, mån 9–12",
        "alla dagar 9–12; lör stängt",
        "mån–fre 9–13 och 12–16",
        "mandag 9–12",
        "kontorstid",
        "mån–fre 9–12 utom lunch",
        "2026-13-01 9–12",
        "dygnet runt utom söndag",
        "mån–fre 9–12;",
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(HoursError):
        parse_hours(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_hours(text)
    except HoursError as error:
        assert isinstance(error.part, str)
