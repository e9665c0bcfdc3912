"""The dialogue's files agree: one intent, one action; every sentence that is said exists, and none is forgotten."""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import product

import pytest
from ruamel.yaml import YAML

from bot.routing.talk import TOPICS, Talk
from bot.sentences import Sentences, UnknownSentenceError
from bot.understanding import decision
from bot.understanding.urgent import load_rules
from tests.test_tree import ROOT

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


def test_every_field_of_the_talk_is_a_slot_that_decides_no_rule() -> None:
    assert set(DOMAIN["slots"]) == {field.name for field in fields(Talk)}
    assert not [name for name, slot in DOMAIN["slots"].items() if slot["influence_conversation"]]


def test_topics_are_the_same_in_understanding_and_routing() -> None:
    assert decision.TOPICS == TOPICS


def wanted_sentences() -> set[str]:
    """Every sentence that the code may say: named outright, or put together from a need, a role, a case."""
    named = set(re.findall(r'"(utter_[a-z0-9_]+)"', "\n".join(SOURCES)))
    intros = {f"utter_intro_{need}_{role}" for need, role in product(TOPICS, ("self", "child", "other"))}
    others = {f"utter_intro_{need}" for need in ("other_city", "smalltalk", "confidentiality", "human")}
    labels = {f"utter_label_{need}" for need in decision.NEEDS} | {f"utter_label_after_{need}" for need in TOPICS}
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
        Sentences.load().text("utter_nothing")


@pytest.mark.parametrize("name", sorted(DOMAIN["responses"]))
def test_a_sentence_keeps_the_rules_of_tone(name: str) -> None:
    variants = DOMAIN["responses"][name]
    assert len(variants) == 1, "each sentence stands once, so that what was said can be found again"
    text = variants[0]["text"].lower()
    for forbidden in ("helt anonym", "hemligt", "föräldrar får inte veta", "sms till 112", "sms:a 112"):
        assert forbidden not in text
    numbers = re.findall(r"\d[\d -]{2,}\d", text)
    allowed = {"112", "114 14", "1177", "070-123 45 67", "2 000"}
    assert set(numbers) <= allowed, "numbers come from services.yml, where each has a source"


@pytest.mark.parametrize("name", sorted(n for n in DOMAIN["responses"] if n.startswith("utter_urgent_")))
def test_a_crisis_text_has_a_version_and_an_approver(name: str) -> None:
    if name in ("utter_urgent_line", "utter_urgent_then", "utter_urgent_calling", "utter_urgent_not_calling"):
        return
    variant = DOMAIN["responses"][name][0]
    assert set(variant["metadata"]) == {"version", "approved_by", "approved_on"}
    assert "112" in variant["text"]
