"""Rasa's own part in the language of a talk: it fills the slot, keeps it, and picks the text, with the real domain."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.test_tree import ROOT

pytestmark = pytest.mark.slow  # imports Rasa


@pytest.fixture(scope="module")
def domain() -> Any:
    from rasa.shared.core.domain import Domain

    return Domain.load(str(ROOT / "domain.yml"))


def tracker_after(domain: Any, *entities: list[dict[str, Any]]) -> Any:
    """A tracker after so many messages, its slots filled as Rasa fills them before it chooses an action."""
    from rasa.core.actions.action import ActionExtractSlots
    from rasa.core.channels import CollectingOutputChannel
    from rasa.core.nlg import TemplatedNaturalLanguageGenerator
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    tracker = DialogueStateTracker.from_events("c", [], domain.slots)
    for found in entities:
        tracker.update(UserUttered("?", {"name": "greet", "confidence": 1.0}, found), domain)
        nlg = TemplatedNaturalLanguageGenerator(domain.responses)
        for event in asyncio.run(ActionExtractSlots(None).run(CollectingOutputChannel(), nlg, tracker, domain)):
            tracker.update(event, domain)
    return tracker


def said(domain: Any, tracker: Any, name: str) -> str:
    from rasa.core.nlg import TemplatedNaturalLanguageGenerator

    generator = TemplatedNaturalLanguageGenerator(domain.responses)
    return str(asyncio.run(generator.generate(name, tracker, "door"))["text"])


ENGLISH, SWEDISH = [{"entity": "language", "value": "en"}], [{"entity": "language", "value": "sv"}]


@pytest.mark.parametrize(
    ("messages", "begins"),
    [
        ([[]], "Hej!"),
        ([ENGLISH], "Hello!"),
        ([ENGLISH, []], "Hello!"),
        ([SWEDISH, ENGLISH], "Hello!"),
        ([ENGLISH, [], SWEDISH], "Hej!"),
    ],
)
def test_small_talk_is_in_the_language_of_the_talk(domain: Any, messages: list[Any], begins: str) -> None:
    assert said(domain, tracker_after(domain, *messages), "utter_greet").startswith(begins)


def test_the_component_hands_on_only_languages_that_are_spoken() -> None:
    from bot.understanding.components import _entities
    from bot.understanding.reading import read

    named = {
        text: [e["value"] for e in _entities(read(text)) if e["entity"] == "language"]
        for text in ("my son is 16 and smokes weed", "min son är 16 och röker", "mój syn pali marihuanę", "ok")
    }
    assert list(named.values()) == [["en"], ["sv"], [], []]


def test_a_language_that_is_not_spoken_is_heard_as_not_understood() -> None:
    from bot.understanding.components import heard
    from bot.understanding.decision import Thresholds, decide
    from bot.understanding.intents import Ranked
    from bot.understanding.reading import read

    reading, ranking = read("أنا خائفة على ابني"), [Ranked("emergency", 0.9)]
    found = heard(decide(ranking, reading.urgent, Thresholds(), reading.foreign), reading, ranking[0])
    wanted = {"decision": "fallback", "intent": "nlu_fallback", "need": None, "urgent": None, "choices": []}
    assert {name: found[name] for name in wanted} == wanted
    assert (found["reason"], found["language"]) == ("language: ar", "ar")
