"""The training messages: enough of each need and style, no copies, and nothing of the frozen test set."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process
from ruamel.yaml import YAML

from bot.staff.review.likeness import ALIKE, is_long, near_copies, plain_key, sorted_words
from bot.understanding.intents import CONTEXT, NEEDS, QUESTIONS, SMALLTALK, TOPICS
from tests.test_tree import ROOT

STYLES = ("short", "plain", "story", "slang", "typos", "no_diacritics", "second_language", "formal", "english")
LARGE = {*TOPICS, "suicide_risk", "emergency", "other_city"} - {"prison_release", "unsafe_place"}
FROZEN = Path(__file__).with_name("messages.jsonl")


def blocks() -> list[dict[str, object]]:
    files = sorted((ROOT / "data" / "nlu").rglob("*.yml"))
    return [block for path in files for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]]


def examples(block: dict[str, object]) -> list[str]:
    return [line[2:] for line in str(block["examples"]).splitlines() if line.startswith("- ")]


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str]]:
    """(intent, style, text) of every training message."""
    return [(str(b["intent"]), str(b["metadata"]["style"]), text) for b in blocks() for text in examples(b)]  # type: ignore[index]


def test_counts_per_need_and_style_are_shown(rows: list[tuple[str, str, str]]) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for intent, style, _ in rows:
        counts[intent][style] += 1
    print(f"\n{'':18}" + "".join(f"{style[:9]:>10}" for style in STYLES) + f"{'all':>8}")
    for intent in sorted(counts):
        print(f"{intent:18}" + "".join(f"{counts[intent][s]:>10}" for s in STYLES) + f"{counts[intent].total():>8}")
    assert {style for _, style, _ in rows} == set(STYLES)


@pytest.mark.parametrize("intent", sorted({*NEEDS, *SMALLTALK, *QUESTIONS, *CONTEXT}))
def test_every_intent_has_enough_messages(rows: list[tuple[str, str, str]], intent: str) -> None:
    wanted = 800 if intent in LARGE else 300
    assert sum(row[0] == intent for row in rows) >= wanted


@pytest.mark.parametrize("need", sorted(NEEDS))
def test_every_need_is_written_in_every_style(rows: list[tuple[str, str, str]], need: str) -> None:
    assert {style for intent, style, _ in rows if intent == need} == set(STYLES)


def test_no_message_stands_twice(rows: list[tuple[str, str, str]]) -> None:
    seen = Counter(plain_key(text) for _, _, text in rows)
    assert not [text for text, count in seen.items() if count > 1]


def test_near_copies_are_rare(rows: list[tuple[str, str, str]]) -> None:
    pairs = near_copies([text for intent, _, text in rows if intent in NEEDS and len(text.split()) > 4])
    assert len(pairs) <= len(rows) // 500, f"Alike but for a word: {pairs[:10]}"


def test_near_copies_are_found() -> None:
    assert near_copies(
        ["min son röker varje dag efter skolan", "min son röker varje dag efter jobbet", "helt annan sak är det här"],
        80,
    )


def test_nothing_of_the_frozen_set_is_trained_on(rows: list[tuple[str, str, str]]) -> None:
    frozen = [json.loads(line) for line in FROZEN.read_text(encoding="utf-8").splitlines()]
    trained = {plain_key(text) for _, _, text in rows}
    long = sorted({sorted_words(m["text"]) for m in frozen if is_long(m["text"])})
    ours = sorted(sorted_words(text) for text in trained if is_long(text))
    likeness = process.cdist(ours, long, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8, workers=-1)
    assert not [ours[index] for index in likeness.max(axis=1).nonzero()[0]]


def test_the_frozen_set_is_as_large_as_it_must_be() -> None:
    frozen = [json.loads(line) for line in FROZEN.read_text(encoding="utf-8").splitlines()]
    sets = Counter(m["set"] for m in frozen)
    assert sets["main"] >= 900
    assert sets["crisis"] >= 250
    assert sets["harmless"] >= 250


def test_messages_hold_no_personal_data(rows: list[tuple[str, str, str]]) -> None:
    odd = [
        text for _, _, text in rows if re.search(r"\b\d{6,8}[-– ]?\d{4}\b|\b07\d[ -]?\d{3}[ -]?\d{2}|\S+@\S+\.\w", text)
    ]
    assert not odd
