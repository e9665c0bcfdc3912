"""What the rules see, as words for the model; never a name or a place."""

from __future__ import annotations

import pytest

from bot.understanding.concepts import concepts
from bot.understanding.meanings import meanings
from bot.understanding.urgent import urgent


@pytest.mark.parametrize(
    ("age", "word"),
    [
        (0, "child"),
        (9, "child"),
        (10, "teenager"),
        (15, "teenager"),
        (16, "youth"),
        (19, "youth"),
        (20, "adult"),
        (70, "adult"),
    ],
)
def test_an_age_becomes_its_class(age: int, word: str) -> None:
    assert f"age={word}" in meanings(f"jag är {age} år")


def test_findings_become_words() -> None:
    found = meanings("min son röker hasch, vad kostar det på mini maria")
    assert {"role=child", "relation=son", "question=cost", "service=mini_maria"} <= set(found)


def test_what_the_danger_rules_find_is_kept_from_the_model() -> None:
    text = "hon andas inte"
    assert urgent(text) is not None
    assert not [word for word in meanings(text) if word.startswith(("urgent", "case"))]


@pytest.mark.parametrize("place", ["Farsta", "Rinkeby", "Enskede"])
def test_that_a_place_is_named_counts_but_not_which(place: str) -> None:
    found = meanings(f"vi bor i {place}")
    assert "place" in found
    assert not [word for word in found if place.lower() in word.lower()]


def test_two_neighbourhoods_say_the_same_to_the_model() -> None:
    assert meanings("min son röker hasch i Farsta") == meanings("min son röker hasch i Rinkeby")


def test_classes_of_the_lexicon_stand_first_once_each_in_order() -> None:
    text = "han har kniv och pistol och röker hasch, braj och gräs"
    classes = sorted(set(concepts(text)))
    found = meanings(text)
    assert classes and found[: len(classes)] == classes
    assert len(found) == len(set(found))


@pytest.mark.parametrize("text", ["", "   ", "xyzzy"])
def test_a_text_without_meaning_has_no_words(text: str) -> None:
    assert meanings(text) == []
