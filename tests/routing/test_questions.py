"""Whom to ask beside an answer: every question has an entry, and no number is shown that may not be."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.offers import FIELDS, SAME_FIELD, question_sayings
from bot.routing.questions import CONTACT_LINE, WHOM, whom_to_ask
from bot.routing.steps import answer_need
from bot.routing.talk import TOPICS, Heard, Talk
from bot.understanding.question import load_questions
from tests.routing.conftest import TODAY
from tests.routing.turns import shown

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
OWN_ANSWER = [name for name in load_questions().order if SAME_FIELD.get(name, name) not in FIELDS]
ANSWERS = Path(__file__).resolve().parents[2] / "docs" / "answers.md"


def test_every_question_says_whom_to_ask_or_that_nobody_is_known() -> None:
    assert set(WHOM) == set(OWN_ANSWER)
    assert {topic for _, topic in WHOM.values()} - {None} <= set(TOPICS)


@pytest.mark.parametrize("question", OWN_ANSWER)
def test_an_answer_has_a_human_and_its_topic_beside_it(demo: Catalogue, question: str) -> None:
    (answer,) = question_sayings(Talk(), question, demo, DAY)
    payloads = [choice.payload for choice in answer.choices]
    topic = WHOM[question][1]
    assert payloads == [*([f"/{topic}"] if topic else []), "/human"]
    assert answer.service == WHOM[question][0]


@pytest.mark.parametrize("question", OWN_ANSWER)
def test_a_number_that_nobody_has_confirmed_is_not_shown_in_live(live: Catalogue, question: str) -> None:
    assert whom_to_ask(question, live, TODAY) in (None, CONTACT_LINE)


def test_no_card_is_shown_twice_beside_an_offer(demo: Catalogue) -> None:
    turn = answer_need(Talk(), Heard(need="child_welfare", role="child", question="custody"), demo, DAY)
    assert len(shown(turn)) == len(set(shown(turn)))


@pytest.mark.parametrize("question", OWN_ANSWER)
def test_every_answer_has_its_source_in_the_docs(question: str) -> None:
    named = ANSWERS.read_text(encoding="utf-8")
    assert f"`utter_faq_{question}`" in named or f"`_{question}`" in named
