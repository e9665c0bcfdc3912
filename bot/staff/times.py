"""Times for people: Europe/Stockholm, Swedish words, and the time left of a promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from babel.dates import format_datetime

from bot.handover import deadline
from bot.handover.breach import late_by
from bot.handover.deadline import STOCKHOLM
from bot.handover.record import OPEN, Case

SOON = timedelta(hours=4)
Pace = Literal["late", "soon", "on_time", "no_promise", "met", "met_late", "over", "over_late"]
MET: tuple[Pace, ...] = ("met", "met_late")


@dataclass(frozen=True)
class TimeLeft:
    """How a promise stands: `pace` for order and look, `amount` to or past the due time (never negative)."""

    pace: Pace
    amount: timedelta = timedelta(0)

    def parts(self) -> tuple[tuple[int, str], ...]:
        """The two largest units, rounded down to whole minutes: 200 min → ((3, "hour"), (20, "minute"))."""
        minutes = int(self.amount.total_seconds() // 60)
        counted = ((minutes // 1440, "day"), (minutes % 1440 // 60, "hour"), (minutes % 60, "minute"))
        first = next((index for index, (count, _) in enumerate(counted) if count), 2)
        shown = tuple(part for part in counted[first : first + 2] if part[0])
        return shown or ((0, "minute"),)


def time_left(due_at: datetime | None, met: bool, now: datetime) -> TimeLeft:
    """The state of one promise; `met` when the first contact is made or the case is closed."""
    if met:
        return TimeLeft("met")
    left = deadline.time_left(due_at, now)
    if left is None:
        return TimeLeft("no_promise")
    if left < timedelta(0):
        return TimeLeft("late", -left)
    return TimeLeft("soon" if left <= SOON else "on_time", left)


def time_of_case(case: Case, now: datetime) -> TimeLeft:
    """How the promise of a case stands. A promise that was broken shows so for ever, also after a late contact."""
    if case.contacted_at is None and case.state in OPEN and case.stopped_at is None:
        return time_left(case.due_at, False, now)
    late = late_by(case.due_at, case.contacted_at, case.stopped_at or case.closed_at, now)
    if case.contacted_at is not None:
        return TimeLeft("met_late", late) if late else TimeLeft("met")
    return TimeLeft("over_late", late) if late else TimeLeft("over")


def in_stockholm(at: datetime) -> datetime:
    """The same moment on the wall clock of Stockholm."""
    return at.astimezone(STOCKHOLM)


def words(at: datetime, pattern: str) -> str:
    """A moment in Swedish by a Babel pattern; the patterns stand in words.yml."""
    return str(format_datetime(in_stockholm(at), pattern, locale="sv"))


def start_of_day(day: str) -> datetime | None:
    """Midnight in Stockholm that begins a day typed as 2026-11-22; None for anything else, and for other centuries.

    At the ends of the calendar there is no day before or after.
    """
    try:
        typed = datetime.strptime(day, "%Y-%m-%d").date()
    except ValueError:
        return None
    return datetime.combine(typed, time(), STOCKHOLM) if 1900 <= typed.year < 2200 else None


def end_of_day(day: str) -> datetime | None:
    """The midnight that ends it: on the nights of the clock change a day has 23 or 25 hours."""
    start = start_of_day(day)
    return datetime.combine(start.date() + timedelta(days=1), time(), STOCKHOLM) if start else None
