"""Unsure, missed, or asked for a human: guesses, the fallback, and a human who is more than a closed line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.steps import (
    answer_need,
    ask_topic,
    offer_human,
)
from bot.routing.talk import TOPICS, Heard, Talk
from bot.routing.unsure import clarify, fall_back
from tests.routing.turns import (
    ASKING_PLACE,
    DAY,
    Step,
    buttons,
    hours_to_try,
    reaches_someone,
    said,
    shown,
)


def test_unsure_offers_the_guesses_and_a_human(demo: Catalogue) -> None:
    turn = clarify(Talk(), Heard(choices=("leave_crime", "youth_at_risk"), age=16, role="self"), demo, DAY)
    assert buttons(turn) == ["/leave_crime", "/youth_at_risk", "/human"]
    assert (turn.talk.asked, turn.talk.age, turn.talk.role, turn.talk.misses) == ("topic", 16, "self", 1)


def test_the_guess_that_is_pressed_uses_what_the_message_told(demo: Catalogue) -> None:
    unsure = clarify(Talk(), Heard(choices=("substance_use", "youth_at_risk"), age=16, role="child"), demo, DAY)
    turn = answer_need(unsure.talk, Heard(intent="substance_use", need="substance_use"), demo, DAY)
    assert turn.talk.service == "mini_maria"


@pytest.mark.parametrize("step", [clarify, fall_back], ids=["clarify", "fall_back"])
def test_a_plain_question_is_answered_though_the_need_is_unsure(demo: Catalogue, step: Step) -> None:
    talk = Talk(need="parenting", service="parenting_support", misses=1)
    turn = step(talk, Heard(question="cost", choices=("parenting",)), demo, DAY)
    assert said(turn) == ["utter_answer_marked"] and turn.talk == replace(talk, misses=0)


def test_unsure_without_a_guess_falls_back(demo: Catalogue) -> None:
    assert said(clarify(Talk(), Heard(), demo, DAY)) == ["utter_fallback"]


def test_two_misses_in_a_row_offer_a_human_first(demo: Catalogue) -> None:
    first = fall_back(Talk(), Heard(), demo, DAY)
    second = fall_back(first.talk, Heard(), demo, DAY)
    assert said(first) == ["utter_fallback"] and buttons(first)[-1] == "/human"
    assert said(second) == ["utter_fallback_again"] and buttons(second)[0] == "/human"
    assert shown(second) == ["contact_centre"]


def test_an_answer_in_between_starts_the_count_of_misses_again(demo: Catalogue) -> None:
    first = fall_back(Talk(), Heard(), demo, DAY)
    between = answer_need(first.talk, Heard(need="parenting"), demo, DAY)
    assert said(fall_back(between.talk, Heard(), demo, DAY)) == ["utter_fallback"]


@pytest.mark.parametrize("mode", ["demo", "live", "confirmed"])
@pytest.mark.parametrize("talk", [Talk(), Talk(age=14), Talk(age=40, role="other"), ASKING_PLACE])
def test_at_every_hour_a_human_is_more_than_a_closed_line(
    request: pytest.FixtureRequest, mode: str, talk: Talk
) -> None:
    catalogue = request.getfixturevalue(mode)
    lost = [
        at for at in hours_to_try() if not reaches_someone(offer_human(talk, Heard(), catalogue, at), catalogue, at)
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("service", "named"),
    [("exit_programme", "exit_programme"), ("safe_places", "contact_centre"), (None, "contact_centre")],
)
def test_a_human_is_one_of_the_service_in_the_talk_where_it_takes_cases(
    demo: Catalogue, service: str | None, named: str
) -> None:
    turn = offer_human(Talk(service=service), Heard(), demo, DAY)
    assert turn.sayings[0].service == named and turn.talk.service == named


def test_asking_for_a_human_keeps_the_topic(demo: Catalogue) -> None:
    assert offer_human(Talk(need="leave_crime"), Heard(), demo, DAY).talk.need == "leave_crime"
    assert offer_human(Talk(), Heard(), demo, DAY).talk.need == "human"


def test_the_topics_are_offered_with_a_human_last() -> None:
    turn = ask_topic(Talk(need="parenting", misses=1))
    assert buttons(turn) == [*(f"/{need}" for need in TOPICS), "/human"]
    assert turn.talk == Talk(need="parenting", asked="topic")
