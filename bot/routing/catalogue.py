"""The services and lines of the city, and what of them may be said in this mode today.

`demo` shows what nobody has confirmed, with a mark; `live` shows only what a named person has confirmed and whose date
has not passed. Beneath both lies a minimum that is always shown, so that nobody is left without a number: 112, which is
the same in all Sweden and needs no confirmation, and the city's contact centre, marked until someone confirms it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.routing.facts import Answer, Fact, Line, Mode, Service
from bot.routing.hours import OpeningHours
from bot.routing.loader import CatalogueError, read_services
from bot.routing.places import PLACES, Places, PlacesError
from bot.sentences import ENGLISH, SWEDISH

__all__ = ["SERVICES", "Answer", "Catalogue", "CatalogueError", "Fact", "Line", "Mode", "Service"]

SERVICES = Path(__file__).with_name("services.yml")
EMERGENCY = "emergency_112"
CONTACT_CENTRE = "contact_centre"
MINIMUM = {
    EMERGENCY: ("phone", "hours", "free", "for_whom"),
    "contact_centre_line": ("phone", "for_whom"),
    CONTACT_CENTRE: ("what", "url"),
}
FIELD_OF_QUESTION = {"language": "languages"}


@dataclass(frozen=True)
class Catalogue:
    """Everything in services.yml and places.yml, read for one mode; `services` and `lines` by id.

    `language` is the one in which names and texts are given, Swedish where there is no other. `closed` are the services
    that staff have switched off for now.
    """

    services: Mapping[str, Service]
    lines: Mapping[str, Line]
    places: Places
    mode: Mode
    language: str = SWEDISH
    closed: frozenset[str] = frozenset()

    @classmethod
    def load(cls, mode: str, services_path: Path = SERVICES, places_path: Path = PLACES) -> Catalogue:
        """Read and check both files.

        Raises:
            CatalogueError: one of them is wrong; every fault is named with file, entry and field.
            ValueError: the mode is neither demo nor live.
        """
        if mode not in ("demo", "live"):
            raise ValueError(f"Unknown mode '{mode}': demo or live.")
        try:
            places = Places.load(places_path)
        except PlacesError as error:
            raise CatalogueError([str(error)]) from error
        lines, services = read_services(services_path, [district.id for district in places.districts])
        return cls(services, lines, places, "live" if mode == "live" else "demo")

    def of(self, language: str | None) -> Catalogue:
        """The same catalogue in another language; None changes nothing."""
        return replace(self, language=language) if language and language != self.language else self

    def without(self, closed: Collection[str]) -> Catalogue:
        """The same catalogue in which these services take no cases."""
        return replace(self, closed=frozenset(closed)) if closed else self

    def name(self, entry: Service | Line) -> str:
        """What a service or a line is called."""
        return (entry.english_name if self.language == ENGLISH else None) or entry.name

    def worded(self, fact: Fact[Any]) -> str:
        """A fact as text; opening hours as they were written."""
        said = fact.value.text if isinstance(fact.value, OpeningHours) else str(fact.value)
        return (fact.english if self.language == ENGLISH else None) or said

    @cached_property
    def districts(self) -> Mapping[str, str]:
        """District id → Swedish name."""
        return {district.id: district.name for district in self.places.districts}

    def service(self, service: str) -> Service:
        """The entry of a service.

        Raises:
            KeyError: the catalogue has no such service.
        """
        return self.services[service]

    def shown(self, entry: Service | Line, field: str, today: date) -> Fact[Any] | None:
        """The fact behind a field if it may be shown in this mode today, else None."""
        fact: Fact[Any] | None = entry.text(field) if isinstance(entry, Service) else None
        fact = fact or getattr(entry, field, None)
        if fact is None:
            return None
        return fact if fact.usable(self.mode, today) or field in MINIMUM.get(entry.id, ()) else None

    def marked(self, entry: Service | Line, field: str, today: date) -> bool:
        """Whether a shown field needs the mark "not confirmed". 112 never does."""
        fact = self.shown(entry, field, today)
        return fact is not None and entry.id != EMERGENCY and fact.marked(self.mode, today)

    def text(self, service: str, field: str, today: date) -> str:
        """A text about a service, "" when there is none to show."""
        fact = self.shown(self.services[service], field, today)
        return self.worded(fact) if fact else ""

    def answer(self, service: str, question: str, district: str | None, today: date) -> Answer:
        """The answer to one of cost, wait, age, hours, where, how, secrecy, signup, language."""
        entry = self.services[service]
        if question == "hours":
            return self._hours(entry, district, today)
        field = FIELD_OF_QUESTION.get(question, question)
        fact = self.shown(entry, field, today)
        # A waiting time beside a first-contact promise is that promise in words: it needs the same confirmation.
        promised = question == "wait" and entry.promise_hours is not None
        if fact is None or (promised and self.promise_hours(service, today) is None):
            return Answer(None, False, "")
        return Answer(self.worded(fact), self.marked(entry, field, today), fact.source)

    def promise_hours(self, service: str, today: date) -> int | None:
        """Hours until a human has reached the person, only where that promise may be given."""
        fact = self.shown(self.services[service], "promise_hours", today)
        return int(fact.value) if fact else None

    def promise_marked(self, service: str, today: date) -> bool:
        """Whether the promise that is shown has not been confirmed."""
        return self.marked(self.services[service], "promise_hours", today)

    def takes_cases(self, service: str, today: date | None = None) -> bool:
        """Whether a hand-over may be made to it. Without `today` only the confirmation counts, not its last day."""
        fact = self.services[service].takes_cases
        if service in self.closed:
            return False
        return fact is not None and fact.value and fact.usable(self.mode, today or fact.checked_on)

    def whom_to_ask(self, service: str, district: str | None, today: date) -> str:
        """The service itself if it has a number to show, else the contact centre."""
        lines = self.lines_of(service, district)
        return service if any(self.shown(line, "phone", today) for line in lines) else CONTACT_CENTRE

    def lines_of(self, service: str, district: str | None) -> tuple[Line, ...]:
        """The lines of a service that serve a district: the district's own first."""
        lines = [self.lines[id_] for id_ in self.services[service].lines]
        fitting = [line for line in lines if not line.districts or district in line.districts]
        return tuple(sorted(fitting, key=lambda line: not line.districts))

    def _hours(self, entry: Service, district: str | None, today: date) -> Answer:
        """The service's own hours, else those of its first line with known hours."""
        own = self.shown(entry, "hours", today)
        if own:
            return Answer(self.worded(own), self.marked(entry, "hours", today), own.source)
        for line in self.lines_of(entry.id, district):
            fact, phone = self.shown(line, "hours", today), self.shown(line, "phone", today)
            if fact and phone:
                text = f"{self.name(line)}, {phone.value}: {self.worded(fact)}."
                return Answer(text, self.marked(line, "hours", today), fact.source)
        return Answer(None, False, "")
