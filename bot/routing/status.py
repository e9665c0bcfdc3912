"""How every fact of the catalogue stands, entry by entry, for whoever keeps it: what `check` prints, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.routing.catalogue import EMERGENCY, Catalogue
from bot.routing.check import LEVELS, Level, remarks_on
from bot.routing.confirmations import facts_of
from bot.routing.facts import Fact, Line, Service

Standing = Level | Literal["confirmed", "fixed"]
STANDINGS: tuple[Standing, ...] = (*LEVELS, "confirmed", "fixed")


@dataclass(frozen=True)
class FactStatus:
    """One field: `standing` is the gravest thing to say of it, `remarks` all of them in Swedish."""

    field: str
    fact: Fact[Any] | None
    standing: Standing
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class EntryStatus:
    """One service or line with its facts; `services` are the ids of the services it belongs to."""

    id: str
    name: str
    is_line: bool
    services: tuple[str, ...]
    facts: tuple[FactStatus, ...]

    def count(self, standing: Standing) -> int:
        """How many facts stand so."""
        return sum(fact.standing == standing for fact in self.facts)


def statuses(catalogue: Catalogue, today: date) -> list[EntryStatus]:
    """Every service, each followed by its lines; then the lines that belong to none."""
    ordered: dict[str, Service | Line] = {}
    for service in catalogue.services.values():
        ordered[service.id] = service
        ordered.update({line: catalogue.lines[line] for line in service.lines if line not in ordered})
    ordered.update({id_: line for id_, line in catalogue.lines.items() if id_ not in ordered})
    return [_status(catalogue, entry, today) for entry in ordered.values()]


def _status(catalogue: Catalogue, entry: Service | Line, today: date) -> EntryStatus:
    found = remarks_on(catalogue, entry, today)
    facts = []
    for field, fact in facts_of(entry).items():
        mine = [(level, text) for level, named, text in found if named == field]
        if fact is None and not mine:
            continue  # nothing that anybody misses: a service that has promised nothing needs no promise
        levels = sorted((level for level, _ in mine), key=LEVELS.index)
        settled: Standing = "fixed" if entry.id == EMERGENCY else "confirmed"
        facts.append(FactStatus(field, fact, levels[0] if levels else settled, tuple(text for _, text in mine)))
    is_line = isinstance(entry, Line)
    users = tuple(s.id for s in catalogue.services.values() if entry.id in s.lines) if is_line else (entry.id,)
    return EntryStatus(entry.id, entry.name, is_line, users, tuple(facts))
