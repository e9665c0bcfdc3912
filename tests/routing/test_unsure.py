"""Not understood, once and again; and the words after danger."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.danger import AFTER_CASE, answer_danger
from bot.routing.steps import answer_need, continue_talk
from bot.routing.talk import TOPICS, Heard, Talk, Turn
from bot.routing.unsure import clarify, fall_back
from tests.routing.turns import CASES, buttons, said, shown

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
GUESSING = Heard(decision="clarify", intent="clarify", choices=("parenting", "child_welfare", "leave_crime"))
LOST = Heard(decision="fallback", intent="nlu_fallback")


def missed(catalogue: Catalogue, *heard: Heard) -> list[Turn]:
    """The turns of messages in a row, none of them understood."""
    turns, talk = [], Talk()
    for each in heard:
        turn = clarify(talk, each, catalogue, DAY) if each.choices else fall_back(talk, each, catalogue, DAY)
        turns.append(turn)
        talk = turn.talk
    return turns


@pytest.mark.parametrize("heard", [GUESSING, LOST], ids=["unsure", "lost"])
def test_two_misses_lead_to_a_human_three_to_the_list_and_no_loop(demo: Catalogue, heard: Heard) -> None:
    first, second, third, fourth, fifth = missed(demo, *[heard] * 5)
    assert said(first) == (["utter_clarify"] if heard.choices else ["utter_fallback"])
    assert said(second) == ["utter_fallback_again"] and buttons(second)[0] == "/human"
    assert said(third) == ["utter_fallback_list"] and buttons(third) == ["/human", *(f"/{need}" for need in TOPICS)]
    assert shown(second) == shown(third) == ["contact_centre"]
    assert said(fourth)[0] == said(fifth)[0] == "utter_human" and "/call_back" in buttons(fourth)


def test_unsure_and_lost_count_together(demo: Catalogue) -> None:
    assert said(missed(demo, GUESSING, LOST)[1]) == ["utter_fallback_again"]
    assert said(missed(demo, LOST, GUESSING)[1]) == ["utter_fallback_again"]


def test_a_guess_that_is_right_starts_the_count_again(demo: Catalogue) -> None:
    pressed = answer_need(missed(demo, GUESSING)[0].talk, Heard(intent="parenting", need="parenting"), demo, DAY)
    assert pressed.talk.misses == 0


def test_another_municipality_is_said_though_the_need_is_unsure(demo: Catalogue) -> None:
    turn = clarify(Talk(), Heard(choices=("parenting",), municipality="Solna"), demo, DAY)
    assert said(turn)[0] == "utter_other_municipality" and said(turn)[-1] == "utter_clarify"


def test_another_municipality_is_said_before_any_topic(demo: Catalogue) -> None:
    turn = continue_talk(Talk(), Heard(intent="inform", municipality="Solna"), demo, DAY)
    assert said(turn)[0] == "utter_other_municipality"


# --- after danger -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "topic"), AFTER_CASE.items())
def test_a_danger_without_a_topic_offers_what_it_is_mostly_about(demo: Catalogue, case: str, topic: str) -> None:
    turn = answer_danger(Talk(), Heard(urgent="emergency", urgent_case=case), demo, DAY)
    assert f"/{topic}" in buttons(turn)
    other = answer_danger(Talk(need="parenting"), Heard(urgent="emergency", urgent_case=case), demo, DAY)
    assert "/parenting" in buttons(other)


def test_the_topics_after_danger_belong_to_cases_that_exist() -> None:
    assert set(AFTER_CASE) <= set(CASES) and set(AFTER_CASE.values()) <= set(TOPICS)


@pytest.mark.parametrize(
    ("step", "heard"),
    [
        (continue_talk, Heard(intent="deny")),
        (continue_talk, Heard(intent="dont_know")),
        (fall_back, LOST),
        (clarify, GUESSING),
    ],
    ids=["no", "do not know", "lost", "unsure"],
)
def test_after_danger_the_numbers_stand_and_a_human_is_offered(demo: Catalogue, step: object, heard: Heard) -> None:
    danger = answer_danger(Talk(need="leave_crime"), Heard(urgent="suicide_risk"), demo, DAY)
    turn = step(danger.talk, heard, demo, DAY)  # type: ignore[operator]
    assert said(turn) == ["utter_urgent_not_calling"]
    assert "/human" in buttons(turn) and "/leave_crime" in buttons(turn) and turn.talk.kept == "leave_crime"


def test_after_danger_a_need_is_answered_as_always(demo: Catalogue) -> None:
    danger = answer_danger(Talk(), Heard(urgent="emergency"), demo, DAY)
    assert answer_need(danger.talk, Heard(need="parenting"), demo, DAY).talk.service == "parenting_support"
