"""Opening hours as wall-clock time in Stockholm: open now, when next, and how it is said.

How hours are written stands in `hours_text.py`. Named weekdays do not hold on public holidays and on the eves of
Midsummer, Christmas and New Year unless the hours say so: a line that is thought open and is not is the worse mistake.
Times are the clock on the wall, so the two nights when the clock is moved need no rule of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays.countries.sweden import Sweden

from bot.routing.words import load_words, say
from bot.sentences import ENGLISH, SWEDISH

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY_MINUTES = 24 * 60
LOOK_AHEAD_DAYS = 21
Spans = tuple[tuple[int, int], ...]
"""Start and end in minutes after midnight, the end after the start; past 1440 it runs into the next day."""


@dataclass(frozen=True)
class OpeningHours:
    """`text` as it was written. The most particular decides a day: a date, a holiday, the day before one, a weekday.

    `before_holidays` None: such a day is like any other. Empty spans: closed.
    """

    text: str
    always: bool
    weekdays: Mapping[int, Spans]
    on_holidays: Spans
    before_holidays: Spans | None
    dates: Mapping[date, Spans]

    def spans(self, day: date) -> Spans:
        """When it is open on a day."""
        if day in self.dates:
            return self.dates[day]
        if is_holiday(day):
            return self.on_holidays
        if self.before_holidays is not None and day.weekday() < 5 and is_holiday(day + timedelta(days=1)):
            return self.before_holidays
        return self.weekdays.get(day.weekday(), ())


def local_day(at: datetime) -> date:
    """The day in Stockholm at an aware time: a fact's last day ends at midnight there, not in UTC."""
    return at.astimezone(STOCKHOLM).date()


def is_open(hours: OpeningHours | None, at: datetime) -> bool | None:
    """Whether it is open at an aware time; None: nobody knows the hours."""
    if hours is None or hours.always:
        return None if hours is None else True
    local = at.astimezone(STOCKHOLM)
    minute = local.hour * 60 + local.minute
    today, yesterday = hours.spans(local.date()), hours.spans(local.date() - timedelta(days=1))
    return any(start <= minute < end for start, end in today) or any(
        start <= minute + DAY_MINUTES < end for start, end in yesterday
    )


def next_opening(hours: OpeningHours | None, at: datetime) -> datetime | None:
    """When it opens next, in UTC, after `at`; None: unknown, always open, or not within three weeks."""
    if hours is None or hours.always:
        return None
    later = (time for time in _edges(hours, at, 0) if time > at)
    return next((t for t in later if is_open(hours, t) and not is_open(hours, t - timedelta(minutes=1))), None)


def next_closing(hours: OpeningHours | None, at: datetime) -> datetime | None:
    """When it closes, in UTC, if it is open at `at`; None: closed, unknown, or not within three weeks."""
    if hours is None or hours.always or not is_open(hours, at):
        return None
    return next((time for time in _edges(hours, at, 1) if time > at and not is_open(hours, time)), None)


def words(hours: OpeningHours | None, at: datetime, language: str = SWEDISH) -> str:
    """The hours as they stand at this moment, such as "öppet nu, stänger 17.00"."""
    said = "hours_english" if language == ENGLISH else "hours"
    if hours is None:
        return say(said, "unknown")
    if hours.always:
        return say(said, "always")
    if is_open(hours, at):
        closing = next_closing(hours, at)
        return say(said, "open_until", time=_clock(closing, said)) if closing else say(said, "open")
    opening = next_opening(hours, at)
    return say(said, "closed_until", when=_when(opening, at, said)) if opening else say(said, "closed")


def is_holiday(day: date) -> bool:
    """A Swedish public holiday other than an ordinary Sunday, or one of the three eves that are kept as one.

    Source: lag (1989:253) om allmänna helgdagar, by the `holidays` library; the eves are not in it but offices close.
    """
    return day in _holidays(day.year)


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no holiday nor one of the three eves."""
    return day.weekday() < 5 and not is_holiday(day)


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    public = Sweden(years=year, include_sundays=False)
    midsummer = next(d for d in (date(year, 6, 20 + n) for n in range(7)) if d.weekday() == 5)
    eves = (midsummer - timedelta(days=1), date(year, 12, 24), date(year, 12, 31))
    return frozenset(public) | frozenset(eves)


def _edges(hours: OpeningHours, at: datetime, side: int) -> Iterator[datetime]:
    """Starts (0) or ends (1) of open spans from yesterday on, in order of time, in UTC."""
    first = at.astimezone(STOCKHOLM).date() - timedelta(days=1)
    for day in (first + timedelta(days=n) for n in range(LOOK_AHEAD_DAYS)):
        yield from sorted(_instant(day, span[side]) for span in hours.spans(day))


def _instant(day: date, minute: int) -> datetime:
    """A wall-clock minute as UTC; a minute that the spring night skips is the moment when the clock jumps."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    utc = wall.replace(tzinfo=STOCKHOLM).astimezone(timezone.utc)
    if utc.astimezone(STOCKHOLM).replace(tzinfo=None) != wall:
        return wall.replace(hour=2, minute=0, tzinfo=STOCKHOLM).astimezone(timezone.utc)
    return utc


def _clock(at: datetime, said: str) -> str:
    local = at.astimezone(STOCKHOLM)
    return say(said, "clock", hour=local.hour, minute=f"{local.minute:02}")


def _when(opening: datetime, at: datetime, said: str) -> str:
    local, now = opening.astimezone(STOCKHOLM), at.astimezone(STOCKHOLM)
    names = load_words()[said]
    days = (local.date() - now.date()).days
    weekday = names["today"] if days == 0 else names["weekdays"][local.weekday()]
    dated = f"{weekday} {local.day} {names['months'][local.month - 1]}" if days > 6 else weekday
    return f"{dated} {_clock(opening, said)}"
