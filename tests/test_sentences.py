"""The sentences of domain.yml, read without Rasa. What they say is tested in test_dialogue.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sentences import Sentences, UnknownSentenceError, unapproved_texts

SENTENCES = Sentences(
    {
        "utter_plain": "Hej!",
        "utter_filled": "{name} har öppet {hours}. {name} svarar.",
        "utter_odd": "Ring {number} {",
    }
)


def test_a_sentence_is_said_as_it_stands() -> None:
    assert SENTENCES.text("utter_plain") == "Hej!"


def test_every_placeholder_is_filled_wherever_it_stands() -> None:
    filled = SENTENCES.text("utter_filled", name="Mini Maria", hours="9–16")
    assert filled == "Mini Maria har öppet 9–16. Mini Maria svarar."


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"number": 112}, "Ring 112 {"),
        ({}, "Ring {number} {"),
        ({"number": None}, "Ring None {"),
        ({"number": 1, "unknown": "x"}, "Ring 1 {"),
    ],
)
def test_odd_brackets_and_values_raise_nothing(values: dict[str, object], expected: str) -> None:
    assert SENTENCES.text("utter_odd", **values) == expected


def test_a_value_named_name_does_not_collide_with_the_sentences_name() -> None:
    assert SENTENCES.text("utter_filled", name="A", hours="B").startswith("A har öppet B")


@pytest.mark.parametrize("value", ["{hours}", "{0}", "%s", "\\1"])
def test_a_value_with_signs_of_its_own_is_said_as_it_is(value: str) -> None:
    assert SENTENCES.text("utter_filled", hours="nu", name=value).count(value) == 2


def test_an_unknown_sentence_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownSentenceError, match="utter_nothing"):
        SENTENCES.text("utter_nothing")


def test_a_domain_is_read_with_its_first_variant_only(tmp_path: Path) -> None:
    path = tmp_path / "domain.yml"
    path.write_text(
        'responses:\n  utter_a:\n    - text: "första"\n    - text: "andra"\n  utter_b:\n    - custom: {x: 1}\n',
        encoding="utf-8",
    )
    assert Sentences.load("demo", path).texts == {"utter_a": "första", "utter_b": ""}


DOMAIN = """
responses:
  utter_a:
    - text: "hej"
    - text: "hello"
      condition: [{type: slot, name: language, value: en}]
    - text: "iska waran"
      condition: [{type: slot, name: language, value: so}]
      metadata: {version: 1, approved_by: %s, approved_on: %s}
  utter_only_swedish:
    - text: "bara svenska"
  utter_urgent_minimal:
    - text: "Ring 112."
      metadata: {version: 1, approved_by: null, approved_on: null}
    - text: "Call 112."
      condition: [{type: slot, name: language, value: en}]
      metadata: {version: 1, approved_by: null, approved_on: null}
  utter_urgent_fire:
    - text: "Gå ut."
      metadata: {version: 1, approved_by: Kim Kris, approved_on: 2026-11-22}
    - text: "Get out."
      condition: [{type: slot, name: language, value: en}]
      metadata: {version: 1, approved_by: null, approved_on: null}
"""


@pytest.fixture
def domain(tmp_path: Path) -> Path:
    path = tmp_path / "domain.yml"
    path.write_text(DOMAIN % ("null", "null"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("language", "said"), [(None, "hej"), ("sv", "hej"), ("en", "hello"), ("ar", "hej"), ("so", "hej")]
)
def test_a_sentence_is_said_in_the_language_of_the_talk_else_in_swedish(
    domain: Path, language: str | None, said: str
) -> None:
    assert Sentences.load("demo", domain).of(language).text("utter_a") == said


def test_from_english_one_comes_back_to_swedish(domain: Path) -> None:
    english = Sentences.load("demo", domain).of("en")
    assert (english.language_of("utter_a"), english.language_of("utter_only_swedish")) == ("en", "sv")
    assert (english.text("utter_only_swedish"), english.of("sv").text("utter_a")) == ("bara svenska", "hej")


@pytest.mark.parametrize("mode", ["demo", "live"])
def test_another_language_is_said_only_when_somebody_has_approved_it(domain: Path, mode: str) -> None:
    assert not Sentences.load(mode, domain).has("utter_a", "so")
    domain.write_text(DOMAIN % ("Kim Kris", "2026-11-22"), encoding="utf-8")
    approved = Sentences.load(mode, domain)
    assert approved.has("utter_a", "so") and approved.of("so").text("utter_a") == "iska waran"
    assert not approved.has("utter_only_swedish", "so")


def test_in_live_a_crisis_text_without_approver_gives_way_to_the_minimal_one_in_each_language(domain: Path) -> None:
    live = Sentences.load("live", domain)
    assert (live.text("utter_urgent_fire"), live.of("en").text("utter_urgent_fire")) == ("Gå ut.", "Call 112.")
    assert live.text("utter_urgent_minimal") == "Ring 112."


def test_in_demo_a_crisis_text_is_said_as_it_stands(domain: Path) -> None:
    assert Sentences.load("demo", domain).of("en").text("utter_urgent_fire") == "Get out."


def test_an_approver_without_a_day_has_not_approved(domain: Path) -> None:
    domain.write_text(DOMAIN % ("Kim Kris", "null"), encoding="utf-8")
    assert next((t.name, t.language) for t in unapproved_texts(domain)) == ("utter_a", "so")


def test_every_crisis_text_of_the_project_holds_112_in_live() -> None:
    live = Sentences.load("live")
    named = [name for name in live.texts if name.startswith("utter_urgent_")]
    crisis = [name for name in named if name not in ("utter_urgent_line", "utter_urgent_then")]
    assert len(crisis) > 15
    for sentences in (live, live.of("en")):
        assert not [name for name in crisis if "112" not in sentences.text(name)]


def test_no_sentence_of_the_project_is_empty() -> None:
    texts = Sentences.load("demo").texts
    assert len(texts) > 100
    assert not [name for name, text in texts.items() if not text.strip()]
