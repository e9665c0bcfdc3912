"""Unusual reading: what the log controller should ask about. Pure rules over lines of the log; limits in unusual.yml.

A finding is a question, not a verdict. Each says which limit it passed, so that nobody has to guess why it is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.routing.hours import is_holiday
from bot.staff.access import ROLES
from bot.staff.times import in_stockholm

FILE = Path(__file__).with_name("unusual.yml")
READINGS = ("read_conversation", "read_case", "read_contact")
USES = ("take", "release", "contact_attempt", "first_contact", "reply", "close", "register")
"""Acts that show that a case was opened for work."""
RULES = ("many", "outside_hours", "sensitive", "unused_contact", "unused_case")
USE_WITHIN = timedelta(hours=24)
"""So long after the reading nothing is said of a case that was not of use: there may be work to come."""


class LimitsError(ValueError):
    """unusual.yml is wrong; the message names file, entry and field."""


@dataclass(frozen=True)
class Reading:
    """One line of the log that tells of a reading; `what` is the case or talk, `stated` whether a reason was needed."""

    at: datetime
    staff_id: str
    role: str
    action: str
    what: str
    stated: bool = False

    @cached_property
    def local(self) -> datetime:
        """When, in Stockholm: every rule asks."""
        return in_stockholm(self.at)


@dataclass(frozen=True)
class Limit:
    """When a rule speaks; `within` None counts by the day, `roles` empty is everybody."""

    amount: int
    within: timedelta | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """The table of unusual.yml; hours of the day in Stockholm."""

    begins: int
    ends: int
    rules: Mapping[str, Limit]

    @property
    def longest(self) -> timedelta:
        """How far back a rule looks from a reading; a day at least, since some rules count by the day."""
        return max(timedelta(days=1), *(limit.within or timedelta() for limit in self.rules.values()))

    @classmethod
    def load(cls, path: Path = FILE) -> Limits:
        """Read and check the file.

        Raises:
            LimitsError: something in it is missing, unknown or no number.
        """
        raw = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        hours = _table(path, "office_hours", raw, ("begins", "ends"))
        begins, ends = (_number(path, "office_hours", name, hours.get(name), 24) for name in ("begins", "ends"))
        rules = _table(path, "rules", raw, RULES)
        return cls(begins, ends, {name: _limit(path, name, _table(path, name, rules)) for name in RULES})


@dataclass(frozen=True)
class Finding:
    """What one person did on one day that passed a limit."""

    rule: str
    staff_id: str
    day: date
    count: int
    limit: Limit


def find_unusual(
    readings: Sequence[Reading], used: Collection[tuple[str, str]], limits: Limits, now: datetime
) -> list[Finding]:
    """Every finding, the newest day first; `used` holds (staff id, case id) of whoever has worked on a case."""
    found: list[Finding] = []
    ordered = sorted(readings, key=lambda reading: (reading.staff_id, reading.at))
    for staff_id, group in groupby(ordered, key=lambda reading: reading.staff_id):
        mine = list(group)
        for rule, limit in limits.rules.items():
            if limit.roles and mine[-1].role not in limit.roles:
                continue
            counted = _counted(rule, mine, used, limits, now)
            found += [Finding(rule, staff_id, *pair, limit) for pair in _passing(counted, limit)]
    return sorted(found, key=lambda finding: (finding.day, RULES.index(finding.rule)), reverse=True)


def is_office_time(at: datetime, limits: Limits) -> bool:
    """Monday to Friday between the two hours in Stockholm, and no Swedish holiday."""
    return _is_office_time(in_stockholm(at), limits)


def _is_office_time(local: datetime, limits: Limits) -> bool:
    inside = local.weekday() < 5 and limits.begins <= local.hour < limits.ends
    return inside and not is_holiday(local.date())


def _counted(
    rule: str, mine: Iterable[Reading], used: Collection[tuple[str, str]], limits: Limits, now: datetime
) -> list[Reading]:
    """The readings that a rule is about."""
    if rule == "outside_hours":
        return [reading for reading in mine if not _is_office_time(reading.local, limits)]
    if rule == "sensitive":
        return [reading for reading in mine if reading.stated]
    if rule in ("unused_contact", "unused_case"):
        action = "read_contact" if rule == "unused_contact" else "read_case"
        old = [reading for reading in mine if reading.action == action and now - reading.at >= USE_WITHIN]
        return [reading for reading in old if (reading.staff_id, reading.what) not in used]
    return list(mine)


def _passing(readings: Sequence[Reading], limit: Limit) -> Iterator[tuple[date, int]]:
    """Day and count of each day on which so many different cases and talks were read."""
    if not _can_pass(readings, limit):
        return
    best: Counter[date] = Counter()
    inside: Counter[str] = Counter()
    days = [reading.local.date() for reading in readings]
    first = 0
    for index, reading in enumerate(readings):
        inside[reading.what] += 1
        while _is_over(readings[first], reading, limit) if limit.within else days[first] != days[index]:
            gone = readings[first].what
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            first += 1
        best[days[index]] = max(best[days[index]], len(inside))
    yield from ((day, count) for day, count in best.items() if count >= limit.amount)


def _can_pass(readings: Sequence[Reading], limit: Limit) -> bool:
    """Whether so many readings, of whatever, stand so near each other: mostly they do not, and it is quickly seen."""
    if limit.within is None:
        return len(readings) >= limit.amount
    pairs = zip(readings, readings[limit.amount - 1 :], strict=False)
    return any(late.at - early.at <= limit.within for early, late in pairs)


def _is_over(early: Reading, late: Reading, limit: Limit) -> bool:
    return limit.within is not None and late.at - early.at > limit.within


def _table(path: Path, entry: str, raw: Any, known: Collection[str] | None = None) -> Mapping[str, Any]:
    inner = raw.get(entry) if isinstance(raw, dict) else None
    if not isinstance(inner, dict):
        raise LimitsError(f"{path.name}, {entry}: is missing, or has no fields.")
    unknown = [field for field in inner if field not in (known or ("amount", "within_minutes", "roles"))]
    if unknown:
        raise LimitsError(f"{path.name}, {entry}, field {unknown[0]}: unknown.")
    return inner


def _limit(path: Path, entry: str, raw: Mapping[str, Any]) -> Limit:
    minutes = raw.get("within_minutes")
    within = None if minutes is None else timedelta(minutes=_number(path, entry, "within_minutes", minutes, 10_080))
    roles = raw.get("roles", [])
    if not isinstance(roles, list) or any(role not in ROLES for role in roles):
        raise LimitsError(f"{path.name}, {entry}, field roles: must be a list of {', '.join(sorted(ROLES))}.")
    return Limit(_number(path, entry, "amount", raw.get("amount"), 100_000), within, tuple(roles))


def _number(path: Path, entry: str, field: str, raw: Any, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw <= most:
        raise LimitsError(f"{path.name}, {entry}, field {field}: must be a whole number from 1 to {most}.")
    return raw
