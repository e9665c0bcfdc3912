"""What may be said in which mode, and what the catalogue answers to a question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.facts import Fact
from tests.routing.conftest import TODAY, entry

Changed = Callable[..., Catalogue]
QUESTIONS = ("cost", "wait", "age", "hours", "where", "how", "secrecy", "signup", "language")
LAST_DAY, DAY_AFTER = date(2027, 2, 22), date(2027, 2, 23)


def fact(confidence: Any = "high", confirmed: bool = False) -> Fact[str]:
    by, on = ("Anna", TODAY) if confirmed else (None, None)
    return Fact("x", "https://example.se", TODAY, confidence, by, on, LAST_DAY)


@pytest.mark.parametrize(
    ("mode", "confidence", "confirmed", "today", "usable", "marked"),
    [
        ("demo", "high", False, TODAY, True, True),
        ("demo", "medium", False, TODAY, True, True),
        ("demo", "low", False, TODAY, False, True),
        ("demo", "low", True, TODAY, True, False),
        ("demo", "high", True, TODAY, True, False),
        ("demo", "high", True, DAY_AFTER, True, True),
        ("demo", "low", True, DAY_AFTER, False, True),
        ("live", "high", False, TODAY, False, True),
        ("live", "high", True, LAST_DAY, True, False),
        ("live", "high", True, DAY_AFTER, False, True),
    ],
)
def test_when_a_fact_may_be_shown(
    mode: Any, confidence: str, confirmed: bool, today: date, usable: bool, marked: bool
) -> None:
    assert fact(confidence, confirmed).usable(mode, today) is usable
    assert fact(confidence, confirmed).marked(mode, today) is marked


def test_demo_answers_with_a_mark_and_a_source(demo: Catalogue) -> None:
    answer = demo.answer("mini_maria", "cost", None, TODAY)
    assert answer.text == "Alla besök är gratis."
    assert answer.marked
    assert answer.source.startswith("https://socialtstod.stockholm/")


def test_live_with_nothing_confirmed_answers_nothing(live: Catalogue) -> None:
    for service in live.services:
        for question in QUESTIONS:
            answer = live.answer(service, question, "jarva", TODAY)
            assert answer.text is None and not answer.marked


def test_a_confirmed_fact_is_answered_without_a_mark_until_its_last_day(changed: Changed) -> None:
    def confirm(data: dict[str, Any]) -> None:
        cost = entry(data, "services", "mini_maria")["cost"]
        cost.update(confirmed_by="Anna", confirmed_on=TODAY, expires_on=LAST_DAY)

    catalogue = changed(confirm, mode="live")
    assert catalogue.answer("mini_maria", "cost", None, LAST_DAY).text == "Alla besök är gratis."
    assert not catalogue.answer("mini_maria", "cost", None, LAST_DAY).marked
    assert catalogue.answer("mini_maria", "cost", None, DAY_AFTER).text is None
    assert catalogue.answer("mini_maria", "wait", None, TODAY).text is None


@pytest.mark.parametrize(
    ("service", "question"),
    [("mini_maria", "secrecy"), ("mini_maria", "how"), ("adult_addiction", "cost"), ("contact_centre", "hours")],
)
def test_what_nobody_found_out_is_not_answered(demo: Catalogue, service: str, question: str) -> None:
    assert demo.answer(service, question, None, TODAY).text is None


def test_hours_of_a_service_come_from_its_line(demo: Catalogue) -> None:
    answer = demo.answer("exit_programme", "hours", None, TODAY)
    assert answer.text == "Socialrådgivningen, 08-508 25 600: dygnet runt."
    assert answer.marked


def test_hours_of_a_district_line_are_told_only_there(demo: Catalogue) -> None:
    farsta = demo.answer("safe_places", "hours", "farsta", TODAY)
    assert farsta.text and "ons–tor 18–22" in farsta.text
    assert demo.answer("safe_places", "hours", "bromma", TODAY).text is None
    assert demo.answer("safe_places", "hours", None, TODAY).text is None


def test_the_first_contact_promise_is_given_in_demo_and_not_unconfirmed_in_live(
    demo: Catalogue, live: Catalogue, confirmed: Catalogue
) -> None:
    assert demo.promise_hours("exit_programme", TODAY) == 24
    assert demo.promise_marked("exit_programme", TODAY)
    assert live.promise_hours("exit_programme", TODAY) is None
    assert confirmed.promise_hours("exit_programme", TODAY) == 24
    assert not confirmed.promise_marked("exit_programme", TODAY)
    assert confirmed.promise_hours("exit_programme", DAY_AFTER) is None


def test_a_waiting_time_is_not_told_when_its_promise_may_not_be_given(changed: Changed, demo: Catalogue) -> None:
    def confirm(data: dict[str, Any]) -> None:
        entry(data, "services", "exit_programme")["wait"].update(confirmed_by="Anna", confirmed_on=TODAY)

    assert changed(confirm, mode="live").answer("exit_programme", "wait", None, TODAY).text is None
    assert demo.answer("exit_programme", "wait", None, TODAY).text == "Du ska få en första kontakt inom 24 timmar."


def test_only_one_service_promises_a_time(demo: Catalogue) -> None:
    assert [s for s in demo.services if demo.promise_hours(s, TODAY) is not None] == ["exit_programme"]


def test_cases_are_taken_in_demo_and_only_after_confirmation_in_live(
    demo: Catalogue, live: Catalogue, confirmed: Catalogue
) -> None:
    assert [s for s in demo.services if not demo.takes_cases(s)] == ["safe_places"]
    assert not any(live.takes_cases(s) for s in live.services)
    assert confirmed.takes_cases("mini_maria", TODAY)
    assert not confirmed.takes_cases("mini_maria", DAY_AFTER)
    assert not confirmed.takes_cases("safe_places")


def test_texts_are_empty_when_they_may_not_be_shown(demo: Catalogue, live: Catalogue) -> None:
    assert demo.text("mini_maria", "what", TODAY) == "Råd och stöd till unga om alkohol och droger."
    assert demo.text("mini_maria", "languages", TODAY) == ""
    assert live.text("mini_maria", "what", TODAY) == ""


def test_the_minimum_is_shown_in_live_with_nothing_confirmed(live: Catalogue) -> None:
    emergency, centre = live.lines["emergency_112"], live.lines["contact_centre_line"]
    phone, hours = live.shown(emergency, "phone", TODAY), live.shown(emergency, "hours", TODAY)
    assert phone and phone.value == "112"
    assert hours and hours.value.always
    assert not live.marked(emergency, "phone", TODAY)
    number = live.shown(centre, "phone", TODAY)
    assert number and number.value == "08-508 00 508"
    assert live.marked(centre, "phone", TODAY)
    assert live.text("contact_centre", "what", TODAY)


def test_the_minimum_stays_when_its_date_has_passed(live: Catalogue) -> None:
    late = date(2031, 1, 1)
    assert live.shown(live.lines["emergency_112"], "phone", late)
    assert not live.marked(live.lines["emergency_112"], "phone", late)
    assert live.shown(live.lines["contact_centre_line"], "phone", late)


def test_nothing_but_the_minimum_is_shown_in_live_unconfirmed(live: Catalogue) -> None:
    shown = [line.id for line in live.lines.values() if live.shown(line, "phone", TODAY)]
    assert shown == ["emergency_112", "contact_centre_line"]


def test_whom_to_ask_is_always_someone_with_a_number(demo: Catalogue, live: Catalogue) -> None:
    assert demo.whom_to_ask("exit_programme", None, TODAY) == "exit_programme"
    assert demo.whom_to_ask("mini_maria", None, TODAY) == "contact_centre"
    assert demo.whom_to_ask("youth_team", "jarva", TODAY) == "youth_team"
    assert demo.whom_to_ask("youth_team", "farsta", TODAY) == "contact_centre"
    assert live.whom_to_ask("exit_programme", None, TODAY) == "contact_centre"


def test_the_city_has_eleven_districts(demo: Catalogue) -> None:
    assert len(demo.districts) == 11
    assert demo.districts["jarva"] == "Järva"
