"""The service of a first message, for the `understand` command and the evaluation."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.rules import SERVICES
from bot.routing.service import first_service, first_step
from bot.routing.talk import TOPICS, Heard

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("heard", "service"),
    [
        (Heard(need="parenting"), "parenting_support"),
        (Heard(need="substance_use", age=16, role="child"), "mini_maria"),
        (Heard(need="substance_use", age=45), "adult_addiction"),
        (Heard(need="leave_crime", role="other"), "exit_programme"),
        (Heard(need="youth_at_risk", age=14, role="self"), "field_workers"),
        (Heard(need="child_welfare", role="child"), "youth_team"),
        (Heard(need="human"), "contact_centre"),
        (Heard(need="other_city"), "contact_centre"),
        (Heard(need="confidentiality"), "contact_centre"),
    ],
)
def test_it_is_the_first_offer(demo: Catalogue, heard: Heard, service: str) -> None:
    assert first_service(heard, demo, DAY) == service
    assert first_service(heard, demo, NIGHT) == service


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(Heard(need="leave_crime", urgent="emergency"), id="danger is answered by numbers"),
        pytest.param(Heard(need="emergency"), id="emergency"),
        pytest.param(Heard(need="suicide_risk"), id="suicide risk"),
        pytest.param(Heard(need="smalltalk"), id="small talk"),
        pytest.param(Heard(need=None), id="no need"),
        pytest.param(Heard(decision="clarify", need="parenting"), id="not sure"),
        pytest.param(Heard(decision="fallback", need="parenting"), id="not understood"),
        pytest.param(Heard(need="substance_use"), id="the age decides and is not known"),
        pytest.param(Heard(need="no such need"), id="unknown need"),
    ],
)
def test_without_a_sure_need_there_is_none(demo: Catalogue, heard: Heard) -> None:
    assert first_service(heard, demo, DAY) is None


@pytest.mark.parametrize("need", TOPICS)
def test_every_topic_with_an_age_leads_to_a_service(demo: Catalogue, need: str) -> None:
    assert first_service(Heard(need=need, age=30), demo, DAY) in SERVICES


def test_live_with_nothing_confirmed_leads_to_the_contact_centre(live: Catalogue) -> None:
    assert first_service(Heard(need="leave_crime"), live, DAY) == "contact_centre"


# --- the first step ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heard",
    [
        Heard(intent="ask_cost", question="cost"),
        Heard(intent="ask_hours"),
        Heard(intent="affirm"),
        Heard(intent="deny"),
        Heard(intent="inform", age=16),
    ],
    ids=["vad kostar det?", "öppet?", "ja", "nej", "16"],
)
def test_a_question_or_answer_without_a_topic_is_asked_about_with_the_topics(demo: Catalogue, heard: Heard) -> None:
    first = first_step(heard, demo, DAY)
    assert (first.decision, first.need, first.choices) == ("clarify", None, TOPICS)
    assert first.intent == heard.intent


@pytest.mark.parametrize(
    ("heard", "need"),
    [
        (Heard(intent="ask_how", question="names_others"), "leave_crime"),
        (Heard(intent="ask_cost", service_named="mini_maria"), None),
        (Heard(intent="greet", need="smalltalk"), "smalltalk"),
        (Heard(intent="parenting", need="parenting"), "parenting"),
        (Heard(intent="emergency", urgent="emergency"), None),
    ],
)
def test_what_has_an_answer_of_its_own_stays_an_answer(demo: Catalogue, heard: Heard, need: str | None) -> None:
    first = first_step(heard, demo, DAY)
    assert (first.decision, first.need, first.choices) == ("answer", need, ())


@pytest.mark.parametrize("decision", ["clarify", "fallback"])
def test_what_was_not_sure_stays_as_it_is(demo: Catalogue, decision: str) -> None:
    heard = Heard(decision=decision, choices=("parenting",), intent=decision)
    assert first_step(heard, demo, DAY) == heard
