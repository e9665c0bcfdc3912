"""What a message adds to the talk, and what a new person takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.memory import absorb, person_changed
from bot.routing.questions import FEARS
from bot.routing.steps import answer_need, answer_question, continue_talk, offer_human
from bot.routing.talk import Heard, Talk
from tests.routing.turns import buttons, said, shown

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
SON = Talk(need="youth_at_risk", service="youth_team", role="child", relation="son", age=14, place="Rinkeby",
           district="jarva")  # fmt: skip


@pytest.mark.parametrize(
    "heard",
    [
        Heard(intent="deny", role="other", relation="sibling"),
        Heard(intent="deny", role="child", relation="daughter"),
        Heard(intent="inform", role="self"),
    ],
    ids=["another role", "another child", "oneself"],
)
def test_a_new_person_takes_the_old_age_and_place_along(demo: Catalogue, heard: Heard) -> None:
    after = absorb(SON, heard)
    assert (after.age, after.place, after.district, after.service) == (None, None, None, None)
    assert after.need == "youth_at_risk"
    assert said(continue_talk(SON, heard, demo, DAY))[0] == "utter_corrected"


@pytest.mark.parametrize(
    "heard",
    [
        Heard(intent="inform", role="child", relation="child"),
        Heard(need="youth_at_risk", role="child", relation="daughter"),
        Heard(intent="inform", age=15),
    ],
    ids=["the child", "a story that names another", "nobody"],
)
def test_the_same_person_keeps_age_and_place(heard: Heard) -> None:
    assert not person_changed(SON, heard)
    assert absorb(SON, heard).district == "jarva"


def test_no_to_the_age_with_another_person_is_a_correction_and_not_a_refusal(demo: Catalogue) -> None:
    asking = Talk(need="substance_use", role="self", asked="age")
    turn = continue_talk(asking, Heard(intent="deny", role="other", relation="sibling", age=17), demo, DAY)
    assert said(turn)[0] == "utter_corrected" and shown(turn)[0] == "mini_maria"
    assert not turn.talk.age_withheld


def test_a_question_that_tells_the_age_answers_and_leads_on(demo: Catalogue) -> None:
    asking = Talk(need="substance_use", role="child", asked="age")
    turn = answer_question(asking, Heard(intent="ask_cost", question="cost", age=16), demo, DAY)
    assert said(turn)[0] == "utter_answer_marked" and turn.talk.service == "mini_maria"


def test_a_question_that_tells_the_place_keeps_it(demo: Catalogue) -> None:
    asking = Talk(need="youth_at_risk", role="child", age=16, service="youth_team", asked="place")
    heard = Heard(intent="ask_cost", place="Farsta", district="farsta", districts=("farsta",))
    turn = answer_question(asking, heard, demo, DAY)
    assert turn.talk.district == "farsta" and turn.talk.asked is None


def test_a_question_about_someone_along_is_no_correction(demo: Catalogue) -> None:
    turn = answer_question(SON, Heard(intent="ask_how", role="other", relation="sibling"), demo, DAY)
    assert turn.talk == SON and "utter_corrected" not in said(turn)


def test_asking_for_a_human_with_age_and_place_keeps_them(demo: Catalogue) -> None:
    heard = Heard(intent="human", need="human", age=15, role="other", place="Farsta", district="farsta",
                  districts=("farsta",))  # fmt: skip
    turn = offer_human(Talk(), heard, demo, DAY)
    assert (turn.talk.age, turn.talk.district, turn.talk.role) == (15, "farsta", None)


@pytest.mark.parametrize(("need", "asks"), [("youth_at_risk", True), ("leave_crime", False), ("parenting", False)])
def test_enskede_is_asked_about_only_where_the_district_decides(demo: Catalogue, need: str, asks: bool) -> None:
    heard = Heard(need=need, role="child", place="Enskede", districts=("enskede_arsta_vantor", "skarpnack"))
    assert ("utter_ask_which_part" in said(answer_need(Talk(), heard, demo, DAY))) is asks


@pytest.mark.parametrize(("age", "service"), [(None, "child_protection"), (12, "child_protection"), (35, None)])
def test_who_tells_of_a_parent_is_spoken_to_as_a_child_unless_grown(
    demo: Catalogue, age: int | None, service: str | None
) -> None:
    heard = Heard(need="partner_violence", role="other", relation="parent", age=age)
    turn = answer_need(Talk(), heard, demo, DAY)
    assert shown(turn)[0] == (service or "violence_centre")
    assert ("utter_intro_child_welfare_self" in said(turn)) is (service is not None)
    assert ("bris" in shown(turn)) is (service is not None)


@pytest.mark.parametrize("need", ["partner_violence", "child_welfare"])
@pytest.mark.parametrize(("age", "child"), [(None, True), (12, True), (35, False)])
def test_a_parent_who_was_told_of_counts_when_the_need_is_a_button(
    demo: Catalogue, need: str, age: int | None, child: bool
) -> None:
    unsure = absorb(Talk(), Heard(role="other", relation="parent", age=age))
    turn = answer_need(unsure, Heard(need=need), demo, DAY)
    assert ("utter_intro_child_welfare_self" in said(turn)) is child


def test_a_child_who_was_told_of_does_not_make_the_one_who_writes_a_child(demo: Catalogue) -> None:
    mother = absorb(Talk(), Heard(need="parenting", role="child", relation="son", age=10))
    turn = answer_need(mother, Heard(need="partner_violence", role="self"), demo, DAY)
    assert "utter_intro_child_welfare_self" not in said(turn)


def test_the_one_who_hits_is_met_as_that_and_stays_that(demo: Catalogue) -> None:
    turn = answer_need(
        Talk(), Heard(need="partner_violence", role="other", relation="partner", violent=True), demo, DAY
    )
    assert said(turn)[0] == "utter_intro_partner_violence_user"
    assert turn.talk.role == "user" and shown(turn)[:2] == ["stop_violence_line", "violence_centre"]
    assert "women_line" not in shown(turn)
    more = answer_need(turn.talk, Heard(need="partner_violence", role="other", relation="partner"), demo, DAY)
    assert more.talk.role == "user" and "utter_corrected" not in said(more)


@pytest.mark.parametrize("relation", ["pupil", "client"])
def test_a_professional_is_told_what_holds_for_professionals(demo: Catalogue, relation: str) -> None:
    turn = answer_need(Talk(), Heard(need="child_welfare", role="other", relation=relation), demo, DAY)
    assert said(turn)[0] == "utter_intro_child_welfare_professional"


def test_a_second_need_is_offered_after_the_first(demo: Catalogue) -> None:
    turn = answer_need(Talk(), Heard(need="partner_violence", also="substance_use"), demo, DAY)
    assert shown(turn)[0] == "violence_centre" and buttons(turn)[-1] == "/substance_use"


def test_who_names_the_service_gets_it_without_being_asked_the_age(demo: Catalogue) -> None:
    turn = answer_need(Talk(), Heard(need="substance_use", service_named="mini_maria"), demo, DAY)
    assert turn.talk.service == "mini_maria" and turn.talk.asked is None
    grown = answer_need(Talk(), Heard(need="substance_use", service_named="mini_maria", age=40), demo, DAY)
    assert grown.talk.service == "adult_addiction"


def test_a_queue_asked_about_inside_a_topic_is_the_topics_queue(demo: Catalogue) -> None:
    talk = Talk(need="substance_use", service="mini_maria", age=16)
    turn = answer_need(talk, Heard(intent="other_city", need="other_city", question="wait"), demo, DAY)
    assert said(turn) == ["utter_answer_marked"] and turn.talk == talk


def test_an_age_that_was_the_writers_goes_when_it_is_about_somebody_else(demo: Catalogue) -> None:
    talk = Talk(need="substance_use", service="adult_addiction", age=28)
    turn = continue_talk(talk, Heard(intent="deny", role="other", relation="sibling"), demo, DAY)
    assert said(turn)[0] == "utter_corrected" and turn.talk.age is None
    kept = continue_talk(talk, Heard(intent="inform", role="child", relation="son"), demo, DAY)
    assert kept.talk.age == 28


@pytest.mark.parametrize("question", FEARS)
def test_a_fear_in_the_middle_of_a_topic_keeps_the_topic(demo: Catalogue, question: str) -> None:
    turn = answer_need(SON, Heard(need="child_welfare", question=question, role="child"), demo, DAY)
    assert said(turn) == [f"utter_faq_{question}"] and turn.talk == SON
    fresh = answer_need(Talk(), Heard(need="child_welfare", question=question, role="child"), demo, DAY)
    assert fresh.talk.need == "child_welfare"


def test_a_person_who_is_only_likely_fills_a_gap_and_takes_nothing_away() -> None:
    likely = Heard(role="self", age=17, role_learned=True)
    assert absorb(Talk(), likely).role == "self"
    after = absorb(replace(SON, age=14), likely)
    assert (after.role, after.age) == (SON.role, 17)
    assert not person_changed(SON, likely)
