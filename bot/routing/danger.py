"""Danger in a talk: the number first, short, then one question; the topic and the form wait until afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.routing.catalogue import Catalogue
from bot.routing.memory import absorb
from bot.routing.offers import HUMAN
from bot.routing.route import Situation, route
from bot.routing.talk import TOPICS, Choice, Heard, Saying, Talk, Turn
from bot.routing.unspoken import in_both

# Where seconds count, a second number only takes attention from the first.
ONLY_112 = ("unconscious", "wounded", "missing_child", "fire")
# What such a danger is mostly about, for afterwards, when nothing in the talk has said it.
AFTER_CASE: Mapping[str, str] = {
    "weapon": "youth_at_risk",
    "planned_violence": "leave_crime",
    "child_alone": "child_welfare",
    "taken_abroad": "honour_violence",
}
# "Radera allt" may be despair or a wish about this talk: both are answered.
DELETION = "deletion"
QUIET = Choice("utter_label_quiet", '/emergency{"urgent_case": "quiet"}')


def answer_danger(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """Danger to life or thoughts of suicide: the number first, who can be reached now, then one thing to choose."""
    kind = heard.urgent or heard.intent or "emergency"
    case = heard.urgent_case or ("suicide" if kind == "suicide_risk" else "danger")
    kept = next((need for need in (*heard.choices, talk.need) if need in TOPICS), talk.kept) or AFTER_CASE.get(case)
    situation = Situation(need=kind, age=heard.age or talk.age, role=heard.role or talk.role, topic=kept)
    lines = route(situation, catalogue, at).always_open
    said = [Saying(f"utter_urgent_{case}", service=lines[0] if lines else None, urgent=kind)]
    others = () if case in ONLY_112 else lines[1:]
    said += [Saying("utter_urgent_line", service=line, urgent=kind) for line in others]
    if heard.question == DELETION:
        said.append(Saying(f"utter_faq_{DELETION}"))
    quiet = () if case == "quiet" else (QUIET,)
    said.append(Saying("utter_urgent_then", choices=(*quiet, *_afterwards(kept)), urgent=kind))
    turn = Turn(tuple(said), replace(absorb(talk, replace(heard, need=None)), kept=kept, asked="call", misses=0))
    return in_both(turn, heard.foreign) if heard.foreign else turn


def after_danger(talk: Talk, heard: Heard, guesses: tuple[Choice, ...] = ()) -> Turn:
    """What comes after "Kan du ringa nu?": yes, no, or words that say nothing of it ("nej jag skojade").

    Nobody is argued with and nothing is taken back: the numbers stand, and a human is offered.
    """
    if heard.intent == "affirm":
        return Turn((Saying("utter_urgent_calling", choices=_afterwards(talk.kept)),), replace(talk, misses=0))
    choices = (*guesses, QUIET, *_afterwards(talk.kept))
    return Turn((Saying("utter_urgent_not_calling", choices=choices),), replace(talk, asked=None, misses=0))


def _afterwards(kept: str | None) -> tuple[Choice, ...]:
    topic = (Choice(f"utter_label_after_{kept}", f"/{kept}"),) if kept in TOPICS else ()
    return (*topic, HUMAN)
