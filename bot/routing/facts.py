"""A fact and whether it may be shown: the rule of promise 8, in one place.

Demo shows what is not confirmed, or no longer in date, with a mark. Live shows only what a named person has confirmed
and whose date has not passed. A fact of low confidence is shown in neither mode before someone has confirmed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

from bot.routing.hours import OpeningHours

Mode = Literal["demo", "live"]
Confidence = Literal["high", "medium", "low"]
T_co = TypeVar("T_co", covariant=True)

TEXTS = ("what", "for_whom", "cost", "secrecy", "how", "languages", "signup", "wait", "age", "where", "url")


@dataclass(frozen=True)
class Fact(Generic[T_co]):
    """One value with where it was read, when, how sure we are, who confirmed it, and its last day.

    `english` says the same in English; it has no confirmation of its own.
    """

    value: T_co
    source: str
    checked_on: date
    confidence: Confidence
    confirmed_by: str | None
    confirmed_on: date | None
    expires_on: date
    english: str | None = None

    def confirmed(self, today: date) -> bool:
        """Confirmed by a named person, and in date; `expires_on` is the last day that counts."""
        return self.confirmed_by is not None and today <= self.expires_on

    def usable(self, mode: Mode, today: date) -> bool:
        """Whether it may be shown at all."""
        if mode == "live":
            return self.confirmed(today)
        return self.confidence != "low" or self.confirmed(today)

    def marked(self, mode: Mode, today: date) -> bool:  # noqa: ARG002  (the interface of the rooms names the mode)
        """Whether it must be shown with a mark that nobody has confirmed it (or no longer does)."""
        return not self.confirmed(today)


@dataclass(frozen=True)
class Line:
    """A telephone line. `hours` None: nobody knows when it is open, so it is never offered as open.

    `districts`: only for these; empty: everywhere. `for_whom` is one sentence and serves as the line's description.
    """

    id: str
    name: str
    phone: Fact[str] | None
    hours: Fact[OpeningHours] | None
    anonymous: Fact[bool] | None
    free: Fact[bool] | None
    for_whom: Fact[str] | None
    url: Fact[str] | None
    districts: tuple[str, ...] = ()
    english_name: str | None = None


@dataclass(frozen=True)
class Service:
    """Who in the city takes a need; every None is something nobody has found out yet.

    `lines` are ids of `Catalogue.lines`, the first to ring first. `per_district`: one in each district, found by place.
    """

    id: str
    name: str
    per_district: bool
    lines: tuple[str, ...]
    texts: Mapping[str, Fact[str]]
    hours: Fact[OpeningHours] | None
    promise_hours: Fact[int] | None
    receiving_unit: Fact[str] | None
    takes_cases: Fact[bool] | None
    english_name: str | None = None

    def text(self, field: str) -> Fact[str] | None:
        """One of `TEXTS`: what it does, for whom, cost …"""
        return self.texts.get(field)


@dataclass(frozen=True)
class Answer:
    """The answer to a question about a service; `text` None: the catalogue does not know."""

    text: str | None
    marked: bool
    source: str
