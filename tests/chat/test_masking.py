"""Masking: what must vanish, what must stay, and how well it does on the evaluation file (masking.jsonl)."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.masking import KINDS, mask
from bot.chat.masking.sparing import SERVICE_NUMBERS

CITY = SERVICE_NUMBERS | {"0850800508", "0850825600", "020505050"}
FIRST, SECOND = (
    [json.loads(line) for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()]
    for name in ("masking.jsonl", "masking_second.jsonl")
)
CASES = [*FIRST, *SECOND]
WORD = re.compile(r"\w+")


def lost(case: dict[str, list[str]]) -> list[str]:
    """Words outside what should be hidden that are gone all the same."""
    kept = str(case["text"])
    for piece in case["hide"]:
        kept = kept.replace(piece, " ", 1)
    after = re.sub("|".join(re.escape(f"[{kind}]") for kind in KINDS), " ", mask(str(case["text"]), CITY).text)
    return list((Counter(WORD.findall(kept)) - Counter(WORD.findall(after))).elements())


def missed(case: dict[str, list[str]]) -> list[str]:
    """What should be hidden and still stands there."""
    after = mask(str(case["text"]), CITY).text
    return [piece for piece in case["hide"] if piece in after]


def remains(case: dict[str, list[str]]) -> list[str]:
    """What should be hidden and of which any word still stands there: stricter than `missed`."""
    kept, after = str(case["text"]), mask(str(case["text"]), CITY).text
    for piece in case["hide"]:
        kept = kept.replace(piece, " ", 1)
    after = re.sub("|".join(re.escape(f"[{kind}]") for kind in KINDS), " ", after)
    left = set(Counter(WORD.findall(after)) - Counter(WORD.findall(kept)))
    return [piece for piece in case["hide"] if left & set(WORD.findall(piece))]


def test_the_evaluation_files_are_large_enough() -> None:
    assert len(FIRST) >= 200
    assert sum(bool(case["hide"]) for case in SECOND) >= 150
    assert sum(not case["hide"] for case in SECOND) >= 400


@pytest.mark.parametrize("cases", [FIRST, SECOND], ids=["first", "second"])
def test_recall_and_wrongly_masked_share_hold_on_the_evaluation_files(
    cases: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = sum(len(case["hide"]) for case in cases)
    words = sum(len(WORD.findall(str(case["text"]))) for case in cases)
    misses = [(case["text"], missed(case)) for case in cases if missed(case)]
    leaks = [(case["text"], remains(case)) for case in cases if remains(case)]
    losses = [(case["text"], lost(case)) for case in cases if lost(case)]
    recall, strict = (1 - sum(len(found) for _, found in some) / wanted for some in (misses, leaks))
    share = sum(len(found) for _, found in losses) / words
    with capsys.disabled():
        print(f"\nmasking: recall {recall:.3f}, of every word {strict:.3f}, of {wanted}; wrongly masked {share:.4f}")
    assert recall >= 0.97, misses
    assert strict >= 0.97, leaks
    assert share <= 0.005, losses


@pytest.mark.parametrize("case", [case for case in CASES if not case["hide"]], ids=lambda case: case["text"][:40])
def test_ages_places_sums_times_and_service_numbers_survive(case: dict[str, str]) -> None:
    assert mask(case["text"], CITY).text == case["text"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("850709-9805", "personnummer"),
        ("ring 0701234567", "telefonnummer"),
        ("a.b@exempel.se", "e-post"),
        ("Storgatan 12", "adress"),
        ("SE35 5000 0000 0549 1000 0003", "konto"),
        ("ABC 123", "bilnummer"),
        ("@lillen163", "användarnamn"),
        ("jag heter Ahmed", "namn"),
    ],
)
def test_each_kind_is_named_to_the_person(text: str, kind: str) -> None:
    masked = mask(text)
    assert masked.kinds == (kind,)
    assert f"[{kind}]" in masked.text


@pytest.mark.parametrize(
    "text",
    [
        "Mina barn mår dåligt",
        "Hans mamma slår honom. Hans pappa också.",
        "kan ni prata med mina föräldrar",
        "ring hans lärare",
        "Inga bråk, inga droger",
        "jag ska träffa mina kompisar",
        "sonen hans skolkar",
        "de skickade hälsningar via hans kusin",
        "hon tar något som heter lyrica",
    ],
)
def test_an_everyday_word_that_is_also_a_name_stays(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize("text", ["jag heter Hans", "min son Love", "det var igår som Mina slog mig", "jag heter mina"])
def test_but_as_a_name_it_goes(text: str) -> None:
    assert mask(text).kinds == ("namn",)


def test_two_details_of_one_kind_are_named_once() -> None:
    assert mask("0701234567 eller 0737654321").kinds == ("telefonnummer",)


SEPARATOR = st.sampled_from(["", " ", "-", "–", "‑", " - ", ".", "\u00a0", "\u200b", "−"])
LETTERS = st.text(alphabet="abcåäö ,!?\n", max_size=30)


@st.composite
def personal_numbers(draw: st.DrawFn) -> str:
    century = draw(st.sampled_from(["", "19", "20"]))
    month, day = draw(st.integers(1, 12)), draw(st.integers(1, 31)) + draw(st.sampled_from([0, 60]))
    parts = [f"{century}{draw(st.integers(0, 99)):02}", f"{month:02}", f"{day:02}", f"{draw(st.integers(0, 9999)):04}"]
    return "".join(part + (draw(SEPARATOR) if part is not parts[-1] else "") for part in parts)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    digits = draw(st.sampled_from("02369")) + f"{draw(st.integers(0, 9_999_999)):07}"
    start = draw(st.sampled_from(["07", "+467", "+46 7", "00467", "+46(0)7"]))
    return start + "".join(draw(SEPARATOR) * (index % 2) + digit for index, digit in enumerate(digits))


@settings(max_examples=400, deadline=None)
@given(LETTERS, personal_numbers(), LETTERS)
def test_no_personal_number_survives_in_any_spelling(before: str, number: str, after: str) -> None:
    assert not re.search(r"\d[^\w\[]{0,3}\d[^\w\[]{0,3}\d", mask(before + number + after).text)


@settings(max_examples=400, deadline=None)
@given(LETTERS, mobiles(), LETTERS)
def test_no_mobile_number_survives_in_any_spelling(before: str, number: str, after: str) -> None:
    assert not re.search(r"\d[^\w\[]{0,3}\d[^\w\[]{0,3}\d", mask(before + number + after).text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_masked_without_failing_and_twice_is_as_once(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text
    assert bool(once.kinds) == (once.text != text)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 99), st.sampled_from(["112", "1177", "113 13", "114 14", "90101", "116 111", "08-508 00 508"]))
def test_ages_and_service_numbers_survive_in_a_sentence(age: int, number: str) -> None:
    text = f"han är {age} år, ska jag ringa {number} eller vänta"
    assert mask(text, CITY).text == text


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "a.", "a@", "Aa ", "070-", "gatan ", "jag heter ", "x_1", "+46", "(0)", "\u200b"]
)
def test_masking_takes_no_longer_on_a_text_made_to_slow_it_down(piece: str) -> None:
    began = time.perf_counter()
    mask((piece * 2000)[:2000])
    assert time.perf_counter() - began < 0.5
