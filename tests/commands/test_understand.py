"""`understand`: one line in, one line out, whatever stands in it. A small parser stands in for the trained model."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from bot.commands.understand import FIELDS, answer_lines, behind_the_mask, understand
from bot.routing.catalogue import Catalogue

# DESIGN section 6.
PROMISED = {
    *("text", "decision", "need", "choices", "urgent", "service", "confidence", "intent"),
    *("age", "place", "district", "role"),
}
HEARD = {
    "decision": "answer",
    "intent": "substance_use",
    "confidence": 0.9,
    "need": "substance_use",
    "choices": [],
    "urgent": None,
    "age": 16,
    "place": "Farsta",
    "district": "farsta",
    "districts": ["farsta"],
    "role": "child",
    "reason": "model is sure",
}


@pytest.fixture(scope="module")
def demo() -> Catalogue:
    return Catalogue.load("demo")


def parser(**changes: Any) -> Any:
    """A parser that hears the same in every text."""
    heard = {**HEARD, **changes}
    return lambda text: {"text": text, "intent": {"name": heard["intent"], "confidence": 0.9}, "heard": heard}


def answered(catalogue: Catalogue, *lines: str) -> list[dict[str, Any]]:
    target = io.StringIO()
    answer_lines(io.StringIO("\n".join(lines) + "\n"), target, parser(), catalogue)
    return [json.loads(line) for line in target.getvalue().splitlines()]


def test_an_answer_has_every_field_of_the_interface(demo: Catalogue) -> None:
    found = understand("min son röker", parser(), demo)
    assert found.keys() == PROMISED == {"text", *FIELDS}
    assert found == {
        **{name: HEARD[name] for name in PROMISED - {"text", "service"}},
        "text": "min son röker",
        "service": "mini_maria",
    }


@pytest.mark.parametrize(
    "heard",
    [
        {"decision": "clarify", "need": None, "choices": ["parenting", "leave_crime"]},
        {"decision": "fallback", "need": None},
        {"urgent": "emergency", "need": "emergency", "choices": ["substance_use"]},
        {"age": None},
    ],
    ids=["clarify", "fallback", "danger", "the age decides"],
)
def test_without_a_sure_service_there_is_none(demo: Catalogue, heard: dict[str, Any]) -> None:
    found = understand("text", parser(**heard), demo)
    assert found.keys() == PROMISED
    assert found["service"] is None
    assert {name: found[name] for name in heard} == heard


def test_a_parser_that_hears_nothing_still_gives_every_field(demo: Catalogue) -> None:
    found = understand("", lambda _: {"intent": {"name": None}}, demo)
    assert found.keys() == PROMISED
    assert found["choices"] == [] and found["service"] is None


def test_each_line_is_answered_in_its_place(demo: Catalogue) -> None:
    found = answered(demo, '{"text": "ett"}', "{broken", '{"text": "två"}')
    assert [entry.get("text") for entry in found] == ["ett", None, "två"]
    assert "error" in found[1]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "12", "null", '"text"', "{}", '{"words": "hej"}', '{"text": 12}', '{"text": null}', '{"text": []}'],
)
def test_a_broken_line_gets_an_error_and_the_next_is_answered(demo: Catalogue, line: str) -> None:
    error, following = answered(demo, line, '{"text": "hej"}')
    assert error.keys() == {"error"} and '"text"' in error["error"]
    assert following["text"] == "hej"


def test_an_empty_text_is_a_text(demo: Catalogue) -> None:
    assert answered(demo, '{"text": ""}')[0]["text"] == ""


def test_empty_lines_are_passed_over(demo: Catalogue) -> None:
    assert len(answered(demo, "", '{"text": "hej"}', "   ")) == 1


def test_swedish_letters_are_written_as_they_are(demo: Catalogue) -> None:
    target = io.StringIO()
    answer_lines(io.StringIO('{"text": "åäö"}\n'), target, parser(), demo)
    assert "åäö" in target.getvalue()


def test_the_model_meets_what_the_door_has_masked() -> None:
    met: list[str] = []
    parse = behind_the_mask(lambda text: met.append(text) or {})
    parse("ring mig på 070-123 45 67")
    assert met and "070" not in met[0]
