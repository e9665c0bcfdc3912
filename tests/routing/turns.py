"""What a turn says, shows and offers, and the hours and talks that tests of the steps share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

from bot.routing.card import card
from bot.routing.catalogue import Catalogue
from bot.routing.hours import STOCKHOLM, is_holiday
from bot.routing.offers import ANSWER_LATER
from bot.routing.talk import TOPICS, Heard, Talk, Turn
from bot.understanding.urgent import load_rules

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=timezone.utc)
NEEDS = (*TOPICS, "other_city")
CASES = sorted({rule.case for rule in load_rules().cases})
ASKING_AGE = Talk(need="substance_use", role="child", asked="age")
ASKING_PLACE = Talk(need="youth_at_risk", service="youth_team", role="child", age=17, asked="place")

Step = Callable[[Talk, Heard, Catalogue, datetime], Turn]


def said(turn: Turn) -> list[str]:
    return [saying.sentence for saying in turn.sayings]


def shown(turn: Turn) -> list[str]:
    return [saying.service for saying in turn.sayings if saying.service]


def buttons(turn: Turn) -> list[str]:
    return [choice.payload for saying in turn.sayings for choice in saying.choices]


def reaches_someone(turn: Turn, catalogue: Catalogue, at: datetime) -> bool:
    """A number that answers at this hour, or a case that can be left."""
    cards = [card(catalogue, saying.service, saying.district, at) for saying in turn.sayings if saying.service]
    return any(shown.open_now and shown.phone for shown in cards) or ANSWER_LATER.payload in buttons(turn)


def hours_to_try() -> Iterator[datetime]:
    """Every hour of an ordinary week, then of each day of the year after it that is not ordinary."""
    monday = datetime(2026, 11, 23, tzinfo=timezone.utc)
    days = [monday + timedelta(days=number) for number in range(365)]
    odd = [day for number, day in enumerate(days) if number < 7 or _is_odd(day)]
    return (day + timedelta(hours=hour) for day in odd for hour in range(24))


def _is_odd(day: datetime) -> bool:
    """A holiday, the day before one, or a day on which the clocks change."""
    later = day + timedelta(days=1)
    changes = day.astimezone(STOCKHOLM).utcoffset() != later.astimezone(STOCKHOLM).utcoffset()
    return changes or is_holiday(day.date()) or is_holiday(later.date())
