"""The catalogue, the hours and the steps for whoever writes English or a language that is not spoken."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.routing import steps, unsure
from bot.routing.card import card
from bot.routing.catalogue import SERVICES, Catalogue, CatalogueError
from bot.routing.facts import TEXTS
from bot.routing.hours import words
from bot.routing.hours_text import parse_hours
from bot.routing.talk import Heard, Talk

CATALOGUE = Catalogue.load("demo")
DATA = YAML(typ="safe").load(SERVICES.read_text(encoding="utf-8"))
ENTRIES = {entry["id"]: entry for entry in (*DATA["lines"], *DATA["services"])}
SHOWN = [
    pytest.param(entry[field], id=f"{id_}-{field}")
    for id_, entry in ENTRIES.items()
    for field in (*TEXTS, "hours")
    if isinstance(entry.get(field), dict) and field != "url"
]
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=timezone.utc)
NEVER = ("completely anonymous", "secret", "will not be told", "we promise", "guarantee")


@pytest.mark.parametrize("fact", SHOWN)
def test_every_text_of_the_catalogue_is_there_in_english_with_the_same_numbers(fact: dict[str, str]) -> None:
    numbers = [re.findall(r"\d+", str(text)) for text in (fact["value"], fact["english"])]
    swedish, english = (sorted(found) for found in numbers)
    assert swedish == english or (fact["value"], fact["english"]) == ("dygnet runt", "24 hours")
    assert not [words for words in NEVER if words in fact["english"].lower()]


@pytest.mark.parametrize("id_", sorted(set(ENTRIES) - {"emergency_112"}))
def test_a_name_stays_swedish_and_is_explained_in_english(id_: str) -> None:
    entry = ENTRIES[id_]
    assert entry["english_name"].startswith(entry["name"].removesuffix(" (SIG)").split(",")[0])
    assert re.search(r"\(.+\)$", entry["english_name"])


def test_a_card_and_the_answers_are_in_english() -> None:
    english = CATALOGUE.of("en")
    shown = card(english, "carers_line", None, MONDAY)
    assert (shown.name, shown.hours) == ("Anhöriglinjen (helpline for relatives)", "open now, closes 15:00")
    assert english.answer("mini_maria", "cost", None, MONDAY.date()).text == "All visits are free."
    assert english.text("mini_maria", "what", MONDAY.date()).startswith("Advice and support")


def test_without_an_english_text_the_swedish_one_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "services.yml"
    bare = re.sub(r"\n +english(_name)?: .*", "", SERVICES.read_text(encoding="utf-8"))
    path.write_text(bare, encoding="utf-8")
    shown = card(Catalogue.load("demo", path).of("en"), "mini_maria", None, MONDAY)
    assert (shown.name, shown.about) == ("Mini Maria", "Råd och stöd till unga om alkohol och droger.")


def test_an_english_text_has_no_more_right_to_be_shown_than_the_swedish() -> None:
    live = Catalogue.load("live").of("en")
    assert live.answer("mini_maria", "cost", None, MONDAY.date()).text is None
    assert card(live, "mini_maria", None, MONDAY).about == ""


def test_an_english_text_that_promises_too_much_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "services.yml"
    text = SERVICES.read_text(encoding="utf-8")
    path.write_text(text.replace("All visits are free.", "You are completely anonymous."), encoding="utf-8")
    with pytest.raises(CatalogueError, match=re.escape("cost.english")):
        Catalogue.load("demo", path)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (None, "opening hours not known"),
        ("dygnet runt", "open 24 hours"),
        ("mån–fre 9–16.30", "open now, closes 16:30"),
        ("tis 8–12", "closed now, opens Tuesday 8:00"),
        ("mån 13–15", "closed now, opens today 13:00"),
        ("2026-12-09 9–11", "closed now, opens Wednesday 9 December 9:00"),
    ],
)
def test_hours_are_said_in_english(hours: str | None, expected: str) -> None:
    assert words(parse_hours(hours) if hours else None, MONDAY, "en") == expected


@pytest.mark.parametrize("asked", [None, "age", "place"])
def test_a_message_in_another_language_changes_nothing_in_the_talk(asked: str | None) -> None:
    talk = Talk(need="substance_use", asked=asked, misses=1)
    turn = unsure.fall_back(talk, Heard(intent="nlu_fallback", decision="fallback", language="ar"), CATALOGUE, MONDAY)
    assert turn.talk == talk
    assert [saying.language for saying in turn.sayings[:3]] == ["ar", "sv", "en"]


def test_english_that_is_not_understood_is_an_ordinary_miss() -> None:
    turn = unsure.fall_back(Talk(), Heard(intent="nlu_fallback", language="en"), CATALOGUE, MONDAY)
    assert turn.talk.misses == 1 and turn.sayings[0].sentence == "utter_fallback"


def test_danger_in_another_language_is_said_in_all_before_any_card() -> None:
    heard = Heard(intent="emergency", urgent="emergency", urgent_case="violence_now", language="so")
    turn = steps.answer_danger(Talk(), heard, CATALOGUE, MONDAY)
    assert [(saying.sentence, saying.language) for saying in turn.sayings[:3]] == [
        ("utter_urgent_violence_now", language) for language in ("so", "sv", "en")
    ]
    assert [saying.service for saying in turn.sayings[:2]] == [None, None]
    assert all(saying.urgent == "emergency" for saying in turn.sayings)
