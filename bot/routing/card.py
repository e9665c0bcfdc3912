"""What the page shows of a service or a line: name, number, open or not, what it is. JSON for `Message.service`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from bot.routing.catalogue import Catalogue
from bot.routing.facts import Fact, Line, Service
from bot.routing.hours import STOCKHOLM, OpeningHours, is_open, words
from bot.routing.open_lines import answers


@dataclass(frozen=True)
class Card:
    """`phone` as its owner groups it, None when nobody knows it. `open_now` None: the hours are not known.

    `marked`: something on the card is not confirmed.
    """

    id: str
    name: str
    phone: str | None
    open_now: bool | None
    hours: str
    url: str | None
    about: str
    marked: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON with the fields of the class."""
        return asdict(self)


def card(catalogue: Catalogue, service_id: str, district: str | None, at: datetime) -> Card:
    """The card of a service, or of a line by its id.

    Raises:
        KeyError: neither a service nor a line has this id.
    """
    today = at.astimezone(STOCKHOLM).date()
    if service_id in catalogue.services:
        service = catalogue.services[service_id]
        return _card(catalogue, service, _line(catalogue, service, district, at), "what", today, at)
    line = catalogue.lines[service_id]
    return _card(catalogue, line, line, "for_whom", today, at)


def _card(
    catalogue: Catalogue, entry: Service | Line, line: Line | None, about: str, today: date, at: datetime
) -> Card:
    phone = catalogue.shown(line, "phone", today) if line else None
    hours = _hours(catalogue, entry, line, today)
    text, url = catalogue.shown(entry, about, today), catalogue.shown(entry, "url", today)
    shown: list[tuple[Service | Line, str, Fact[Any] | None]] = [(entry, about, text), (entry, "url", url)]
    shown += [(line, "phone", phone), (line, "hours", hours)] if line else [(entry, "hours", hours)]
    opening: OpeningHours | None = hours.value if hours else None
    return Card(
        id=entry.id,
        name=catalogue.name(entry),
        phone=phone.value if phone else None,
        open_now=is_open(opening, at),
        hours=words(opening, at, catalogue.language),
        url=url.value if url else None,
        about=catalogue.worded(text) if text else "",
        marked=any(fact is not None and catalogue.marked(owner, field, today) for owner, field, fact in shown),
    )


def _line(catalogue: Catalogue, service: Service, district: str | None, at: datetime) -> Line | None:
    """The line to show: one that answers now, else the first with a number."""
    today = at.astimezone(STOCKHOLM).date()
    lines = [line for line in catalogue.lines_of(service.id, district) if catalogue.shown(line, "phone", today)]
    return next((line for line in lines if answers(line, catalogue, at)), lines[0] if lines else None)


def _hours(catalogue: Catalogue, entry: Service | Line, line: Line | None, today: date) -> Fact[OpeningHours] | None:
    """The hours of the number that is shown; a service's own hours only where it shows no number."""
    return catalogue.shown(line if line else entry, "hours", today)
