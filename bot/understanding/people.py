"""Whom it is about, how that person is related to the writer, and which substance is spoken of."""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.text import words


@dataclass(frozen=True)
class People:
    """`role` is self, child or other; see people.yml for relations and substances."""

    role: str | None = None
    relation: str | None = None
    substance: str | None = None


def find_people(text: str) -> People:
    """First version: a handful of words."""
    said = set(words(text))
    if said & {"son", "dotter", "dottern", "sonen", "grabben"}:
        return People("child", "son" if said & {"son", "sonen", "grabben"} else "daughter")
    if said & {"syster", "brorsan", "syrran", "bror", "lillebror"}:
        return People("other", "sibling")
    return People("self" if said & {"jag", "mig"} else None)
