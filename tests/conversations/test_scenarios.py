"""The scenarios of scenarios.yml through the whole house. Rasa's own test command never calls an action; this does."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sqlalchemy import func, select

from bot.database import create_database_engine, reading
from bot.tables import cases, messages
from tests.conversations.checking import label, play, said
from tests.town import Resident, Town

pytestmark = pytest.mark.slow


def load(name: str) -> list[dict[str, Any]]:
    """One of the files of talks."""
    talks: list[dict[str, Any]] = YAML(typ="safe").load(
        Path(__file__).with_name(f"{name}.yml").read_text(encoding="utf-8")
    )
    return talks


SCENARIOS = [*load("scenarios"), *load("danger"), *load("leaving")]
QUESTIONS = load("questions")
FRESH, MAY_MISS = 6, 1


def first_messages() -> Iterator[Any]:
    for scenario in SCENARIOS:
        for number, wording in enumerate(scenario.get("wordings", []), 1):
            yield pytest.param(scenario, wording, id=f"{scenario['scenario']}-{number}")


@pytest.mark.parametrize(("scenario", "wording"), first_messages())
def test_a_scenario_comes_out_right(town: Town, scenario: dict[str, Any], wording: str) -> None:
    play(town, scenario, wording)


def rows() -> Iterator[Any]:
    for scenario in SCENARIOS:
        if "fresh" in scenario:
            yield pytest.param(scenario, id=f"row-{scenario['scenario']}")


@pytest.mark.parametrize("scenario", rows())
def test_five_of_six_new_wordings_come_out_right(town: Town, scenario: dict[str, Any]) -> None:
    missed = {}
    for wording in scenario["fresh"]:
        try:
            play(town, scenario, wording)
        except AssertionError as error:
            missed[wording] = str(error)
    print(f"row {scenario['scenario']}: {FRESH - len(missed)} of {FRESH}", *missed, sep="\n  missed: ")
    assert len(scenario["fresh"]) == FRESH
    assert len(missed) <= MAY_MISS, "\n\n".join(missed.values())


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question["scenario"]).replace(" ", "-"))
def test_a_question_that_people_really_ask_has_an_answer(town: Town, question: dict[str, Any]) -> None:
    missed = []
    for wording in question["fresh"]:
        try:
            play(town, question, wording)
        except AssertionError as error:
            missed.append(str(error))
    assert len(missed) <= MAY_MISS, "\n\n".join(missed)


def test_20_a_double_tap_makes_one_case_and_one_answer(town: Town) -> None:
    resident = town.resident()
    resident.say("min brorsa vill hoppa av men han vågar inte ringa")
    message_id = str(uuid.uuid4())
    body = {"id": message_id, "choice": resident.last.choices[label("utter_label_answer_later")]}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: Resident(town.chat, resident.token)._post(body), range(4)))
    assert [answer.status for answer in answers] == [200] * 4
    assert len({str(answer.body) for answer in answers}) == 1
    assert _cases_of(town, message_id) == 1


def test_5_nothing_that_names_the_brother_is_stored(town: Town) -> None:
    resident = town.resident()
    resident.say("min bror Kevin, 070-123 45 67, född 990112-1234, vill hoppa av men vågar inte ringa")
    engine = create_database_engine(town.settings.database_url)
    with reading(engine) as connection:
        stored = "\n".join(connection.execute(select(messages.c.text)).scalars())
    for word in ("070-123 45 67", "990112-1234", "Kevin"):
        assert word not in stored
    assert "070-123 45 67" not in town.logs()


def test_a_dead_action_server_promises_nothing_and_shows_numbers(town: Town) -> None:
    resident = town.resident()
    resident.say("min brorsa vill hoppa av men han vågar inte ringa")
    town.stop("actions")
    try:
        began = time.monotonic()
        answer = resident.choose(label("utter_label_answer_later"))
        assert time.monotonic() - began < 10
        assert answer.status in (200, 503)
        assert not said("Vi har tagit emot", answer.text)
        assert "112" in answer.text or "emergency_112" in answer.services
        assert call_health(town) == 503
    finally:
        town.start("actions")


def test_a_dead_rasa_still_answers_danger_with_112(town: Town) -> None:
    resident = town.resident()
    town.stop("rasa")
    try:
        danger = resident.say("han andas inte")
        assert any(message["urgent"] == "emergency" for message in danger.messages), danger.body
        assert "112" in danger.text
        other = resident.say("vad finns det för föräldrakurser?")
        assert not said("Vi har tagit emot", other.text)
        assert any(message["service"] and message["service"]["phone"] for message in other.messages), other.body
    finally:
        town.start("rasa")
    assert said("utter_ask_topic", resident.say("vad kostar det?").text) or resident.last.status == 200


def call_health(town: Town) -> int:
    """The status of /healthz."""
    from tests.town import call

    return call(town.chat, "GET", "/healthz").status


def _cases_of(town: Town, message_id: str) -> int:
    engine = create_database_engine(town.settings.database_url)
    with reading(engine) as connection:
        wanted = select(func.count()).select_from(cases).where(cases.c.message_id == message_id)
        return int(connection.execute(wanted).scalar_one())
