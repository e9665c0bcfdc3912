"""The 24-hour clock: when a promise falls due, how that is said, and when staff are woken.

Everything is counted in UTC, so the nights when the clocks change make no hour longer or shorter. Only the words that a
person reads, and the working days of cases without a promise, are in Swedish time.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from bot.handover.notices.stages import MISSED, PROMISED, newest
from bot.routing.hours import is_working_day
from bot.sentences import ENGLISH, SWEDISH

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MORNING = time(9)
DATES = {SWEDISH: "d MMMM y 'kl.' HH.mm", ENGLISH: "d MMMM y 'at' HH:mm"}
PATTERNS = {SWEDISH: "EEEE d MMMM 'kl.' HH.mm", ENGLISH: "EEEE d MMMM 'at' HH:mm"}


def due_at(created_at: datetime, promise_hours: int | None) -> datetime | None:
    """The last moment of a promise of so many clock hours, day and night, in UTC; None where nothing is promised.

    Source: the city's promise to leavers of crime, "inom 24 timmar", is hours, not office hours (DESIGN section 1).
    """
    if promise_hours is None:
        return None
    return _utc(created_at) + timedelta(hours=promise_hours)


def in_words(moment: datetime, language: str = SWEDISH) -> str:
    """Such as "måndag 23 november kl. 14.05", in Swedish time.

    In the hour that comes twice when summer time ends, the season is said too ("kl. 02.30 (sommartid)"): else a person
    could not know which of the two is meant.
    """
    local = _utc(moment).astimezone(STOCKHOLM)
    locale = language if language in PATTERNS else SWEDISH
    words = str(format_datetime(local, PATTERNS[locale], locale=locale))
    return f"{words} ({_season(local, locale)})" if _comes_twice(local) else words


def date_in_words(moment: datetime, language: str = SWEDISH) -> str:
    """A moment months away, with its year: "20 februari 2027 kl. 14.05", in Swedish time."""
    locale = language if language in DATES else SWEDISH
    return str(format_datetime(_utc(moment).astimezone(STOCKHOLM), DATES[locale], locale=locale))


def time_left(due: datetime | None, now: datetime) -> timedelta | None:
    """What remains of the promise; negative once it is broken, None where nothing was promised."""
    return None if due is None else _utc(due) - _utc(now)


def alarm_stage(created_at: datetime, due: datetime | None, now: datetime) -> str | None:
    """The newest alarm that is due for a case without first contact: `deadline_1h` … `deadline_20h`, `deadline_missed`.

    Only the newest: after an outage staff get one true alarm, not a pile of old ones. A stage at or past the deadline
    itself gives no alarm of its own (a promise of two hours has only `deadline_1h` and `deadline_missed`).
    """
    if due is None:
        return None
    if _utc(now) >= _utc(due):
        return MISSED
    return newest(PROMISED, _utc(now) - _utc(created_at))


def working_days(created_at: datetime, now: datetime) -> int:
    """How many working days have come to nine o'clock since the day a case came; 0 when today's has not.

    A case from Friday afternoon is at 1 on Monday at nine. 0 also at the weekend, on a public holiday and on an eve
    that offices keep: then nobody is there to be reminded.
    """
    local, first = (_utc(moment).astimezone(STOCKHOLM) for moment in (now, created_at))
    if local.time() < MORNING or not is_working_day(local.date()):
        return 0
    since = (first.date() + timedelta(days=n) for n in range(1, (local.date() - first.date()).days + 1))
    return sum(is_working_day(day) for day in since)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A time without a zone cannot be counted on.")
    return moment.astimezone(timezone.utc)


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _season(local: datetime, locale: str) -> str:
    zone = str(format_datetime(local, "zzzz", locale=locale))
    return zone.split()[-1] if locale == SWEDISH else zone
