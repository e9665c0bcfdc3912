"""Whole talks through the pure steps, by day and by night, with the shipped catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import product

import pytest

from bot.routing.card import card
from bot.routing.catalogue import EMERGENCY, Catalogue
from bot.routing.danger import ONLY_112, answer_danger
from bot.routing.offers import ANSWER_LATER, SERVICE_QUESTIONS
from bot.routing.steps import (
    answer_need,
    answer_question,
    ask_topic,
    continue_talk,
    offer_human,
    watchful,
)
from bot.routing.talk import TOPICS, Heard, Talk, Turn
from bot.routing.unsure import clarify, fall_back
from bot.understanding.question import load_questions
from bot.understanding.urgent import load_rules

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=timezone.utc)
NEEDS = (*TOPICS, "other_city")
ROLES = (None, "self", "child", "other")
AGES = (None, 9, 19, 24)
QUESTIONS = load_questions().order
FAQ = tuple(name for name in QUESTIONS if name not in SERVICE_QUESTIONS)
CASES = sorted({rule.case for rule in load_rules().cases})
ASKING_AGE = Talk(need="substance_use", role="child", asked="age")
ASKING_PLACE = Talk(need="youth_at_risk", service="youth_team", role="child", age=17, asked="place")

Step = Callable[[Talk, Heard, Catalogue, datetime], Turn]


def said(turn: Turn) -> list[str]:
    return [saying.sentence for saying in turn.sayings]


def shown(turn: Turn) -> list[str]:
    return [saying.service for saying in turn.sayings if saying.service]


def buttons(turn: Turn) -> list[str]:
    return [choice.payload for saying in turn.sayings for choice in saying.choices]


def reaches_someone(turn: Turn, catalogue: Catalogue, at: datetime) -> bool:
    """A number that answers at this hour, or a case that can be left."""
    cards = [card(catalogue, saying.service, saying.district, at) for saying in turn.sayings if saying.service]
    return any(shown.open_now and shown.phone for shown in cards) or ANSWER_LATER.payload in buttons(turn)


def hours_of_a_week() -> Iterator[datetime]:
    return (datetime(2026, 11, 23, tzinfo=timezone.utc) + timedelta(hours=n) for n in range(168))


# --- a need is named --------------------------------------------------------------------------------------------------


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
        at for at in hours_of_a_week() if not reaches_someone(answer_need(Talk(), heard, catalogue, at), catalogue, at)
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


# --- age --------------------------------------------------------------------------------------------------------------


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


# --- place ------------------------------------------------------------------------------------------------------------


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


# --- corrections and answers inside the talk --------------------------------------------------------------------------


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


# --- questions --------------------------------------------------------------------------------------------------------


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


# --- danger -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("mode", ["demo", "live"])
@pytest.mark.parametrize("case", CASES)
def test_danger_says_the_number_first(request: pytest.FixtureRequest, mode: str, case: str, at: datetime) -> None:
    turn = answer_danger(Talk(), Heard(urgent="emergency", urgent_case=case), request.getfixturevalue(mode), at)
    assert (turn.sayings[0].sentence, turn.sayings[0].service) == (f"utter_urgent_{case}", EMERGENCY)
    assert {saying.urgent for saying in turn.sayings} == {"emergency"}


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        (Heard(urgent="suicide_risk"), "utter_urgent_suicide"),
        (Heard(intent="suicide_risk"), "utter_urgent_suicide"),
        (Heard(urgent="emergency"), "utter_urgent_danger"),
        (Heard(intent="emergency", urgent_case="quiet"), "utter_urgent_quiet"),
    ],
)
def test_danger_without_a_case_is_named_by_its_kind(demo: Catalogue, heard: Heard, sentence: str) -> None:
    assert said(answer_danger(Talk(), heard, demo, NIGHT))[0] == sentence


def test_the_cases_where_only_112_is_shown_exist() -> None:
    assert set(ONLY_112) <= set(CASES)


@pytest.mark.parametrize(("case", "alone"), [*((case, True) for case in ONLY_112), ("danger", False), ("edge", False)])
def test_where_seconds_count_no_second_number_is_shown(demo: Catalogue, case: str, alone: bool) -> None:
    turn = answer_danger(Talk(age=16), Heard(urgent="emergency", urgent_case=case), demo, NIGHT)
    assert (shown(turn) == [EMERGENCY]) is alone


@pytest.mark.parametrize("topic", TOPICS)
def test_danger_keeps_the_topic_through_more_danger_and_a_human_and_comes_back_to_it(
    demo: Catalogue, topic: str
) -> None:
    danger = Heard(urgent="emergency", choices=(topic,))
    first = answer_danger(Talk(), danger, demo, NIGHT)
    assert first.talk.kept == topic and f"/{topic}" in buttons(first)
    human = offer_human(first.talk, Heard(), demo, NIGHT)
    assert human.talk.need == topic
    second = answer_danger(human.talk, Heard(intent="emergency", urgent_case="quiet"), demo, NIGHT)
    assert second.talk.kept == topic and f"/{topic}" in buttons(second)
    rings = continue_talk(second.talk, Heard(intent="affirm"), demo, NIGHT)
    assert said(rings) == ["utter_urgent_calling"] and f"/{topic}" in buttons(rings)
    assert answer_need(rings.talk, Heard(intent=topic, need=topic, age=24), demo, NIGHT).talk.need == topic


@pytest.mark.parametrize("need", ["human", "other_city"])
def test_danger_does_not_put_a_need_without_a_service_over_the_kept_topic(demo: Catalogue, need: str) -> None:
    turn = answer_danger(Talk(need=need, kept="leave_crime"), Heard(urgent="emergency"), demo, NIGHT)
    assert turn.talk.kept == "leave_crime"


def test_danger_in_a_talk_keeps_what_is_known_of_the_person(demo: Catalogue) -> None:
    heard = Heard(urgent="emergency", need="emergency")
    turn = answer_danger(replace(ASKING_PLACE, misses=1), heard, demo, NIGHT)
    assert turn.talk == replace(ASKING_PLACE, asked="call", kept="youth_at_risk")


def test_an_age_told_after_danger_leads_back_to_the_kept_topic(demo: Catalogue) -> None:
    after = answer_danger(Talk(), Heard(urgent="emergency", choices=("substance_use",), role="child"), demo, NIGHT)
    turn = continue_talk(after.talk, Heard(intent="inform", age=16), demo, NIGHT)
    assert turn.talk.service == "mini_maria" and turn.talk.kept is None


def test_who_cannot_speak_is_not_offered_the_quiet_way_again(demo: Catalogue) -> None:
    loud, quiet = (
        buttons(answer_danger(Talk(), Heard(urgent="emergency", urgent_case=case), demo, NIGHT))
        for case in ("danger", "quiet")
    )
    assert '/emergency{"urgent_case": "quiet"}' in loud and '/emergency{"urgent_case": "quiet"}' not in quiet


@pytest.mark.parametrize("watch", [True, False])
def test_a_danger_between_the_lines_puts_one_line_first(demo: Catalogue, watch: bool) -> None:
    heard = Heard(need="parenting", watch=watch)
    turn = answer_need(Talk(), heard, demo, DAY)
    first = ["utter_watchful"] if watch else []
    assert said(watchful(turn, heard)) == [*first, *said(turn)]
    assert watchful(turn, heard).talk == turn.talk


def test_an_answer_to_danger_needs_no_such_line(demo: Catalogue) -> None:
    heard = Heard(urgent="emergency", watch=True)
    turn = answer_danger(Talk(), heard, demo, DAY)
    assert watchful(turn, heard) == turn


# --- unsure, not understood, a human ----------------------------------------------------------------------------------


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
        at for at in hours_of_a_week() if not reaches_someone(offer_human(talk, Heard(), catalogue, at), catalogue, at)
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


# --- everything -------------------------------------------------------------------------------------------------------

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
