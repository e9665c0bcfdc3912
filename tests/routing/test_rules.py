"""Need × age × role × place → services, and the one thing that is asked."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.routing.catalogue import Catalogue
from bot.routing.route import Situation, in_order, route
from bot.routing.rules import RULES, SERVICES

AT = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
NEEDS = (*RULES, "confidentiality", "human", "smalltalk", "other_city")


def services(catalogue: Catalogue, **situation: Any) -> list[str]:
    """The services of an outcome, without the contact centre that stands in for a missing number."""
    offers = route(Situation(**situation), catalogue, AT).offers
    return [offer.service for offer in offers if offer.reason != "no_known_phone"]


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ({"need": "parenting"}, ["parenting_support"]),
        ({"need": "parenting", "age": 4, "role": "child"}, ["parenting_support"]),
        ({"need": "substance_use", "age": 15}, ["mini_maria"]),
        ({"need": "substance_use", "age": 19}, ["mini_maria"]),
        ({"need": "substance_use", "age": 19, "role": "child"}, ["mini_maria"]),
        ({"need": "substance_use", "age": 20}, ["adult_addiction"]),
        ({"need": "substance_use", "age": 20, "role": "child"}, ["adult_addiction"]),
        ({"need": "substance_use", "age": 45, "role": "other"}, ["adult_addiction"]),
        ({"need": "substance_use", "age_withheld": True}, ["mini_maria", "adult_addiction"]),
        ({"need": "substance_use", "role": "child", "age_withheld": True}, ["mini_maria", "adult_addiction"]),
        ({"need": "leave_crime"}, ["exit_programme"]),
        ({"need": "leave_crime", "age": 16}, ["exit_programme"]),
        ({"need": "leave_crime", "role": "other"}, ["exit_programme"]),
        ({"need": "youth_at_risk"}, ["youth_team"]),
        ({"need": "youth_at_risk", "role": "child"}, ["youth_team"]),
        (
            {"need": "youth_at_risk", "age": 14, "role": "child"},
            ["youth_team", "field_workers", "social_action_group"],
        ),
        ({"need": "youth_at_risk", "age": 11, "role": "child"}, ["youth_team", "field_workers"]),
        ({"need": "youth_at_risk", "age": 9, "role": "child"}, ["youth_team"]),
        ({"need": "youth_at_risk", "age": 17, "role": "child"}, ["youth_team", "social_action_group"]),
        ({"need": "youth_at_risk", "age": 14, "role": "self"}, ["field_workers", "youth_team", "social_action_group"]),
        ({"need": "youth_at_risk", "age": 14, "role": "other"}, ["youth_team", "field_workers", "child_protection"]),
        ({"need": "youth_at_risk", "role": "other"}, ["youth_team", "child_protection"]),
        ({"need": "youth_at_risk", "age": 19, "role": "other"}, ["youth_team", "social_action_group"]),
        ({"need": "youth_at_risk", "age": 25, "role": "child"}, ["exit_programme"]),
        ({"need": "child_welfare"}, ["child_protection"]),
        ({"need": "child_welfare", "role": "other"}, ["child_protection"]),
        ({"need": "child_welfare", "age": 13, "role": "self"}, ["child_protection"]),
        ({"need": "child_welfare", "role": "child"}, ["youth_team", "child_protection"]),
        ({"need": "partner_violence"}, ["violence_centre"]),
        ({"need": "partner_violence", "age": 40}, ["violence_centre"]),
        ({"need": "partner_violence", "age": 12, "role": "self"}, ["child_protection"]),
        ({"need": "partner_violence", "age": 12, "role": "other"}, ["child_protection"]),
        ({"need": "partner_violence", "age": 15, "role": "child"}, ["violence_centre", "youth_team"]),
        ({"need": "honour_violence"}, ["honour_support"]),
        ({"need": "honour_violence", "age": 12}, ["child_protection"]),
        ({"need": "honour_violence", "age": 13}, ["honour_support", "child_protection"]),
        ({"need": "honour_violence", "age": 17, "role": "child"}, ["honour_support"]),
        ({"need": "honour_violence", "age": 26}, ["honour_support"]),
        ({"need": "honour_violence", "age": 27}, ["violence_centre"]),
        ({"need": "prison_release"}, ["release_support"]),
        ({"need": "unsafe_place"}, ["safe_places"]),
        ({"need": "confidentiality"}, ["contact_centre"]),
        ({"need": "human"}, ["contact_centre"]),
        ({"need": "smalltalk"}, ["contact_centre"]),
        ({"need": "other_city"}, ["contact_centre"]),
        ({"need": "nobody knows this one"}, ["contact_centre"]),
        ({"need": "emergency"}, []),
        ({"need": "suicide_risk"}, []),
    ],
)
def test_the_service_for_a_need(demo: Catalogue, situation: dict[str, Any], expected: list[str]) -> None:
    assert services(demo, **situation) == expected


@pytest.mark.parametrize("age", [None, 3, 11, 14, 17])
def test_a_worry_about_ones_own_child_never_leads_to_a_report(demo: Catalogue, age: int | None) -> None:
    assert "child_protection" not in services(demo, need="youth_at_risk", age=age, role="child")


@pytest.mark.parametrize("need", NEEDS)
def test_age_is_asked_only_for_substance_use(demo: Catalogue, need: str) -> None:
    asked = route(Situation(need), demo, AT).ask == "age"
    assert asked is (need == "substance_use")


@pytest.mark.parametrize("role", [None, "self", "child", "other"])
def test_while_the_age_is_asked_no_service_is_named(demo: Catalogue, role: str | None) -> None:
    outcome = route(Situation("substance_use", role=role), demo, AT)
    assert outcome.ask == "age" and outcome.offers == ()


@pytest.mark.parametrize("need", NEEDS)
def test_place_is_asked_only_where_a_district_decides(demo: Catalogue, need: str) -> None:
    asked = route(Situation(need, age=30), demo, AT).ask == "place"
    assert asked is (need in ("unsafe_place", "child_welfare"))


def test_the_service_is_named_while_the_place_is_asked(demo: Catalogue) -> None:
    outcome = route(Situation("youth_at_risk", role="child"), demo, AT)
    assert outcome.ask == "place" and outcome.offers[0].service == "youth_team"


@pytest.mark.parametrize("need", NEEDS)
def test_what_was_withheld_is_not_asked_again(demo: Catalogue, need: str) -> None:
    assert route(Situation(need, age_withheld=True, place_withheld=True), demo, AT).ask is None


def test_a_district_is_given_only_to_services_that_have_one(demo: Catalogue) -> None:
    outcome = route(Situation("partner_violence", age=15, role="child", district="farsta"), demo, AT)
    assert {offer.service: offer.district for offer in outcome.offers} == {
        "violence_centre": None,
        "youth_team": "farsta",
        "contact_centre": None,
    }
    assert outcome.ask is None


def test_an_unknown_district_is_asked_about(demo: Catalogue) -> None:
    outcome = route(Situation("unsafe_place", district="solna"), demo, AT)
    assert outcome.ask == "place" and outcome.offers[0].district is None


def test_the_contact_centre_stands_in_for_a_missing_number(demo: Catalogue) -> None:
    def last(**situation: Any) -> str:
        return route(Situation(**situation), demo, AT).offers[-1].service

    assert last(need="partner_violence") == "contact_centre"
    assert last(need="unsafe_place", district="bromma") == "contact_centre"
    assert last(need="unsafe_place", district="farsta") == "safe_places"
    assert last(need="leave_crime") == "exit_programme"


@pytest.mark.parametrize("need", NEEDS)
def test_live_with_nothing_confirmed_leaves_the_contact_centre_and_asks_nothing(live: Catalogue, need: str) -> None:
    outcome = route(Situation(need), live, AT)
    assert outcome.always_open == ("emergency_112",)
    assert outcome.ask is None
    expected = [] if need in ("emergency", "suicide_risk") else ["contact_centre"]
    assert [offer.service for offer in outcome.offers] == expected


def test_live_with_everything_confirmed_is_like_demo(demo: Catalogue, confirmed: Catalogue) -> None:
    for need in NEEDS:
        for age in (None, 14, 30):
            situation = Situation(need, age=age)
            assert route(situation, confirmed, AT) == route(situation, demo, AT)


def test_every_outcome_says_why(demo: Catalogue) -> None:
    for need in NEEDS:
        for age in (None, 5, 14, 17, 19, 24, 40):
            for role in (None, "self", "child", "other"):
                outcome = route(Situation(need, age=age, role=role), demo, AT)
                assert outcome.reason.endswith(".")
                assert all(offer.reason.replace("_", "").isalnum() for offer in outcome.offers)


def test_the_reason_tells_two_ages_apart(demo: Catalogue) -> None:
    young, old = (route(Situation("substance_use", age=age), demo, AT).reason for age in (15, 45))
    assert young == "Alkohol eller droger, under 20 år: Mini Maria."
    assert old == "Alkohol eller droger, 20 år eller äldre: stöd för vuxna."


def test_of_two_needs_the_one_where_someone_is_hurt_comes_first() -> None:
    assert in_order(("substance_use", "partner_violence")) == ("partner_violence", "substance_use")
    assert in_order(("parenting", "youth_at_risk", "parenting")) == ("youth_at_risk", "parenting")
    assert in_order(("human", "suicide_risk")) == ("suicide_risk", "human")


@settings(deadline=None)
@given(
    need=st.sampled_from(NEEDS) | st.text(max_size=20),
    age=st.none() | st.integers(),
    role=st.none() | st.sampled_from(("self", "child", "other")) | st.text(max_size=5),
    district=st.none() | st.text(max_size=10) | st.just("jarva"),
    withheld=st.booleans(),
    topic=st.none() | st.sampled_from(NEEDS),
    at=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(timezone.utc)),
    mode=st.sampled_from(("demo", "live")),
)
def test_it_never_raises_and_always_leads_somewhere(
    need: str,
    age: int | None,
    role: str | None,
    district: str | None,
    withheld: bool,
    topic: str | None,
    at: datetime,
    mode: str,
    demo: Catalogue,
    live: Catalogue,
) -> None:
    catalogue = demo if mode == "demo" else live
    situation = Situation(need, age, withheld, role, None, district, withheld, topic)
    outcome = route(situation, catalogue, at)
    assert {offer.service for offer in outcome.offers} <= SERVICES
    assert outcome.offers or outcome.ask == "age" or need in ("emergency", "suicide_risk")
    assert outcome.always_open
