"""Which drug a text speaks of, under whatever name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.understanding.phrases import PhraseBook, compile_phrase
from bot.understanding.vocabulary import WordFile

SUBSTANCES = Path(__file__).with_name("substances.yml")
UNNAMED = "drugs"


@dataclass(frozen=True)
class Substances:
    """The book of names, and the ordinary words that only look like one."""

    book: PhraseBook
    ordinary: PhraseBook


def find_substance(folded: str) -> str | None:
    """The drug that is named first in the folded text; `drugs` when only "knark" and the like are said."""
    words = load_substances()
    for _, pattern in words.ordinary.find(folded):
        folded = pattern.re.sub(" . ", folded)
    found = sorted((match.start(), name) for name, match in words.book.find(folded))
    named = [name for _, name in found if name != UNNAMED]
    return named[0] if named else UNNAMED if found else None


@cache
def load_substances(path: Path = SUBSTANCES) -> Substances:
    """Read and check the names.

    Raises:
        VocabularyError: an entry has no list of phrases, or a phrase cannot be compiled.
    """
    file = WordFile(path)
    entries = file.table("substances")
    named = {name: file.phrases(entry, f"substance '{name}'", "any") for name, entry in entries.items()}
    ordinary = {name: file.phrases(entry, f"substance '{name}'", "unless", False) for name, entry in entries.items()}
    for phrase in (phrase for group in (*named.values(), *ordinary.values()) for phrase in group):
        compile_phrase(phrase)
    return Substances(PhraseBook.of(named), PhraseBook.of(ordinary))
