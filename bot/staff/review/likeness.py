"""When two messages count as the same, for training: one rule for the tests of the data and for what is given back."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rapidfuzz import fuzz, process

from bot.understanding.text import fold

ALIKE = 93
"""Alike beyond this (0–100, words in any order) is the same message with a word changed."""
FEWEST_WORDS = 4
"""Whoever writes "soc" or "hjälp mig" writes what others write: below this many words a match says nothing."""


def plain_key(text: str) -> str:
    """The text without case, dots and punctuation: the same for the same message."""
    return re.sub(r"\W+", " ", fold(text)).strip() or text


def sorted_words(text: str) -> str:
    """The words in order of the alphabet, so that a plain comparison does not see their order."""
    return " ".join(sorted(plain_key(text).split()))


def is_long(text: str) -> bool:
    """Whether the text has words enough for a comparison to say something."""
    return len(text.split()) >= FEWEST_WORDS


def near_copy(text: str, others: Sequence[str], limit: float = ALIKE) -> bool:
    """Whether one of the others, each as `sorted_words` gives it, is alike."""
    return process.extractOne(sorted_words(text), others, scorer=fuzz.ratio, score_cutoff=limit) is not None


def near_copies(texts: Collection[str], limit: float = ALIKE) -> list[tuple[str, str]]:
    """Pairs that are alike; each is compared with those of about its length."""
    by_length = sorted({sorted_words(text) for text in texts}, key=len)
    found = []
    for index, text in enumerate(by_length):
        near = by_length[index + 1 : index + 400]
        for other, _, _ in process.extract(text, near, scorer=fuzz.ratio, score_cutoff=limit, limit=3):
            found.append((text, other))
    return found
