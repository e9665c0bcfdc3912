"""The dialogue's files agree: one intent, one action; every sentence that is said exists, and none is forgotten."""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import product

import pytest
from ruamel.yaml import YAML

from bot.routing.talk import TOPICS, Talk
from bot.sentences import Sentences, UnknownSentenceError, read_texts
from bot.understanding import intents
from bot.understanding.language import find_language
from bot.understanding.urgent import load_rules
from tests.test_tree import ROOT

# Words between two full stops: longer ones are hard to read for whoever is frightened or new to the language.
LONGEST_SENTENCE = 30
DOMAIN = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))
RULES = [
    rule
    for path in sorted((ROOT / "data" / "rules").glob("*.yml"))
    for rule in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["rules"]
]
SOURCES = [
    path.read_text(encoding="utf-8")
    for top in ("bot", "actions")
    for path in (ROOT / top).rglob("*.py")
    if "migrations" not in path.parts
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_a_rule_is_one_intent_and_one_action(rule: dict[str, object]) -> None:
    steps = rule["steps"]
    assert isinstance(steps, list)
    assert [list(step) for step in steps] == [["intent"], ["action"]]


def test_every_intent_has_exactly_one_rule() -> None:
    intents = [rule["steps"][0]["intent"] for rule in RULES]
    assert sorted(intents) == sorted(DOMAIN["intents"])


def test_a_rule_never_promises() -> None:
    """Only the code that has committed a case may say so (DESIGN promise 1)."""
    said = {rule["steps"][1]["action"] for rule in RULES}
    assert not [name for name in said if name.startswith("utter_case")]


def test_rasa_never_says_a_crisis_text_by_itself() -> None:
    """In live an unapproved one is replaced by our own code, which Rasa's would pass by."""
    assert not [rule for rule in RULES if rule["steps"][1]["action"].startswith("utter_urgent")]


def test_every_field_of_the_talk_is_a_slot_that_decides_no_rule() -> None:
    assert set(DOMAIN["slots"]) == {field.name for field in fields(Talk)}
    assert not [name for name, slot in DOMAIN["slots"].items() if slot["influence_conversation"]]


def test_topics_are_the_same_in_understanding_and_routing() -> None:
    assert intents.TOPICS == TOPICS


def wanted_sentences() -> set[str]:
    """Every sentence that the code may say: named outright, or put together from a need, a role, a case."""
    named = set(re.findall(r'"(utter_[a-z0-9_]+)"', "\n".join(SOURCES)))
    intros = {f"utter_intro_{need}_{role}" for need, role in product(TOPICS, ("self", "child", "other"))}
    others = {f"utter_intro_{need}" for need in ("other_city", "smalltalk", "confidentiality", "human")}
    labels = {f"utter_label_{need}" for need in intents.NEEDS} | {f"utter_label_after_{need}" for need in TOPICS}
    urgent = {f"utter_urgent_{rule.case}" for rule in load_rules().cases} | {
        "utter_urgent_danger",
        "utter_urgent_quiet",
    }
    return named | intros | others | labels | urgent


@pytest.mark.parametrize("name", sorted(wanted_sentences()))
def test_a_sentence_that_may_be_said_is_in_the_domain(name: str) -> None:
    assert name in DOMAIN["responses"], f"The code says {name}; write it in domain.yml."


def test_an_unknown_sentence_is_an_error() -> None:
    with pytest.raises(UnknownSentenceError, match="utter_nothing"):
        Sentences.load("demo").text("utter_nothing")


# What must not be said in any language: promises that nobody can keep.
NEVER = {
    "sv": ("helt anonym", "hemligt", "föräldrar får inte veta", "sms till 112", "sms:a 112"),
    "en": (
        "completely anonymous",
        "secret",
        "parents will not",
        "nobody will know",
        "we promise",
        "text 112",
        "guarantee",
    ),
}
NUMBERS = {"112", "114 14", "1177", "070-123 45 67", "2 000", "2,000"}
TEXTS = {(text.name, text.language): text for text in read_texts()}


@pytest.mark.parametrize("name", sorted(DOMAIN["responses"]))
def test_a_sentence_stands_once_in_swedish_and_once_in_english(name: str) -> None:
    conditions = [variant.get("condition") for variant in DOMAIN["responses"][name]]
    assert conditions[:2] == [None, [{"type": "slot", "name": "language", "value": "en"}]]
    languages = [text.language for text in read_texts() if text.name == name]
    assert len(languages) == len(conditions), "what was said must be found again: one text in each language"


@pytest.mark.parametrize("name", sorted(DOMAIN["responses"]))
def test_a_sentence_has_the_same_placeholders_and_numbers_in_both_languages(name: str) -> None:
    swedish, english = TEXTS[name, "sv"].text, TEXTS[name, "en"].text
    for pattern in (r"\{\w+\}", r"\d[\d -]*\d"):
        found = [sorted(set(re.findall(pattern, text.replace("2,000", "2 000")))) for text in (swedish, english)]
        assert found[0] == found[1]


@pytest.mark.parametrize("name", sorted(DOMAIN["responses"]))
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_sentence_keeps_the_rules_of_tone(name: str, language: str) -> None:
    text = TEXTS[name, language].text.lower()
    assert not [words for words in NEVER[language] if words in text]
    numbers = re.findall(r"\d[\d ,-]{1,}\d", text)
    assert set(numbers) <= NUMBERS, "numbers come from services.yml, where each has a source"
    sentences = re.split(r"[.!?:]\s", text)
    assert max(len(sentence.split()) for sentence in sentences) <= LONGEST_SENTENCE


@pytest.mark.parametrize("name", sorted(DOMAIN["responses"]))
def test_an_english_text_is_english(name: str) -> None:
    text = re.sub(r"\{\w+\}", "", TEXTS[name, "en"].text)
    if len(text.split()) > 4:
        assert find_language(text) == "en"


@pytest.mark.parametrize("name", sorted(n for n in DOMAIN["responses"] if n.startswith("utter_urgent_")))
def test_a_crisis_text_has_a_version_and_an_approver(name: str) -> None:
    if name in ("utter_urgent_line", "utter_urgent_then", "utter_urgent_calling", "utter_urgent_not_calling"):
        return
    for variant in DOMAIN["responses"][name]:
        assert set(variant["metadata"]) == {"version", "approved_by", "approved_on"}
        assert "112" in variant["text"]
