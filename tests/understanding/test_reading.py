"""Everything the rules find in one message, together. How each is found is tested beside its own module."""

from __future__ import annotations

import json

import pytest

from bot.understanding.reading import Reading, read, read_about

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
        *("relation", "substance", "question", "service_named", "language", "violent", "role_learned"),
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


@pytest.mark.parametrize(
    ("text", "role", "age"),
    [
        ("Jag är lärare på högstadiet och har en sjuttonåring som inte kommer till skolan", "other", 17),
        ("Hur förklarar man för en sexåring att pappa sitter i fängelse?", "child", 6),
        ("Jag är bonuspappa till en trettonåring som aldrig svarar", "child", 13),
        ("min fru har en pojke från förr, hennes son är fjorton och röker", "child", 14),
        ("Mitt ex lämnar treåringen ensam när han tränar", "child", 3),
        ("pappa hotar oss med kniven, är 10", "self", 10),
        ("Min pojkvän vill veta var jag är. Vi är 16 båda två", "self", 16),
        ("my 22-year-old daughter drinks", "child", 22),
        ("Jag är mamma, 22 år, och ensam med allt", "self", 22),
        ("det står en pojke på gården varje kväll, tolv, med ryggsäck", "other", 12),
        ("jag är 45 och min son röker", "child", None),
        ("min man är 45 och slår mig", "self", None),
    ],
)
def test_the_age_is_that_of_the_one_whom_it_is_learned_to_be_about(text: str, role: str, age: int | None) -> None:
    found = read_about(text, role)
    assert (found.role, found.age) == (role, age)


@pytest.mark.parametrize("learned", ["self", "child", None])
def test_what_is_said_outright_stands(learned: str | None) -> None:
    assert read_about("nej det gäller min syster, inte mig", learned).role == "other"


def test_without_anything_learned_the_rules_stand() -> None:
    assert read_about(STORY, None) == read(STORY)
