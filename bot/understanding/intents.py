"""What a message can be about: the intents in their groups, and one line of a ranking; needs no model to be loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.understanding.urgent import Kind

SMALLTALK = ("greet", "thanks", "goodbye", "bot_challenge", "capabilities")
URGENT: Mapping[str, Kind] = {"emergency": "emergency", "suicide_risk": "suicide_risk"}
TOPICS = (
    "parenting",
    "substance_use",
    "leave_crime",
    "youth_at_risk",
    "child_welfare",
    "partner_violence",
    "honour_violence",
    "prison_release",
    "unsafe_place",
)
NEEDS = (*TOPICS, "confidentiality", "human", "other_city", *URGENT)
QUESTIONS = ("ask_cost", "ask_wait", "ask_age", "ask_hours", "ask_where", "ask_how", "ask_signup", "ask_language")
CONTEXT = ("affirm", "deny", "dont_know", "wont_say", "inform")
# What is said inside a talk about a topic, without naming one.
TALK = (*CONTEXT, *QUESTIONS, *SMALLTALK)


@dataclass(frozen=True)
class Ranked:
    """One intent and the calibrated probability (0–1) that the message has it."""

    intent: str
    confidence: float


def need_of(intent: str) -> str | None:
    """The need that an intent belongs to; None for questions and answers inside a talk."""
    if intent in SMALLTALK:
        return "smalltalk"
    return intent if intent in NEEDS else None
