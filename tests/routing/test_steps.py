"""Whole talks through the pure steps, by day and by night, with the shipped catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.offers import SERVICE_QUESTIONS
from bot.routing.steps import (
    answer_need,
    answer_question,
    continue_talk,
)
from bot.routing.talk import TOPICS, Heard, Talk
from bot.routing.unsure import clarify, fall_back
from bot.understanding.question import load_questions
from tests.routing.turns import (
    ASKING_AGE,
    ASKING_PLACE,
    DAY,
    NEEDS,
    NIGHT,
    Step,
    buttons,
    hours_to_try,
    reaches_someone,
    said,
    shown,
)

QUESTIONS = load_questions().order


FAQ = tuple(name for name in QUESTIONS if name not in SERVICE_QUESTIONS)


ROLES = (None, "self", "child", "other")


AGES = (None, 9, 19, 24)


@pytest.mark.parametrize("at", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("need", NEEDS)
def test_a_need_with_an_age_gets_first_words_and_a_service(
    demo: Catalogue, need: str, role: str | None, at: datetime
) -> None:
    turn = answer_need(Talk(), Heard(need=need, role=role, age=24), demo, at)
    assert said(turn)[0] == f"utter_intro_{need}" + (f"_{role or 'self'}" if need in TOPICS else "")
    assert turn.talk.service == shown(turn)[0]
    assert (turn.talk.need, turn.talk.role, turn.talk.age) == (need, role, 24)


@pytest.mark.parametrize("mode", ["demo", "live", "confirmed"])
@pytest.mark.parametrize("municipality", [None, "Solna"])
@pytest.mark.parametrize("need", NEEDS)
def test_at_every_hour_an_answer_to_a_need_reaches_someone(
    request: pytest.FixtureRequest, mode: str, need: str, municipality: str | None
) -> None:
    catalogue = request.getfixturevalue(mode)
    heard = Heard(need=need, age=30, municipality=municipality)
    lost = [
        at for at in hours_to_try() if not reaches_someone(answer_need(Talk(), heard, catalogue, at), catalogue, at)
    ]
    assert lost == []


def test_no_topic_yet_asks_for_one(demo: Catalogue) -> None:
    turn = answer_need(Talk(), Heard(), demo, DAY)
    assert said(turn) == ["utter_ask_topic"] and turn.talk.asked == "topic"


def test_a_second_need_replaces_the_first_and_its_service(demo: Catalogue) -> None:
    before = Talk(need="parenting", service="parenting_support", role="child", age=15)
    turn = answer_need(before, Heard(need="substance_use"), demo, DAY)
    assert (turn.talk.need, turn.talk.service, turn.talk.age) == ("substance_use", "mini_maria", 15)


def test_a_question_beside_a_need_is_answered_first(demo: Catalogue) -> None:
    turn = answer_need(Talk(), Heard(need="parenting", question="cost"), demo, DAY)
    assert said(turn)[:2] == ["utter_answer_marked", "utter_intro_parenting_self"]


def test_substance_use_asks_the_age_and_names_nobody(demo: Catalogue) -> None:
    turn = answer_need(Talk(), Heard(need="substance_use", role="child"), demo, DAY)
    assert said(turn) == ["utter_intro_substance_use_child", "utter_ask_age"]
    assert turn.talk.asked == "age" and turn.talk.service is None
    assert buttons(turn) == ["/dont_know", "/wont_say"]


@pytest.mark.parametrize(("age", "service"), [(19, "mini_maria"), (20, "adult_addiction")])
def test_the_told_age_decides(demo: Catalogue, age: int, service: str) -> None:
    turn = continue_talk(ASKING_AGE, Heard(intent="inform", age=age), demo, DAY)
    assert turn.talk.service == service and turn.talk.asked is None


@pytest.mark.parametrize("intent", ["wont_say", "dont_know", "deny"])
def test_who_does_not_tell_the_age_gets_both_services_and_is_not_asked_again(demo: Catalogue, intent: str) -> None:
    turn = continue_talk(ASKING_AGE, Heard(intent=intent), demo, DAY)
    assert shown(turn)[:2] == ["mini_maria", "adult_addiction"]
    assert turn.talk.age_withheld and turn.talk.asked is None
    again = answer_need(turn.talk, Heard(need="substance_use"), demo, DAY)
    assert "utter_ask_age" not in said(again)


def test_an_age_told_later_counts_though_it_was_withheld(demo: Catalogue) -> None:
    talk = replace(ASKING_AGE, asked=None, age_withheld=True)
    turn = continue_talk(talk, Heard(intent="inform", age=16), demo, DAY)
    assert turn.talk.service == "mini_maria" and not turn.talk.age_withheld


@pytest.mark.parametrize("step", [clarify, fall_back], ids=["clarify", "fall_back"])
@pytest.mark.parametrize("question", [None, "cost"])
def test_the_age_that_was_asked_for_is_heard_though_the_intent_is_unsure(
    demo: Catalogue, step: Step, question: str | None
) -> None:
    turn = step(ASKING_AGE, Heard(choices=("parenting",), age=16, question=question), demo, DAY)
    assert turn.talk.service == "mini_maria"
    assert ("utter_answer_marked" in said(turn)) is (question is not None)


def test_a_question_that_the_age_decides_asks_for_the_age_again(demo: Catalogue) -> None:
    turn = answer_question(ASKING_AGE, Heard(intent="ask_cost"), demo, DAY)
    assert said(turn) == ["utter_ask_age"] and turn.talk == ASKING_AGE


def test_what_is_told_before_any_topic_is_remembered(demo: Catalogue) -> None:
    first = continue_talk(Talk(), Heard(intent="inform", age=16, role="self"), demo, DAY)
    assert said(first) == ["utter_ask_topic"]
    then = answer_need(first.talk, Heard(need="substance_use"), demo, DAY)
    assert then.talk.service == "mini_maria"


def test_the_service_is_named_and_the_place_asked(demo: Catalogue) -> None:
    turn = answer_need(Talk(), Heard(need="youth_at_risk", role="child", age=17), demo, DAY)
    assert turn.talk.service == "youth_team" and turn.talk.asked == "place"
    assert said(turn)[-1] == "utter_ask_place"


def test_the_told_place_gives_the_district(demo: Catalogue) -> None:
    heard = Heard(intent="inform", place="Farsta", district="farsta", districts=("farsta",))
    turn = continue_talk(ASKING_PLACE, heard, demo, DAY)
    assert turn.talk.asked is None and turn.talk.district == "farsta"
    assert ("youth_team", "farsta") in [(s.service, s.district) for s in turn.sayings]


@pytest.mark.parametrize("intent", ["wont_say", "dont_know", "deny"])
def test_who_does_not_tell_the_place_keeps_the_service_and_is_not_asked_again(demo: Catalogue, intent: str) -> None:
    turn = continue_talk(ASKING_PLACE, Heard(intent=intent), demo, DAY)
    assert turn.talk.service == "youth_team" and turn.talk.place_withheld
    assert "utter_ask_place" not in said(turn)


@pytest.mark.parametrize(
    ("place", "districts", "labels"),
    [
        (
            "Enskede",
            ("enskede_arsta_vantor", "skarpnack"),
            ["Gamla Enskede", "Enskede gård", "Enskedefältet", "Enskededalen"],
        ),
        ("Svedmyra", ("farsta", "enskede_arsta_vantor"), ["Svedmyra, Farsta", "Svedmyra, Enskede-Årsta-Vantör"]),
        ("Okänd", ("farsta", "bromma"), ["Farsta", "Bromma"]),
    ],
)
def test_an_ambiguous_place_is_asked_about_with_a_button_for_each_part(
    demo: Catalogue, place: str, districts: tuple[str, ...], labels: list[str]
) -> None:
    heard = Heard(need="youth_at_risk", role="child", place=place, districts=districts)
    turn = answer_need(Talk(), heard, demo, DAY)
    assert said(turn) == ["utter_ask_which_part"] and turn.talk.asked == "place"
    choices = turn.sayings[0].choices
    assert [choice.label for choice in choices if choice.literal] == labels
    assert [choice.payload for choice in choices[-2:]] == ["/dont_know", "/wont_say"]
    assert (turn.talk.need, turn.talk.place, turn.talk.district) == ("youth_at_risk", None, None)


def test_the_button_of_a_part_leads_on_with_its_district(demo: Catalogue) -> None:
    parts = ("enskede_arsta_vantor", "skarpnack")
    asked = answer_need(Talk(), Heard(need="youth_at_risk", role="child", place="Enskede", districts=parts), demo, DAY)
    assert asked.sayings[0].choices[3].payload == '/inform{"place": "Enskededalen", "district": "skarpnack"}'
    pressed = Heard(intent="inform", place="Enskededalen", district="skarpnack", districts=("skarpnack",))
    turn = continue_talk(asked.talk, pressed, demo, DAY)
    assert (turn.talk.service, turn.talk.district) == ("youth_team", "skarpnack")


@pytest.mark.parametrize("need", NEEDS)
def test_another_municipality_is_said_honestly_with_numbers(demo: Catalogue, need: str) -> None:
    turn = answer_need(Talk(asked="place"), Heard(need=need, municipality="Solna"), demo, NIGHT)
    assert turn.sayings[0].sentence == "utter_other_municipality"
    assert turn.sayings[0].values == {"municipality": "Solna"}
    assert len(shown(turn)) >= 1 and turn.talk.service is None and turn.talk.asked is None


def test_a_place_in_the_city_counts_beside_another_municipality(demo: Catalogue) -> None:
    heard = Heard(need="unsafe_place", municipality="Solna", district="bromma", districts=("bromma",))
    assert answer_need(Talk(), heard, demo, DAY).talk.service == "safe_places"


def test_a_corrected_person_takes_the_old_age_and_service_along(demo: Catalogue) -> None:
    before = Talk(need="substance_use", service="adult_addiction", role="self", age=24, age_withheld=True)
    turn = continue_talk(before, Heard(intent="inform", role="other"), demo, DAY)
    assert said(turn)[0] == "utter_corrected"
    assert (turn.talk.age, turn.talk.service, turn.talk.asked) == (None, None, "age")


def test_a_corrected_person_with_a_new_age_gets_the_right_service(demo: Catalogue) -> None:
    before = Talk(need="substance_use", service="adult_addiction", role="self", age=24)
    turn = continue_talk(before, Heard(intent="inform", role="other", age=17), demo, DAY)
    assert said(turn)[0] == "utter_corrected" and turn.talk.service == "mini_maria"


def test_the_same_person_again_corrects_nothing(demo: Catalogue) -> None:
    before = Talk(need="substance_use", service="mini_maria", role="child", age=16)
    turn = answer_need(before, Heard(need="substance_use", role="child"), demo, DAY)
    assert "utter_corrected" not in said(turn) and turn.talk.age == 16


def test_a_first_person_is_no_correction(demo: Catalogue) -> None:
    turn = continue_talk(Talk(need="leave_crime"), Heard(intent="inform", role="other"), demo, DAY)
    assert said(turn)[0] == "utter_intro_leave_crime_other"


def test_yes_to_a_service_shows_how_to_reach_it(demo: Catalogue) -> None:
    talk = Talk(need="leave_crime", service="exit_programme")
    turn = continue_talk(talk, Heard(intent="affirm"), demo, DAY)
    assert buttons(turn) == ["/answer_later", "/call_back", "/ask_how", "/ask_cost"] and turn.talk == talk


def test_no_to_a_service_asks_what_then(demo: Catalogue) -> None:
    turn = continue_talk(Talk(need="leave_crime", service="exit_programme"), Heard(intent="deny"), demo, DAY)
    assert said(turn) == ["utter_what_then"] and turn.talk.asked == "topic"


@pytest.mark.parametrize("intent", ["affirm", "dont_know", "wont_say"])
def test_an_answer_to_no_question_asks_for_the_topic(demo: Catalogue, intent: str) -> None:
    assert said(continue_talk(Talk(), Heard(intent=intent), demo, DAY)) == ["utter_ask_topic"]


def test_a_question_about_the_service_in_the_talk_is_answered(demo: Catalogue) -> None:
    talk = Talk(need="parenting", service="parenting_support")
    turn = answer_question(talk, Heard(intent="ask_cost"), demo, DAY)
    assert said(turn) == ["utter_answer_marked"] and turn.talk == talk


@pytest.mark.parametrize("question", SERVICE_QUESTIONS)
def test_a_question_about_no_service_asks_what_it_is_about(demo: Catalogue, question: str) -> None:
    assert said(answer_question(Talk(), Heard(question=question), demo, DAY)) == ["utter_ask_topic"]


def test_a_service_named_in_the_question_becomes_the_one_talked_of(demo: Catalogue) -> None:
    turn = answer_question(Talk(), Heard(intent="ask_cost", service_named="mini_maria"), demo, DAY)
    assert said(turn) == ["utter_answer_marked"] and turn.talk.service == "mini_maria"


@pytest.mark.parametrize("step", [answer_question, continue_talk, clarify, fall_back], ids=lambda step: step.__name__)
@pytest.mark.parametrize("question", FAQ)
def test_a_question_that_people_really_ask_keeps_the_topic(demo: Catalogue, step: Step, question: str) -> None:
    talk = replace(ASKING_PLACE, misses=1)
    turn = step(talk, Heard(question=question, choices=("parenting",)), demo, DAY)
    assert turn.talk == replace(talk, misses=0)
    assert len(turn.sayings) == 1


def test_a_question_among_answers_leaves_what_was_asked_open(demo: Catalogue) -> None:
    asked = continue_talk(ASKING_AGE, Heard(intent="inform", question="parents_told"), demo, DAY)
    assert said(asked) == ["utter_faq_parents_told"] and asked.talk.asked == "age"
    assert continue_talk(asked.talk, Heard(intent="inform", age=16), demo, DAY).talk.service == "mini_maria"
