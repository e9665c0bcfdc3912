"""How opening hours are written by the people who keep the catalogue, and how they are read.

    dygnet runt
    mån–fre 9–12
    mån, tis, tor, fre 10–15; ons, sön 18–21
    alla dagar 21–6                        (past midnight)
    vardagar 8.30–12 och 13–16
    mån–fre 9–16; dag före helgdag 9–12; helgdagar stängt; 2026-12-23 9–11

Parts are divided by `;`. "alla dagar" holds on holidays too, the other days only if `helgdagar` says so. A weekday
stands once, so that no part silently overrides another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise

from bot.routing.hours import DAY_MINUTES, OpeningHours, Spans
from bot.routing.words import load_words

_DATED = re.compile(r"(\d{4}-\d\d-\d\d)\s+(.+)")
_NAMED = re.compile(r"(\D+?)\s+(\d.*)")
_SPAN = re.compile(r"(\d{1,2})(?:[.:](\d\d))?\s*[–-]\s*(\d{1,2})(?:[.:](\d\d))?")
_RANGE = re.compile(r"\s*[–-]\s*")
Key = int | str | date


class HoursError(ValueError):
    """The text is no opening hours; `part` is what was not understood."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def parse_hours(text: str) -> OpeningHours:
    """Read hours as in the examples above.

    Raises:
        HoursError: a part is not understood, or a day stands twice.
    """
    lowered = " ".join(text.lower().split())
    if lowered == load_words()["hours_text"]["round_the_clock"]:
        return _always(text)
    found: dict[Key, Spans] = {}
    for part in lowered.split(";"):
        keys, spans = _part(part.strip())
        if any(key in found for key in keys):
            raise HoursError(part.strip())
        found |= dict.fromkeys(keys, spans)
    return _hours(text, found)


def _always(text: str) -> OpeningHours:
    return OpeningHours(text, True, {}, ((0, DAY_MINUTES),), None, {})


def _hours(text: str, found: Mapping[Key, Spans]) -> OpeningHours:
    return OpeningHours(
        text=" ".join(text.split()),
        always=False,
        weekdays={key: spans for key, spans in found.items() if isinstance(key, int)},
        on_holidays=found.get("holidays", found.get("every_day", ())),
        before_holidays=found.get("before_holidays"),
        dates={key: spans for key, spans in found.items() if isinstance(key, date)},
    )


def _part(part: str) -> tuple[tuple[Key, ...], Spans]:
    dated = _DATED.fullmatch(part)
    if dated:
        return (_date(dated[1]),), _spans(dated[2])
    closed = load_words()["hours_text"]["closed"]
    if part.endswith(f" {closed}"):
        return _days(part.removesuffix(closed).strip()), ()
    named = _NAMED.fullmatch(part)
    if not named:
        raise HoursError(part)
    return _days(named[1]), _spans(named[2])


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HoursError(text) from error


def _days(text: str) -> tuple[Key, ...]:
    vocabulary = load_words()["hours_text"]
    if text in vocabulary["every_day"]:
        return (*range(7), "every_day")
    if text in vocabulary["holidays"]:
        return ("holidays",)
    if text in vocabulary["before_holidays"]:
        return ("before_holidays",)
    if text in vocabulary["working_days"]:
        return tuple(range(5))
    days = [day for item in text.split(",") for day in _day_range(item.strip())]
    if len(set(days)) != len(days):
        raise HoursError(text)
    return tuple(days)


def _day_range(text: str) -> list[int]:
    ends = _RANGE.split(text)
    numbers = [_weekdays().get(end) for end in ends]
    first, last = numbers[0], numbers[-1]
    if len(ends) > 2 or first is None or last is None or last < first:
        raise HoursError(text)
    return list(range(first, last + 1))


def _spans(text: str) -> Spans:
    if text == load_words()["hours_text"]["closed"]:
        return ()
    joint = load_words()["hours_text"]["and"]
    spans = tuple(sorted(_span(part.strip()) for part in text.split(f" {joint} ")))
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise HoursError(text)
    return spans


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    if not found:
        raise HoursError(text)
    hour, minute, to_hour, to_minute = (int(group or 0) for group in found.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if max(minute, to_minute) > 59 or start >= DAY_MINUTES or end > DAY_MINUTES or start == end:
        raise HoursError(text)
    return (start, end) if end > start else (start, end + DAY_MINUTES)


@cache
def _weekdays() -> Mapping[str, int]:
    """Every spelling of a weekday → 0 for Monday."""
    table = load_words()["hours_text"]["weekdays"]
    return {spelling: number for number, spellings in enumerate(table) for spelling in spellings}
