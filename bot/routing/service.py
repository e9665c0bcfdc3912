"""What a first message leads to, without a talk around it: for the `understand` command and evaluation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.routing.catalogue import Catalogue
from bot.routing.memory import absorb
from bot.routing.questions import topic_of
from bot.routing.route import Situation, route
from bot.routing.steps import answer_question, continue_talk
from bot.routing.talk import TOPICS, Heard, Talk

WITHOUT_SERVICE = ("emergency", "suicide_risk", "smalltalk")
INSIDE_TALK = ("affirm", "deny", "dont_know", "wont_say", "inform")


def first_service(heard: Heard, catalogue: Catalogue, at: datetime) -> str | None:
    """The id of the first offer, or None when danger is answered by numbers, or the need is not sure yet."""
    if heard.urgent or heard.decision != "answer" or heard.need is None or heard.need in WITHOUT_SERVICE:
        return None
    talk = absorb(Talk(), heard)
    situation = Situation(
        need=talk.need or heard.need,
        age=talk.age,
        role=talk.role,
        place=talk.place,
        district=talk.district,
        named=heard.service_named,
    )
    offers = route(situation, catalogue, at).offers
    return offers[0].service if offers and heard.need in (*TOPICS, "human", "other_city", "confidentiality") else None


def first_step(heard: Heard, catalogue: Catalogue, at: datetime) -> Heard:
    """The message as the first step of a talk takes it.

    A question or an answer without a topic ("vad kostar det?", "ja", "16") is asked about with buttons: that is
    `clarify`, and its `choices` are the topics of the buttons. One that has its own answer keeps `answer`, with the
    topic that the question belongs to, if any.
    """
    if heard.decision != "answer" or heard.need is not None or heard.urgent:
        return heard
    step = continue_talk if heard.intent in INSIDE_TALK else answer_question
    turn = step(Talk(), heard, catalogue, at)
    offered = (choice.payload.lstrip("/") for saying in turn.sayings for choice in saying.choices)
    if turn.talk.asked == "topic":
        return replace(heard, decision="clarify", choices=tuple(need for need in offered if need in TOPICS))
    return replace(heard, need=topic_of(heard.asks or ""))
