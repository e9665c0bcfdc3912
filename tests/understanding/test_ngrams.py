"""What the classifier counts: the same features as scikit-learn's vectorizers, as numbers."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from sklearn.feature_extraction.text import CountVectorizer

from bot.understanding.ngrams import Ids, character_grams, word_grams, word_ids, word_pairs
from bot.understanding.text import fold, normalise

TEXTS = (
    "jag är rädd för min pappa",
    "a",
    "å",
    "",
    "   ",
    "min son, 15, röker på … varje dag!!",
    "😀😀 hjälp",
    "jag jag jag jag",
    "نعم لا",
    "e" * 2000,
)
SAME_AS: dict[str, tuple[Callable[[str], Ids], CountVectorizer]] = {
    "characters": (
        character_grams,
        CountVectorizer(preprocessor=fold, analyzer="char_wb", ngram_range=(2, 5)),
    ),
    "words": (word_grams, CountVectorizer(preprocessor=normalise, token_pattern=r"\w+", ngram_range=(1, 2))),
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kind", SAME_AS)
def test_as_many_of_each_feature_as_scikit_learn_counts(kind: str, text: str) -> None:
    ours, theirs = SAME_AS[kind]
    counted = Counter(theirs.build_analyzer()(text))
    found = Counter(ours(text).tolist())
    assert sorted(found.values()) == sorted(counted.values())


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a b c", [("a", "c")]),
        ("han slår ofta mig", [("han", "ofta"), ("han", "mig"), ("slår", "mig")]),
        ("ensam här", []),
        ("ett", []),
        ("", []),
    ],
)
def test_words_near_each_other_make_pairs_across_a_gap(text: str, pairs: list[tuple[str, str]]) -> None:
    assert len(word_pairs(text)) == len(pairs)


def test_a_pair_is_the_same_whatever_stands_between() -> None:
    assert set(word_pairs("slår han mig").tolist()) & set(word_pairs("slår ofta hårt mig").tolist()) == set()
    assert set(word_pairs("slår han mig").tolist()) == set(word_pairs("slår hon mig").tolist())


def test_the_order_of_words_matters() -> None:
    assert set(word_grams("han hotar").tolist()) != set(word_grams("hotar han").tolist())


def test_another_process_gives_the_same_numbers() -> None:
    """Python's own hash changes with each process; a saved model must not."""
    code = (
        "from bot.understanding.ngrams import *; print(word_ids(['rädd']).tolist(), character_grams('rädd').tolist())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert said == f"{word_ids(['rädd']).tolist()} {character_grams('rädd').tolist()}"
