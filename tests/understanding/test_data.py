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

from bot.understanding.decision import CONTEXT, NEEDS, QUESTIONS, SMALLTALK, TOPICS
from bot.understanding.text import fold
from tests.test_tree import ROOT

STYLES = ("short", "plain", "story", "slang", "typos", "no_diacritics", "second_language", "formal", "english")
LARGE = {*TOPICS, "suicide_risk", "emergency", "other_city"} - {"prison_release", "unsafe_place"}
# Alike beyond this (0–100, words in any order) is the same message with a word changed.
ALIKE = 93
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
    wanted = 800 if intent in LARGE else 300 if intent in NEEDS else 60
    assert sum(row[0] == intent for row in rows) >= wanted


@pytest.mark.parametrize("need", sorted(NEEDS))
def test_every_need_is_written_in_every_style(rows: list[tuple[str, str, str]], need: str) -> None:
    assert {style for intent, style, _ in rows if intent == need} == set(STYLES)


def test_no_message_stands_twice(rows: list[tuple[str, str, str]]) -> None:
    seen = Counter(_key(text) for _, _, text in rows)
    assert not [text for text, count in seen.items() if count > 1]


def test_near_copies_are_rare(rows: list[tuple[str, str, str]]) -> None:
    pairs = _alike([text for intent, _, text in rows if intent in NEEDS and len(text.split()) > 4])
    assert len(pairs) <= len(rows) // 500, f"Alike but for a word: {pairs[:10]}"


def test_near_copies_are_found() -> None:
    assert _alike(
        ["min son röker varje dag efter skolan", "min son röker varje dag efter jobbet", "helt annan sak är det här"],
        80,
    )


def test_nothing_of_the_frozen_set_is_trained_on(rows: list[tuple[str, str, str]]) -> None:
    frozen = [json.loads(line) for line in FROZEN.read_text(encoding="utf-8").splitlines()]
    trained = {_key(text) for _, _, text in rows}
    # Whoever writes "soc" or "hjälp mig" writes what others write: below four words a match says nothing.
    long = sorted({_sorted(m["text"]) for m in frozen if len(m["text"].split()) > 3})
    ours = sorted(_sorted(text) for text in trained if len(text.split()) > 3)
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


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", fold(text)).strip() or text


def _sorted(text: str) -> str:
    """The words in order of the alphabet, so that a plain comparison does not see their order."""
    return " ".join(sorted(_key(text).split()))


def _alike(texts: list[str], limit: int = ALIKE) -> list[tuple[str, str]]:
    by_length = sorted({_sorted(text) for text in texts}, key=len)
    found = []
    for index, text in enumerate(by_length):
        near = by_length[index + 1 : index + 400]
        for other, _, _ in process.extract(text, near, scorer=fuzz.ratio, score_cutoff=limit, limit=3):
            found.append((text, other))
    return found
