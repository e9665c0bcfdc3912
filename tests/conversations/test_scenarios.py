"""The scenarios of scenarios.yml through the whole house. Rasa's own test command never calls an action; this does."""

from __future__ import annotations

import re
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
from bot.sentences import Sentences
from bot.tables import cases, messages
from tests.town import Answer, Resident, Town

pytestmark = pytest.mark.slow
SENTENCES = Sentences.load("demo")
SCENARIOS = YAML(typ="safe").load(Path(__file__).with_name("scenarios.yml").read_text(encoding="utf-8"))


def first_messages() -> Iterator[Any]:
    for scenario in SCENARIOS:
        for number, wording in enumerate(scenario["wordings"], 1):
            yield pytest.param(scenario, wording, id=f"{scenario['scenario']}-{number}")


@pytest.mark.parametrize(("scenario", "wording"), first_messages())
def test_a_scenario_comes_out_right(town: Town, scenario: dict[str, Any], wording: str) -> None:
    resident = town.resident()
    check(resident.say(wording), scenario["expect"], f"after '{wording}'")
    for step in scenario.get("then", []):
        said = step.get("say") or _label(step["press"])
        answer = resident.say(said) if "say" in step else resident.choose(said)
        check(answer, step.get("expect", {}), f"after '{said}'")


def check(answer: Answer, expected: dict[str, Any], where: str) -> None:
    """Compare one answer with what is expected; the failure shows what was said."""
    shown = f"{where} the assistant said:\n{answer.text}\nservices: {answer.services}, buttons: {list(answer.choices)}"
    assert answer.status == 200, f"{where}: {answer.status} {answer.body}"
    urgent = {message["urgent"] for message in answer.messages} - {None}
    for name in _as_list(expected.get("service")):
        assert name in answer.services, shown
    assert not set(expected.get("no_service", [])) & set(answer.services), shown
    for sentence in expected.get("says", []):
        assert said(sentence, answer.text), f"{sentence} is missing; {shown}"
    for words in expected.get("never", []):
        assert not said(words, answer.text), f"'{words}' was said; {shown}"
    if "urgent" in expected:
        assert urgent == (set() if expected["urgent"] == "none" else {expected["urgent"]}), shown
    assert {_label(name) for name in expected.get("buttons", [])} <= set(answer.choices), shown
    _check_case(answer, expected, shown)


def _check_case(answer: Answer, expected: dict[str, Any], shown: str) -> None:
    shown_cases = [message["case"] for message in answer.messages if message["case"]]
    if expected.get("receipt"):
        assert re.fullmatch(r"\d{4}( ?\d{4}){3}", shown_cases[0]["receipt"]), shown
    if expected.get("due"):
        assert shown_cases[0]["due_at"], shown


def said(sentence: str, text: str) -> bool:
    """Whether a sentence of domain.yml, whatever fills its placeholders, or plain words stand in the text."""
    if not sentence.startswith("utter_"):
        return sentence.lower() in text.lower()
    parts = [part.strip() for part in re.split(r"\{\w+\}", SENTENCES.text(sentence)) if part.strip()]
    return all(part in text for part in parts)


def _label(name: str) -> str:
    return SENTENCES.text(name) if name.startswith("utter_") else name


def _as_list(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def test_20_a_double_tap_makes_one_case_and_one_answer(town: Town) -> None:
    resident = town.resident()
    resident.say("min brorsa vill hoppa av men han vågar inte ringa")
    label, message_id = _label("utter_label_answer_later"), str(uuid.uuid4())
    body = {"id": message_id, "choice": resident.last.choices[label]}
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
        answer = resident.choose(_label("utter_label_answer_later"))
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
