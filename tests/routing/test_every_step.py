"""Every step on every kind of talk and message: none is silent, none says what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.danger import answer_danger
from bot.routing.steps import (
    answer_need,
    answer_question,
    continue_talk,
    offer_human,
)
from bot.routing.talk import Heard, Talk, Turn
from bot.routing.unsure import clarify, fall_back
from bot.understanding.question import load_questions
from tests.routing.turns import (
    ASKING_AGE,
    ASKING_PLACE,
    CASES,
    DAY,
    NEEDS,
    NIGHT,
    Step,
    said,
)

QUESTIONS = load_questions().order
ROLES = (None, "self", "child", "other")
AGES = (None, 9, 19, 24)
TALKS = (
    Talk(),
    ASKING_AGE,
    ASKING_PLACE,
    Talk(asked="place"),
    Talk(asked="topic", misses=1, kept="leave_crime"),
    Talk(need="human", service="contact_centre", role="self"),
    Talk(need="other_city", service="contact_centre"),
    Talk(need="unsafe_place", service="safe_places", district="farsta", role="other", age_withheld=True),
)
STEPS: tuple[Step, ...] = (
    answer_need,
    continue_talk,
    answer_question,
    answer_danger,
    clarify,
    fall_back,
    offer_human,
)
PLACES = ({}, {"districts": ("farsta", "bromma"), "place": "X"}, {"municipality": "Solna"}, {"districts": ("farsta",)})
INTENTS = ("affirm", "deny", "dont_know", "wont_say", "inform", "confidentiality", "ask_first_meeting")


def messages() -> Iterator[Heard]:
    """Needs × roles × ages with places and choices; then intents × questions × needs; then every case of danger."""
    for need, role, age, place in product((None, *NEEDS), ROLES, AGES, PLACES):
        choices = (need,) if need else ()
        yield Heard(intent=need or "inform", need=need, role=role, age=age, choices=choices, **place)  # type: ignore[arg-type]
    for intent, question, need in product(INTENTS, (None, *QUESTIONS), (None, "substance_use", "unsafe_place")):
        yield Heard(intent=intent, question=question, need=need)
    for case, urgent in product(CASES, ("emergency", "suicide_risk")):
        yield Heard(intent=urgent, urgent=urgent, urgent_case=case, choices=("leave_crime",))


@pytest.mark.parametrize("talk", TALKS, ids=[f"talk {number}" for number in range(len(TALKS))])
def test_no_step_is_ever_silent_or_says_a_sentence_that_does_not_exist(
    demo: Catalogue, sentences: set[str], talk: Talk
) -> None:
    unknown, silent = set(), []
    for number, (heard, step) in enumerate(product(messages(), STEPS)):
        turn = step(talk, heard, demo, NIGHT if number % 2 else DAY)
        unknown |= {*said(turn), *_labels(turn)} - sentences
        silent += [] if turn.sayings else [(step.__name__, heard)]
    assert not unknown, "write these in domain.yml"
    assert not silent


def _labels(turn: Turn) -> set[str]:
    return {choice.label for saying in turn.sayings for choice in saying.choices if not choice.literal}
