"""Which drug a text speaks of, under whatever name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.understanding.phrases import PhraseBook
from bot.understanding.vocabulary import WordFile

SUBSTANCES = Path(__file__).with_name("substances.yml")


@dataclass(frozen=True)
class Substances:
    """The book of names, the words that only hint at one, and the ordinary words that only look like one."""

    book: PhraseBook
    hints: PhraseBook
    ordinary: PhraseBook


def find_substance(folded: str) -> str | None:
    """The drug that is named first in the folded text; a hint ("knarkar", "röker") counts only when none is named."""
    words = load_substances()
    for _, pattern in words.ordinary.find(folded):
        folded = pattern.re.sub(" . ", folded)
    return _first(words.book, folded) or _first(words.hints, folded)


def _first(book: PhraseBook, folded: str) -> str | None:
    return min(((match.start(), name) for name, match in book.find(folded)), default=(0, None))[1]


@cache
def load_substances(path: Path = SUBSTANCES) -> Substances:
    """Read and check the names.

    Raises:
        VocabularyError: an entry has no list of phrases, or a phrase cannot be compiled.
    """
    file = WordFile(path)
    entries = file.table("substances")
    named = {name: file.phrases(entry, f"substance '{name}'", "any", False) for name, entry in entries.items()}
    hints = {name: file.phrases(entry, f"substance '{name}'", "hint", False) for name, entry in entries.items()}
    ordinary = {name: file.phrases(entry, f"substance '{name}'", "unless", False) for name, entry in entries.items()}
    return Substances(PhraseBook.of(named), PhraseBook.of(hints), PhraseBook.of(ordinary))
