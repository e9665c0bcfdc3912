"""The sentences of domain.yml, read without Rasa. What they say is tested in test_dialogue.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sentences import Sentences, UnknownSentenceError

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
    assert Sentences.load(path).texts == {"utter_a": "första", "utter_b": ""}


def test_no_sentence_of_the_project_is_empty() -> None:
    texts = Sentences.load().texts
    assert len(texts) > 100
    assert not [name for name, text in texts.items() if not text.strip()]
