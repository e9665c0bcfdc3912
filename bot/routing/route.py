"""Need, age, role, place and hour → the services that take it, what still has to be asked, and who answers right now.

Pure and total: every combination ends in a service or the contact centre, none in an exception, and no outcome leaves
only a line that is closed or whose hours are unknown (promise 2). One function a need, in `rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.routing.catalogue import CONTACT_CENTRE, Catalogue
from bot.routing.hours import STOCKHOLM
from bot.routing.open_lines import open_lines
from bot.routing.rules import SAFETY_FIRST, Ruling, rule
from bot.routing.situation import Situation
from bot.routing.words import say

__all__ = ["Offer", "Outcome", "Situation", "in_order", "route"]

Ask = Literal["age", "place"]


@dataclass(frozen=True)
class Offer:
    """A service, the district whose service it is (None: the whole city, or not known), and why: a code."""

    service: str
    district: str | None
    reason: str


@dataclass(frozen=True)
class Outcome:
    """`offers` the first to take first; empty when the need is urgent or the age must be known.

    `ask` may stand beside offers: the place says which district, the service is known already. `reason` is a sentence
    for the staff console. `always_open` are ids of lines that answer at this hour, never empty.
    """

    offers: tuple[Offer, ...]
    ask: Ask | None
    reason: str
    always_open: tuple[str, ...]


def route(situation: Situation, catalogue: Catalogue, at: datetime) -> Outcome:
    """Who takes this, at this moment. Never raises, whatever the need, age, role or place."""
    ruling = rule(situation)
    district = situation.district if situation.district in catalogue.districts else None
    offers = _offers(ruling, district, catalogue, at)
    reason = say("reasons", ruling.code)
    if ruling.offers and not offers:
        offers = (Offer(CONTACT_CENTRE, None, "nothing_confirmed"),)
        reason = say("reasons", "nothing_confirmed")
    asks_age = ruling.ask_age and offers[0].reason != "nothing_confirmed"
    return Outcome(
        offers=() if asks_age else _with_a_number(offers, catalogue, at),
        ask="age" if asks_age else _ask_place(offers, situation, catalogue),
        reason=reason,
        always_open=open_lines(situation, catalogue, at),
    )


def in_order(needs: tuple[str, ...]) -> tuple[str, ...]:
    """Several needs in one talk, the one where someone is hurt first."""
    return tuple(sorted(dict.fromkeys(needs), key=lambda need: SAFETY_FIRST.get(need, len(SAFETY_FIRST))))


def _offers(ruling: Ruling, district: str | None, catalogue: Catalogue, at: datetime) -> tuple[Offer, ...]:
    """The ruling's services, without those of which nothing may be said in this mode."""
    today = at.astimezone(STOCKHOLM).date()
    return tuple(
        Offer(service, district if catalogue.service(service).per_district else None, reason)
        for service, reason in ruling.offers
        if service in catalogue.services and catalogue.text(service, "what", today)
    )


def _with_a_number(offers: tuple[Offer, ...], catalogue: Catalogue, at: datetime) -> tuple[Offer, ...]:
    """Adds the contact centre where none of the services has a number to show."""
    today = at.astimezone(STOCKHOLM).date()
    asked = [catalogue.whom_to_ask(offer.service, offer.district, today) for offer in offers]
    if not offers or any(service != CONTACT_CENTRE for service in asked) or offers[0].service == CONTACT_CENTRE:
        return offers
    return (*offers, Offer(CONTACT_CENTRE, None, "no_known_phone"))


def _ask_place(offers: tuple[Offer, ...], situation: Situation, catalogue: Catalogue) -> Ask | None:
    if situation.place_withheld or situation.district in catalogue.districts:
        return None
    return "place" if any(catalogue.service(offer.service).per_district for offer in offers) else None
