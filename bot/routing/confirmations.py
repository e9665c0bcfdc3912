"""What the city has confirmed since services.yml was written: rows that name a fact and the value it had.

The file is read by several machines, so confirmations go into the database and are laid over it. A confirmation counts
only for the very value that was confirmed: whoever changes the value in the file has to have it confirmed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.routing.catalogue import Catalogue
from bot.routing.facts import TEXTS, Fact, Line, Service
from bot.routing.hours import OpeningHours
from bot.tables import confirmations

LONGEST = timedelta(days=366)
NAME_LENGTH = 80
Entry = TypeVar("Entry", bound=Service | Line)


class ConfirmationError(ValueError):
    """It cannot be confirmed so. `field` and `code` say what is wrong: no_confirmer, bad_day, colleague …"""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field = field
        self.code = code


@dataclass(frozen=True)
class Confirmation:
    """One fact that somebody at the city stands for; `made_by` is the member of staff who entered it."""

    entry: str
    field: str
    value_hash: str
    confirmed_by: str
    confirmed_on: date
    expires_on: date
    made_by: str
    made_at: datetime


def hash_value(entry: str, field: str, fact: Fact[Any]) -> str:
    """What was confirmed, in Swedish and English, as one hash."""
    value = fact.value.text if isinstance(fact.value, OpeningHours) else str(fact.value)
    return sha256("\x00".join((entry, field, value, fact.english or "")).encode()).hexdigest()


def read_confirmations(connection: Connection) -> list[Confirmation]:
    """All of them, in a fixed order."""
    rows = connection.execute(select(confirmations).order_by(confirmations.c.entry, confirmations.c.field)).mappings()
    return [Confirmation(**row) for row in rows]


def overlay(catalogue: Catalogue, made: Iterable[Confirmation]) -> Catalogue:
    """The catalogue with every confirmation whose value still stands in the file."""
    by_entry: dict[str, dict[str, Confirmation]] = {}
    for confirmation in made:
        by_entry.setdefault(confirmation.entry, {})[confirmation.field] = confirmation
    lines = {id_: _overlay(line, by_entry.get(id_, {})) for id_, line in catalogue.lines.items()}
    services = {id_: _overlay(service, by_entry.get(id_, {})) for id_, service in catalogue.services.items()}
    return replace(catalogue, lines=lines, services=services)


def confirm(connection: Connection, wanted: Confirmation, seen: datetime | None) -> None:
    """Store a confirmation in the place of the one that the person saw (None: they saw none).

    Raises:
        ConfirmationError: `colleague`: somebody else has confirmed or withdrawn it in the meantime.
    """
    place = confirmations.c.entry == wanted.entry, confirmations.c.field == wanted.field
    values = dict(vars(wanted))
    if seen is not None:
        change = update(confirmations).where(*place, confirmations.c.made_at == seen).values(**values)
        if connection.execute(change).rowcount != 1:
            raise ConfirmationError("case", "colleague")
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(confirmations).values(**values))
    except IntegrityError as error:
        raise ConfirmationError("case", "colleague") from error


def withdraw(connection: Connection, entry: str, field: str, seen: datetime | None) -> bool:
    """Take back the confirmation that the person saw; False when it is not there any more."""
    place = confirmations.c.entry == entry, confirmations.c.field == field, confirmations.c.made_at == seen
    return bool(connection.execute(delete(confirmations).where(*place)).rowcount == 1)


def check_days(fact: Fact[Any], confirmed_on: date | None, expires_on: date | None, today: date) -> None:
    """Whether the days of a confirmation can be right.

    Raises:
        ConfirmationError: they cannot; the code says why.
    """
    if confirmed_on is None or confirmed_on > today:
        raise ConfirmationError("confirmed_on", "bad_day" if confirmed_on is None else "day_to_come")
    if confirmed_on < fact.checked_on:
        raise ConfirmationError("confirmed_on", "before_checked")
    if expires_on is None or expires_on <= today:
        raise ConfirmationError("expires_on", "bad_day" if expires_on is None else "day_passed")
    if expires_on - confirmed_on > LONGEST:
        raise ConfirmationError("expires_on", "day_too_late")


def facts_of(entry: Service | Line) -> dict[str, Fact[Any] | None]:
    """Field → fact of everything that can be confirmed; None is what nobody knows."""
    if isinstance(entry, Line):
        return {name: getattr(entry, name) for name in ("phone", "hours", "anonymous", "free", "for_whom", "url")}
    others = ("hours", "promise_hours", "receiving_unit", "takes_cases")
    return {**{name: entry.text(name) for name in TEXTS}, **{name: getattr(entry, name) for name in others}}


def _overlay(entry: Entry, made: Mapping[str, Confirmation]) -> Entry:
    facts = facts_of(entry)
    changed: dict[str, Any] = {
        field: replace(fact, confirmed_by=c.confirmed_by, confirmed_on=c.confirmed_on, expires_on=c.expires_on)
        for field, c in made.items()
        if (fact := facts.get(field)) is not None and hash_value(entry.id, field, fact) == c.value_hash
    }
    if isinstance(entry, Service):
        changed["texts"] = {**entry.texts, **{name: changed.pop(name) for name in TEXTS if name in changed}}
    return replace(entry, **changed)
