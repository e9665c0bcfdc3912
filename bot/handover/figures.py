"""What a talk and a case add to the figures of a day: pure counting, without ids and without anybody's words.

Talks about leaving crime, violence and honour are counted for the whole city only: they carry no service and no
district here, so nobody can ask for them later either. Days are those of Stockholm.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.routing.hours import STOCKHOLM, is_holiday, local_day
from bot.routing.sensitive import is_sensitive

TALK, SERVICE, DISTRICT, URGENT, HOURS = "talk", "service", "district", "urgent", "hours"
FEEDBACK, UNANSWERED, PROMISE, WAIT = "feedback", "unanswered", "promise", "wait"
FIGURES = (TALK, SERVICE, DISTRICT, URGENT, HOURS, FEEDBACK, UNANSWERED, PROMISE, WAIT)

OUTCOMES = ("answered", "handed_over", "clarified", "fallback", "unserved", "left")
"""What became of a talk, each in one: `unserved` got only phone numbers (Rasa away or switched off), in `left` nothing
was written."""
IN_TIME, LATE, WAITING, TAKEN_BACK, MISTAKE, UNPROMISED = (
    "in_time", "late", "waiting", "taken_back", "mistake", "unpromised",
)  # fmt: skip
PROTECTED, UNKNOWN = "protected", "unknown"
HELPED = ("answer", "contact", "thread")
STEP_MINUTES = 15
LONGEST_MINUTES = 14 * 24 * 60
OFFICE_HOURS = range(8, 17)

Key = tuple[str, str, str, str]
"""Day, figure, subject, detail."""


@dataclass(frozen=True)
class Talk:
    """A talk that is over: its rows of `messages` in order, and (service, need, district) of each case it led to."""

    began_at: datetime
    messages: Sequence[Mapping[str, Any]] = ()
    cases: Sequence[tuple[str, str, str | None]] = ()
    heard: Sequence[Mapping[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        """What was understood of each message of the person."""
        said = [message for message in self.messages if message["sender"] == "person"]
        object.__setattr__(self, "heard", [message["understood"] or {} for message in said])


def count_talk(talk: Talk) -> Counter[Key]:
    """What one talk adds."""
    day, outcome = local_day(talk.began_at).isoformat(), outcome_of(talk)
    service, district = _place_of(talk)
    counted: Counter[Key] = Counter()
    counted[day, TALK, "", outcome] += 1
    counted[day, SERVICE, service, outcome] += 1
    counted[day, DISTRICT, district, outcome] += 1
    counted[day, HOURS, "", "outside" if outside_office_hours(talk.began_at) else "inside"] += 1
    for kind in filter(None, set(_texts(_urgent_of(talk)))):
        counted[day, URGENT, "", kind] += 1
    for message in talk.messages:
        if message["feedback"] in ("yes", "no"):
            counted[day, FEEDBACK, "", message["feedback"]] += 1
    for heard in talk.heard:
        if heard.get("decision") in ("clarify", "fallback"):
            counted[day, UNANSWERED, _guess(heard), heard["decision"]] += 1
    return counted


def outcome_of(talk: Talk) -> str:
    """The best that a talk came to; one of `OUTCOMES`."""
    decisions = {heard.get("decision") for heard in talk.heard}
    if talk.cases:
        return "handed_over"
    if decisions & set(HELPED):
        return "answered"
    if "clarify" in decisions:
        return "clarified"
    if "fallback" in decisions:
        return "fallback"
    return "unserved" if talk.heard else "left"


def count_cases(found: Iterable[Mapping[str, Any]], now: datetime) -> Counter[Key]:
    """What cases add: how the promise of each stands, and how long the person waited (in steps of 15 minutes)."""
    counted: Counter[Key] = Counter()
    for case in found:
        day, service = local_day(case["created_at"]).isoformat(), case["service"]
        counted[day, PROMISE, service, promise_of(case, now)] += 1
        if case["contacted_at"] is not None:
            waited = (case["contacted_at"] - case["created_at"]).total_seconds() / 60
            steps = min(max(1, math.ceil(waited / STEP_MINUTES)) * STEP_MINUTES, LONGEST_MINUTES)
            counted[day, WAIT, service, f"{steps:05d}"] += 1
    return counted


def promise_of(case: Mapping[str, Any], now: datetime) -> str:
    """How the promise of a case stands. A promise that was already broken stays broken, whatever came after."""
    due, contacted, over = case["due_at"], case["contacted_at"], case["closed_at"]
    if due is None:
        return UNPROMISED
    if contacted is not None:
        return IN_TIME if contacted <= due else LATE
    if case["outcome"] == MISTAKE:
        return MISTAKE
    ended = over if case["state"] == "withdrawn" else case["stopped_at"]
    if ended is not None and ended <= due:
        return TAKEN_BACK
    # Closed without a contact is no contact in time, also when it was closed early.
    return LATE if over is not None or now > due else WAITING


def outside_office_hours(at: datetime) -> bool:
    """Weekends, public holidays, and before 8 or after 17."""
    local = at.astimezone(STOCKHOLM)
    return local.weekday() > 4 or is_holiday(local.date()) or local.hour not in OFFICE_HOURS


def _place_of(talk: Talk) -> tuple[str, str]:
    services = [heard.get("service") for heard in talk.heard] + [service for service, _, _ in talk.cases]
    services += [(message["service"] or {}).get("id") for message in talk.messages]
    needs = [need for heard in talk.heard for need in (heard.get("need"), *(heard.get("choices") or ()))]
    needs += [need for _, need, _ in talk.cases]
    if is_sensitive(_texts(needs), _texts(services)):
        return PROTECTED, PROTECTED
    found = [heard.get("service") for heard in talk.heard] + [service for service, _, _ in talk.cases]
    districts = [heard.get("district") for heard in talk.heard] + [district for _, _, district in talk.cases]
    return _last(found), _last(districts)


def _urgent_of(talk: Talk) -> Iterable[str | None]:
    yield from (message["urgent"] for message in talk.messages)
    yield from (heard.get("urgent") for heard in talk.heard)


def _guess(heard: Mapping[str, Any]) -> str:
    return next(filter(None, _texts([heard.get("need"), *(heard.get("choices") or ())])), UNKNOWN)


def _texts(values: Iterable[Any]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def _last(values: Iterable[Any]) -> str:
    return next((value for value in reversed(_texts(values)) if value), UNKNOWN)
