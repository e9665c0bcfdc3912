"""What those who keep the catalogue should look at: wrong, weak, expired, soon expiring, unconfirmed, unknown.

`python -m bot check` prints it. In live some gaps are faults: a promise that no unit can keep, and an unconfirmed
number beneath everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.routing.catalogue import EMERGENCY, MINIMUM, Catalogue
from bot.routing.facts import TEXTS, Fact, Line, Service
from bot.routing.open_lines import BESIDE_DANGER, LINES
from bot.routing.rules import SERVICES
from bot.routing.words import say

SOON_DAYS = 30
Level = Literal["wrong", "weak", "expired", "expiring", "unconfirmed", "unknown"]
LEVELS: tuple[Level, ...] = ("wrong", "weak", "expired", "expiring", "unconfirmed", "unknown")
SERVICE_FIELDS = (*TEXTS, "hours", "promise_hours", "receiving_unit", "takes_cases")
LINE_FIELDS = ("phone", "hours", "anonymous", "free", "for_whom", "url")


@dataclass(frozen=True)
class Remark:
    """One thing to look at: `entry` and `fields` say where, `text` says what, in Swedish."""

    level: Level
    entry: str
    fields: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        """One printed sentence."""
        fields = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{say('levels', self.level)}: {self.entry}{fields}: {self.text}"


def check(catalogue: Catalogue, today: date) -> list[Remark]:
    """Every remark, the gravest first; fields of one entry with the same remark stand together."""
    found: dict[tuple[Level, str, str], list[str]] = {}
    for level, entry, field, text in _remarks(catalogue, today):
        found.setdefault((level, entry, text), []).extend([field] if field else [])
    remarks = [Remark(level, entry, tuple(fields), text) for (level, entry, text), fields in found.items()]
    return sorted(remarks, key=lambda remark: LEVELS.index(remark.level))


def remarks_on(catalogue: Catalogue, entry: Service | Line, today: date) -> list[tuple[Level, str, str]]:
    """Every remark on one service or line, as level, field and text."""
    kind, fields = ("service", SERVICE_FIELDS) if isinstance(entry, Service) else ("line", LINE_FIELDS)
    named = say("problems", kind, id=entry.id)
    found = list(_service(catalogue, entry, named)) if isinstance(entry, Service) else []
    found += _facts(catalogue, entry.id, named, {f: _fact(entry, f) for f in fields}, today)
    return [(level, field, text) for level, _, field, text in found]


def summary(remarks: list[Remark]) -> str:
    """How many fields of each level, in one sentence."""
    counts = {level: sum(max(1, len(r.fields)) for r in remarks if r.level == level) for level in LEVELS}
    return say("remarks", "summary", **counts)


Found = tuple[Level, str, str, str]


def _remarks(catalogue: Catalogue, today: date) -> Iterator[Found]:
    yield from _missing(catalogue)
    for service in catalogue.services.values():
        entry = say("problems", "service", id=service.id)
        yield from _service(catalogue, service, entry)
        yield from _facts(catalogue, service.id, entry, {f: _fact(service, f) for f in SERVICE_FIELDS}, today)
    for line in catalogue.lines.values():
        entry = say("problems", "line", id=line.id)
        yield from _facts(catalogue, line.id, entry, {f: _fact(line, f) for f in LINE_FIELDS}, today)


def _fact(entry: Service | Line, field: str) -> Fact[Any] | None:
    fact = entry.text(field) if isinstance(entry, Service) and field in TEXTS else getattr(entry, field)
    return fact if isinstance(fact, Fact) else None


def _missing(catalogue: Catalogue) -> Iterator[Found]:
    """Ids that the routing counts on and the file does not hold."""
    lines = {line for ids in LINES.values() for line in ids} | set(BESIDE_DANGER.values())
    for id_ in sorted((SERVICES - catalogue.services.keys()) | (lines - catalogue.lines.keys())):
        yield "wrong", id_, "", say("remarks", "routing_needs_it")


def _service(catalogue: Catalogue, service: Service, entry: str) -> Iterator[Found]:
    gap: Level = "wrong" if catalogue.mode == "live" else "unknown"
    takes_cases = service.takes_cases is not None and service.takes_cases.value
    if service.promise_hours and not takes_cases:
        yield "wrong", entry, "takes_cases", say("remarks", "promise_without_cases")
    if service.receiving_unit is None and service.promise_hours:
        yield gap, entry, "receiving_unit", say("remarks", "no_promise_unit")
    elif service.receiving_unit is None and takes_cases:
        yield "unknown", entry, "receiving_unit", say("remarks", "no_case_unit")
    if not any(catalogue.lines[line].phone for line in service.lines):
        yield "unknown", entry, "lines", say("remarks", "no_phone")


def _facts(
    catalogue: Catalogue, id_: str, entry: str, facts: Mapping[str, Fact[Any] | None], today: date
) -> Iterator[Found]:
    for field, fact in facts.items():
        if fact is None:
            yield from _unknown(entry, field)
            continue
        if fact.confirmed_by is None and id_ != EMERGENCY:
            yield _unconfirmed(catalogue, id_, entry, field, fact)
        days = (fact.expires_on - today).days
        if days < 0:
            yield "expired", entry, field, say("remarks", "expired", date=fact.expires_on)
        elif days <= SOON_DAYS:
            yield "expiring", entry, field, say("remarks", "expiring", date=fact.expires_on, days=days)


def _unknown(entry: str, field: str) -> Iterator[Found]:
    if field == "phone":
        yield "unknown", entry, field, say("remarks", "unknown_phone")
    elif field == "hours" and entry.startswith(say("problems", "line", id="")):
        yield "unknown", entry, field, say("remarks", "unknown_hours")
    elif field not in ("promise_hours", "receiving_unit"):
        yield "unknown", entry, field, say("remarks", "unknown")


def _unconfirmed(catalogue: Catalogue, id_: str, entry: str, field: str, fact: Fact[Any]) -> Found:
    if fact.confidence == "low":
        return "unconfirmed", entry, field, say("remarks", "low")
    if field in MINIMUM.get(id_, ()):
        level: Level = "wrong" if catalogue.mode == "live" else "unconfirmed"
        return level, entry, field, say("remarks", "unconfirmed_minimum")
    return "unconfirmed", entry, field, say("remarks", "unconfirmed")
