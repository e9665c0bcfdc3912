"""The service that a first message leads to, without a talk around it: for the `understand` command and evaluation."""

from __future__ import annotations

from datetime import datetime

from bot.routing.catalogue import Catalogue
from bot.routing.route import Situation, route
from bot.routing.steps import absorb
from bot.routing.talk import TOPICS, Heard, Talk

WITHOUT_SERVICE = ("emergency", "suicide_risk", "smalltalk")


def first_service(heard: Heard, catalogue: Catalogue, at: datetime) -> str | None:
    """The id of the first offer, or None when danger is answered by numbers, or the need is not sure yet."""
    if heard.urgent or heard.decision != "answer" or heard.need is None or heard.need in WITHOUT_SERVICE:
        return None
    talk = absorb(Talk(), heard)
    situation = Situation(need=heard.need, age=talk.age, role=talk.role, place=talk.place, district=talk.district)
    offers = route(situation, catalogue, at).offers
    return offers[0].service if offers and heard.need in (*TOPICS, "human", "other_city", "confidentiality") else None
