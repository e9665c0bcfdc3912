"""One way to look at a person's text, shared by the rules and the model.

People write `sjuuukt`, `RÄDD`, `ar radd`, `15-årig`; everything that compares words does it on these forms, so that a
rule is written once. Positions are not kept: nothing here is shown to anyone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_SPACE = re.compile(r"\s+")
# Letter by letter: `str.translate` looks each character of a text up in a table, ten times slower.
_FOLDED = tuple(zip("åäöéèüáàæøçñ", "aaoeeuaaaocn", strict=True))
_WORD = re.compile(r"\w+", re.UNICODE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


@lru_cache(maxsize=4)
def normalise(text: str) -> str:
    """Lower case, one kind of space, no invisible characters, `sjuuuukt` → `sjukt`.

    The last few are kept: every reader asks for the same text.

    Three or more of a letter become one where the doubled form would be no Swedish word more often than not: emphasis
    ("hjääälp") is far more common than a real double after stretching.
    """
    return _normalised(text)


@lru_cache(maxsize=4)
def fold(text: str) -> str:
    """Normalised text without å, ä and ö: many write without them. The last few are kept, as in `normalise`."""
    return without_dots(normalise(text))


def without_dots(normalised: str) -> str:
    """A normalised text folded, letter for letter."""
    if not normalised.isascii():
        for letter, plain in _FOLDED:
            normalised = normalised.replace(letter, plain)
    return normalised


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def plain_words(text: str) -> list[str]:
    """The normalised words of a text with their å, ä and ö, in order."""
    return _WORD.findall(normalise(text))


def sentences(text: str) -> list[str]:
    """The text cut after ., !, ? and new lines; never empty for a text that holds something."""
    parts = [part.strip() for part in _SENTENCE_END.split(text)]
    return [part for part in parts if part] or [text]


@lru_cache(maxsize=4)
def folded_sentences(text: str) -> tuple[str, ...]:
    """The sentences, each folded. The last few texts are kept: three readers go through them sentence by sentence."""
    return tuple(without_dots(_normalised(part)) for part in sentences(text))


def _normalised(text: str) -> str:
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    return _SPACE.sub(" ", _REPEATED.sub(r"\1", text)).strip()
