"""Classes of meaning that stand in a text: substance, weapon, debt, way out, control, school …

A lexicon is knowledge that no number of examples holds: that `braj`, `röka på` and `zutt` are one thing. The classes
are features beside the n-grams (`model.py`), so a new slang word is taught with one line of `concepts.yml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from bot.understanding.phrases import PhraseBook, PhraseError
from bot.understanding.text import folded_sentences

LEXICON = Path(__file__).with_name("concepts.yml")
# Words a piece holds, and how many of them the next piece repeats: more than the longest phrase spans with its gaps.
_PIECE, _OVERLAP = 40, 14


class ConceptsError(ValueError):
    """`concepts.yml` is wrong; the message names the class and the phrase."""


def concepts(text: str) -> list[str]:
    """The classes found in a text, each once a phrase that was found; the same text always gives the same list."""
    found = {(name, match.re): name for piece in _pieces(text) for name, match in load_concepts().find(piece)}
    return list(found.values())


def _pieces(text: str) -> Iterator[str]:
    """Folded sentences, long ones in overlapping pieces: what a phrase costs grows with the text it is sought in."""
    for sentence in folded_sentences(text):
        words = sentence.split()
        for start in range(0, max(len(words) - _OVERLAP, 1), _PIECE - _OVERLAP):
            yield " ".join(words[start : start + _PIECE])


@cache
def load_concepts(path: Path = LEXICON) -> PhraseBook:
    """Read and compile the lexicon.

    Raises:
        ConceptsError: a class is no list of phrases, or a phrase cannot be compiled.
    """
    data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    for name, phrases in data.items():
        if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
            raise ConceptsError(f"concepts.yml, class '{name}': needs a list of phrases.")
    try:
        return PhraseBook.of(data)
    except PhraseError as error:
        raise ConceptsError(f"concepts.yml: {error}") from error
