"""Everything the rules find in one message, together. How each is found is tested beside its own module."""

from __future__ import annotations

import json

import pytest

from bot.understanding.reading import Reading, read

NOTHING = Reading(None, None, (), None, None, None, None, None, None, None)
STORY = "min son är 16 och röker hasch varje dag, vi bor i Farsta, vad kostar det på mini maria?"


def test_a_whole_story_is_read_at_once() -> None:
    found = read(STORY)
    assert (found.age, found.role, found.relation) == (16, "child", "son")
    assert (found.place, found.districts, found.district) == ("Farsta", ("farsta",), "farsta")
    assert (found.question, found.service) == ("cost", "mini_maria")
    assert found.substance and found.municipality is None and found.urgent is None


@pytest.mark.parametrize("text", ["", "   ", "?!", "\u200b", "😀", "/restart", "0" * 2000])
def test_a_text_that_says_nothing_reads_as_nothing(text: str) -> None:
    assert read(text) == NOTHING


def test_an_ambiguous_place_has_no_single_district() -> None:
    found = read("vi bor i Enskede")
    assert set(found.districts) == {"enskede_arsta_vantor", "skarpnack"}
    assert found.district is None and found.as_dict()["district"] is None


def test_another_municipality_is_no_district() -> None:
    found = read("vi bor i Solna")
    assert (found.municipality, found.district, found.districts) == ("Solna", None, ())


def test_danger_is_read_with_the_rest() -> None:
    found = read("min dotter är 15 och hon andas inte")
    assert found.urgent is not None and found.urgent.kind == "emergency"
    assert (found.age, found.role) == (15, "child")


def test_plain_data_has_a_key_for_each_finding_and_is_json() -> None:
    data = read(STORY).as_dict()
    assert json.loads(json.dumps(data)) == data
    assert data.keys() == {
        *("age", "place", "district", "districts", "municipality", "role"),
        *("relation", "substance", "question", "service_named", "violent"),
    }
    assert data["districts"] == ["farsta"] and data["service_named"] == "mini_maria"


def test_plain_data_never_holds_the_persons_own_words() -> None:
    data = json.dumps(read("Kalle Svenzon 15 år viskade knytnäve, han andas inte, i Farsta").as_dict())
    assert not [word for word in ("Kalle", "Svenzon", "viskade", "knytnäve", "andas") if word in data]


def test_one_message_does_not_colour_the_next() -> None:
    first = read(STORY)
    for text in ("hej", "jag är 70", "vi bor i Solna", "tack", "hon andas inte"):
        read(text)
    assert read(STORY) == first
    assert read("hej") == NOTHING
