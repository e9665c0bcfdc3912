"""Comparing an answer with what scenarios.yml expects of it."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import func, select

from bot.database import create_database_engine, reading
from bot.sentences import Sentences
from bot.tables import cases, messages
from tests.town import Answer, Resident, Town

SENTENCES = Sentences.load("demo")


def play(town: Town, scenario: dict[str, Any], wording: str) -> None:
    """One talk from its first message on; the first thing that is wrong is an AssertionError that shows it."""
    resident, before = town.resident(), count_cases(town)
    resident.say(wording)
    if said("utter_clarify", resident.last.text) and label(scenario.get("means", "")) in resident.last.choices:
        resident.choose(label(scenario["means"]))
    check(resident.last, scenario["expect"], f"after '{wording}'")
    for step in scenario.get("then", []):
        take(resident, step)
        check(resident.last, step.get("expect", {}), f"after '{wording}' and '{step.get('say') or step['press']}'")
        _check_district(town, resident.last, step.get("expect", {}))
    expectations = [part.get("expect", {}) for part in (scenario, *scenario.get("then", []))]
    for expected in [expectation["cases"] for expectation in expectations if "cases" in expectation][-1:]:
        assert count_cases(town) - before == expected, f"'{wording}' opened another number of cases"


def take(resident: Resident, step: dict[str, Any]) -> None:
    """Type or press."""
    if "say" in step:
        resident.say(step["say"])
        return
    wanted = label(step["press"])
    assert wanted in resident.last.choices, f"'{wanted}' is not among {list(resident.last.choices)}"
    resident.choose(wanted)


def check(answer: Answer, expected: dict[str, Any], where: str) -> None:
    """Compare one answer with what is expected; the failure shows what was said."""
    shown = f"{where} the assistant said:\n{answer.text}\nservices: {answer.services}, buttons: {list(answer.choices)}"
    assert answer.status == 200, f"{where}: {answer.status} {answer.body}"
    _check_services(answer, expected, shown)
    _check_words(answer, expected, shown)
    if "urgent" in expected:
        urgent = {message["urgent"] for message in answer.messages} - {None}
        assert urgent == (set() if expected["urgent"] == "none" else {expected["urgent"]}), shown
    _check_buttons(answer, expected, shown)
    _check_case(answer, expected, shown)


def _check_services(answer: Answer, expected: dict[str, Any], shown: str) -> None:
    for name in _as_list(expected.get("service")):
        assert name in answer.services, shown
    assert not set(expected.get("no_service", [])) & set(answer.services), shown
    if "any_service" in expected:
        assert set(expected["any_service"]) & set(answer.services), shown
    if "first_service" in expected:
        assert answer.services[0] == expected["first_service"], shown
    cards = [message["service"] for message in answer.messages if message["service"]]
    if expected.get("open_now"):
        assert any(card["open_now"] and card["phone"] for card in cards), shown


def _check_district(town: Town, answer: Answer, expected: dict[str, Any]) -> None:
    """The card does not show the district by its id; the transcript keeps it."""
    if "district" in expected:
        ids = [int(message["id"].lstrip("m")) for message in answer.messages]
        with reading(create_database_engine(town.settings.database_url)) as connection:
            cards = connection.execute(select(messages.c.service).where(messages.c.id.in_(ids))).scalars().all()
        assert expected["district"] in [card["district"] for card in cards if card], f"{cards} after {answer.text}"


def _check_words(answer: Answer, expected: dict[str, Any], shown: str) -> None:
    if "starts" in expected:
        assert said(expected["starts"], answer.messages[0]["text"]), shown
    for sentence in expected.get("says", []):
        assert said(sentence, answer.text), f"{sentence} is missing; {shown}"
    if "says_any" in expected:
        assert any(said(sentence, answer.text) for sentence in expected["says_any"]), shown
    for words in expected.get("never", []):
        assert not said(words, answer.text), f"'{words}' was said; {shown}"


def _check_buttons(answer: Answer, expected: dict[str, Any], shown: str) -> None:
    assert {label(name) for name in expected.get("buttons", [])} <= set(answer.choices), shown
    assert not {label(name) for name in expected.get("no_buttons", [])} & set(answer.choices), shown
    if "any_button" in expected:
        assert {label(name) for name in expected["any_button"]} & set(answer.choices), shown


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


def label(name: str) -> str:
    """What stands on a button: a sentence by its name, or the text itself."""
    return SENTENCES.text(name) if name.startswith("utter_") else name


def count_cases(town: Town) -> int:
    """How many cases the installation holds."""
    engine = create_database_engine(town.settings.database_url)
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(cases)).scalar_one())


def _as_list(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)
