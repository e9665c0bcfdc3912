"""How a person writes, heard from the masked text: so that reviewers find the talks where the assistant is tried most.

Signs, not a verdict: a talk may show several styles or none, and a missing one proves nothing. Spelling mistakes and
Swedish as a new language cannot be told from words alone; reviewers tag those themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.understanding.language import find_language
from bot.understanding.text import plain_words
from bot.understanding.vocabulary import WordFile

WORDS = Path(__file__).with_name("style.yml")
STYLES = (
    "short", "story", "lower_case", "capitals", "no_diacritics", "slang", "formal", "english", "other_language",
)  # fmt: skip
"""In the order of the filter."""
SWEDISH, ENGLISH = "sv", "en"
MOST_SHORT, FEWEST_STORY = 3, 60
FEWEST_SMALL, FEWEST_LOUD = 4, 8
"""So many words without a capital, and so many letters that all are capitals, are a habit and no chance."""
_MASKED = re.compile(r"\[[^\]\s]{1,20}\]")
_DOTS = re.compile("[åäö]")


def find_styles(texts: Sequence[str]) -> tuple[str, ...]:
    """The styles of what one person typed in a talk, as named in `STYLES`. Pure and total."""
    bare = [text for text in (_MASKED.sub(" ", text).strip() for text in texts) if text]
    words = [plain_words(text) for text in bare]
    every = {word for some in words for word in some}
    languages = {find_language(text) for text in bare}
    known = load_words()
    shown = {
        "short": bool(every) and max(map(len, words)) <= MOST_SHORT,
        "story": any(len(some) >= FEWEST_STORY for some in words),
        "lower_case": sum(map(len, words)) >= FEWEST_SMALL and _is_small(" ".join(bare)),
        "capitals": any(_is_loud(text) for text in bare),
        "no_diacritics": not any(map(_DOTS.search, every)) and not every.isdisjoint(known["no_diacritics"]),
        "slang": not every.isdisjoint(known["slang"]),
        "formal": not every.isdisjoint(known["formal"]),
        "english": ENGLISH in languages,
        "other_language": bool(languages - {SWEDISH, ENGLISH, None}),
    }
    return tuple(style for style in STYLES if shown[style])


@cache
def load_words(path: Path = WORDS) -> Mapping[str, frozenset[str]]:
    """Style → the words that show it.

    Raises:
        bot.understanding.vocabulary.VocabularyError: the file is not readable, or a list is missing.
    """
    file = WordFile(path)
    lists = file.table("styles")
    for style in ("no_diacritics", "slang", "formal"):
        if not isinstance(lists.get(style), str) or not lists[style].split():
            raise file.error("styles", style, "must be words with spaces between")
    return {style: frozenset(words.split()) for style, words in lists.items()}


def _is_small(text: str) -> bool:
    # Many languages have but one kind of letters.
    return text == text.lower() != text.upper()


def _is_loud(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= FEWEST_LOUD and text == text.upper() and text != text.lower()
