"""The shipped services.yml: complete, sourced, in plain Swedish, and without what must not be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.routing.catalogue import SERVICES as FILE
from bot.routing.catalogue import Catalogue
from bot.routing.facts import TEXTS
from bot.routing.rules import SERVICES

DATA = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
SUPERSEDED = {
    "0771220060": "old Hjälplinjen, closed in 2019",
    "020786786": "Rädda Barnen, from 2001",
    "08331231": "Giftinformationscentralen before 2018",
    "0852449910": "a second number for Hjälplinjen with one source",
    "020341316": "RFSL, only in third-party lists",
    "020844448": "Alkohollinjen, merged in 2024",
    "0812347410": "Maria Ungdom, one municipal page",
    "020850000": "Föräldralinjen, the conflicting one",
    "020852000": "Föräldralinjen, conflicts with another source",
}
LONGEST_SENTENCE = 20


def facts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for entry in (*DATA["lines"], *DATA["services"]):
        for field, value in entry.items():
            if isinstance(value, dict):
                yield entry["id"], field, value


def texts() -> Iterator[str]:
    for _, field, fact in facts():
        if field in TEXTS and field != "url":
            yield fact["value"]


def test_every_service_is_there() -> None:
    assert {service["id"] for service in DATA["services"]} == SERVICES


def test_nothing_is_shipped_as_confirmed() -> None:
    """Nobody at the city has confirmed anything yet; whoever does puts their name there and changes this test."""
    assert not [f"{id_}.{field}" for id_, field, fact in facts() if fact["confirmed_by"] or fact["confirmed_on"]]


def test_every_source_is_an_address_or_says_that_no_page_was_read() -> None:
    for id_, field, fact in facts():
        assert re.match(r"https?://|Uppdraget till projektet\. Ingen sida läst", fact["source"]), f"{id_}.{field}"


def test_nothing_uncertain_is_shipped() -> None:
    assert {fact["confidence"] for _, _, fact in facts()} == {"high", "medium"}


def test_no_number_rests_on_the_project_alone() -> None:
    assert all(fact["source"].startswith("http") for _, field, fact in facts() if field in ("phone", "hours"))


@pytest.mark.parametrize("number", SUPERSEDED)
def test_a_number_that_must_not_be_used_is_no_value(number: str) -> None:
    values = [re.sub(r"\D", "", fact["value"]) for _, _, fact in facts() if isinstance(fact["value"], str)]
    assert not [value for value in values if number in value], SUPERSEDED[number]


def test_numbers_in_texts_are_service_numbers() -> None:
    """A number in a sentence escapes the check of numbers, so only the two that never change may stand there."""
    found = {n for text in texts() for n in re.findall(r"\d[\d -]{2,}\d", text)}
    assert {n for n in found if not re.fullmatch(r"20\d\d", n)} <= {"112", "114 14"}


def test_sentences_are_short() -> None:
    long = [s for text in texts() for s in re.split(r"(?<=[.?!:])\s", text) if len(s.split()) > LONGEST_SENTENCE]
    assert not long


def test_texts_speak_to_the_reader() -> None:
    assert not [
        text for text in texts() if re.search(r"\b(ni skall|erhålla|vederbörande|den enskilde)\b", text.lower())
    ]


def test_every_text_ends_a_sentence() -> None:
    assert not [text for text in texts() if not text.endswith(".")]


def test_the_header_tells_how_to_change_a_fact() -> None:
    header = FILE.read_text(encoding="utf-8").split("\nlines:")[0]
    for word in ("value", "source", "checked_on", "confidence", "confirmed_by", "confirmed_on", "expires_on", "null"):
        assert word in header
    assert "lagrad kopia" in header


def test_an_unknown_fact_says_why() -> None:
    """`null` alone looks like a slip; the few that need no reason are addresses."""
    silent = re.findall(r"^    (\w+): null$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(silent) <= {"url"}


def test_the_shipped_dates_were_read_on_one_day() -> None:
    assert {fact["checked_on"] for _, _, fact in facts()} == {date(2026, 11, 22)}


@pytest.mark.parametrize("mode", ["demo", "live"])
def test_it_loads_in_both_modes(mode: str) -> None:
    assert Catalogue.load(mode).services.keys() == SERVICES
