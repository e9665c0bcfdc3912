"""A text as a reader sees it, with a way back: masking looks at this and cuts in the original.

People write `070–123 45 67`, `０７０…` or hide an invisible character between two digits. Every look-alike becomes one
plain character, and each position remembers where it came from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

BLANK = "\0"


@dataclass(frozen=True)
class Span:
    """A piece of a `Seen.text` that is to be hidden, and what it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Seen:
    """`text` holds plain digits, plain dashes, single kinds of blank; `origin[i]` is the index in the original."""

    text: str
    origin: tuple[int, ...]

    def without(self, spans: Iterable[Span]) -> Seen:
        """The same text with the spans blanked, so that nothing is found twice; positions stay."""
        characters = list(self.text)
        for span in spans:
            characters[span.start : span.end] = BLANK * (span.end - span.start)
        return Seen("".join(characters), self.origin)

    def cut(self, original: str, spans: Iterable[Span]) -> str:
        """The original with each span replaced by its kind in brackets."""
        pieces, position = [], 0
        for span in sorted(spans, key=lambda found: found.start):
            start, end = self.origin[span.start], self.origin[span.end - 1] + 1
            pieces += [original[position:start], f"[{span.kind}]"]
            position = end
        return "".join([*pieces, original[position:]])


def see(text: str) -> Seen:
    """The text with every look-alike made plain and everything invisible left out."""
    plain = [(character, index) for index, raw in enumerate(text) for character in _plain(raw)]
    return Seen("".join(character for character, _ in plain), tuple(index for _, index in plain))


def _plain(raw: str) -> str:
    if raw.isascii():
        return raw if raw == "\n" or raw.isprintable() else " "
    category = unicodedata.category(raw)
    if category == "Cf":
        return ""
    if category == "Pd" or raw in "\u2212\u00ad":
        return "-"
    if category.startswith("Z"):
        return " "
    return "".join(_digit(character) for character in unicodedata.normalize("NFKC", raw))


def _digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)
