"""What is said about services: offers, the lines of the hour, ways to go on, answers to questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any

import pytest

from bot.routing.card import card
from bot.routing.catalogue import Catalogue
from bot.routing.offers import (
    ANSWER_LATER,
    CALL_BACK,
    COST,
    FIELDS,
    HOW,
    contact_choices,
    offer_sayings,
    open_now,
    question_sayings,
)
from bot.routing.route import Offer, Outcome, Situation, route
from bot.routing.talk import Saying, Talk
from bot.understanding.question import load_questions
from tests.routing.conftest import entry

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=timezone.utc)
# Half past midnight on the 24th in Stockholm, still the 23rd in UTC.
AFTER_MIDNIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=timezone.utc)
LAST_DAY = date(2026, 11, 23)


def names(said: tuple[Saying, ...]) -> list[str]:
    return [saying.sentence for saying in said]


def offered(catalogue: Catalogue, at: datetime, **situation: Any) -> tuple[Saying, ...]:
    return offer_sayings(route(Situation(**situation), catalogue, at), catalogue, at)


def test_an_offer_says_its_name_and_what_it_does(demo: Catalogue) -> None:
    first = offered(demo, DAY, need="parenting")[0]
    assert (first.sentence, first.service) == ("utter_offer", "parenting_support")
    assert first.values["name"] == demo.service("parenting_support").name
    assert first.values["what"]


def test_a_second_offer_is_said_as_a_second(demo: Catalogue) -> None:
    said = offered(demo, DAY, need="substance_use", age_withheld=True)
    assert [(s.sentence, s.service) for s in said[:2]] == [
        ("utter_offer", "mini_maria"),
        ("utter_offer_also", "adult_addiction"),
    ]


def test_a_district_goes_with_the_card_of_a_district_service(demo: Catalogue) -> None:
    first = offered(demo, DAY, need="youth_at_risk", role="child", district="farsta")[0]
    assert (first.service, first.district) == ("youth_team", "farsta")


def test_the_contact_centre_that_stands_in_for_a_number_is_said_so(demo: Catalogue) -> None:
    outcome = Outcome(
        (Offer("violence_centre", None, "x"), Offer("contact_centre", None, "no_known_phone")), None, "", ()
    )
    assert offer_sayings(outcome, demo, DAY)[1].sentence == "utter_offer_through"


def test_an_unconfirmed_promise_is_marked_in_demo(demo: Catalogue) -> None:
    first = offered(demo, DAY, need="leave_crime")[0]
    assert (first.sentence, first.values["hours"]) == ("utter_offer_promise_marked", 24)


def test_a_confirmed_promise_is_said_without_a_mark(confirmed: Catalogue) -> None:
    assert offered(confirmed, DAY, need="leave_crime")[0].sentence == "utter_offer_promise"


def test_without_confirmation_nothing_is_promised_in_live(live: Catalogue) -> None:
    assert not [name for name in names(offered(live, DAY, need="leave_crime")) if "promise" in name]


@pytest.mark.parametrize(
    ("at", "sentence"), [(DAY, "utter_offer_promise"), (AFTER_MIDNIGHT, "utter_offer")], ids=["last day", "after it"]
)
def test_a_promise_ends_at_midnight_in_stockholm(
    changed: Callable[..., Catalogue], at: datetime, sentence: str
) -> None:
    def confirm(data: dict[str, Any]) -> None:
        service = entry(data, "services", "exit_programme")
        for fact in service.values():
            if isinstance(fact, dict):
                fact |= {
                    "confirmed_by": "Förvaltaren",
                    "confirmed_on": date(2026, 11, 22),
                    "expires_on": date(2027, 11, 1),
                }
        service["promise_hours"]["expires_on"] = LAST_DAY

    catalogue = changed(confirm, mode="live")
    assert offered(catalogue, at, need="leave_crime")[0].sentence == sentence


def test_what_is_open_itself_needs_no_other_line(demo: Catalogue) -> None:
    open_card = card(demo, "exit_programme", None, DAY)
    assert open_card.open_now and open_now(("social_advice",), open_card) == []


def test_beside_a_closed_service_stand_the_lines_of_the_hour(demo: Catalogue) -> None:
    closed = card(demo, "contact_centre", None, NIGHT)
    said = open_now(("night_companion", "bris"), closed, takes_cases=True)
    assert [(s.sentence, s.service) for s in said] == [
        ("utter_open_now", "night_companion"),
        ("utter_open_also", "bris"),
    ]


@pytest.mark.parametrize(
    ("lines", "takes_cases", "shown"),
    [
        (("emergency_112",), False, ["emergency_112"]),
        (("emergency_112",), True, []),
        (("emergency_112", "bris"), False, ["bris"]),
        (("bris", "emergency_112"), True, ["bris"]),
    ],
)
def test_112_is_shown_only_when_nothing_else_answers_and_no_case_can_be_left(
    lines: tuple[str, ...], takes_cases: bool, shown: list[str]
) -> None:
    assert [saying.service for saying in open_now(lines, takes_cases=takes_cases)] == shown


@pytest.mark.parametrize(
    ("service", "choices"),
    [
        ("exit_programme", (ANSWER_LATER, CALL_BACK, HOW, COST)),
        ("safe_places", (HOW, COST)),
        ("contact_centre", (ANSWER_LATER, CALL_BACK)),
    ],
)
def test_the_ways_to_go_on_are_those_that_the_service_has(
    demo: Catalogue, service: str, choices: tuple[object, ...]
) -> None:
    assert contact_choices(service, demo, DAY) == choices


def test_no_case_is_offered_where_nobody_has_confirmed_that_cases_are_taken(live: Catalogue) -> None:
    assert contact_choices("exit_programme", live, DAY) == (HOW, COST)


def test_no_case_is_offered_after_the_last_day_of_that_confirmation(changed: Callable[..., Catalogue]) -> None:
    def confirm(data: dict[str, Any]) -> None:
        fact = entry(data, "services", "exit_programme")["takes_cases"]
        fact |= {"confirmed_by": "Förvaltaren", "confirmed_on": date(2026, 11, 22), "expires_on": LAST_DAY}

    catalogue = changed(confirm, mode="live")
    assert ANSWER_LATER in contact_choices("exit_programme", catalogue, DAY)
    assert ANSWER_LATER not in contact_choices("exit_programme", catalogue, AFTER_MIDNIGHT)


def test_a_known_answer_is_said_with_its_mark(demo: Catalogue, confirmed: Catalogue) -> None:
    talk = Talk(service="parenting_support")
    marked, plain = (question_sayings(talk, "cost", catalogue, DAY)[0] for catalogue in (demo, confirmed))
    assert (marked.sentence, plain.sentence) == ("utter_answer_marked", "utter_answer")
    assert marked.values["answer"] == plain.values["answer"] != ""


@pytest.mark.parametrize("service", ["exit_programme", "youth_team", "contact_centre"])
def test_what_nobody_knows_is_said_with_whom_to_ask(live: Catalogue, service: str) -> None:
    said = question_sayings(Talk(service=service), "wait", live, DAY)[0]
    assert said.sentence == "utter_answer_unknown"
    assert said.service == "contact_centre_line", "the service in the talk stays the one that takes the case"
    assert said.values == {"service": live.service("contact_centre").name}


def test_the_first_meeting_is_answered_as_how_it_goes(demo: Catalogue) -> None:
    talk = Talk(service="exit_programme")
    assert question_sayings(talk, "first_meeting", demo, DAY) == question_sayings(talk, "how", demo, DAY)


def test_secrecy_without_a_service_has_a_general_answer(demo: Catalogue) -> None:
    assert names(question_sayings(Talk(), "secrecy", demo, DAY)) == ["utter_secrecy"]


@pytest.mark.parametrize("question", [field for field in FIELDS if field != "secrecy"])
def test_a_question_about_a_service_without_one_says_nothing(demo: Catalogue, question: str) -> None:
    assert question_sayings(Talk(), question, demo, DAY) == ()


@pytest.mark.parametrize("service", [None, "exit_programme"])
@pytest.mark.parametrize("question", load_questions().order)
def test_every_question_that_is_understood_has_a_sentence(
    demo: Catalogue, sentences: set[str], question: str, service: str | None
) -> None:
    said = question_sayings(Talk(service=service), question, demo, DAY)
    assert set(names(said)) <= sentences
    assert said or service is None


@pytest.mark.parametrize("field", FIELDS)
def test_every_service_answers_every_field(demo: Catalogue, field: str) -> None:
    for service in demo.services:
        (said,) = question_sayings(Talk(service=service), field, demo, NIGHT)
        unknown = "utter_secrecy" if field == "secrecy" else "utter_answer_unknown"
        assert said.values.get("answer") or (said.sentence == unknown and said.service)
