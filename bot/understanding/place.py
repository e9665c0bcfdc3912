"""Which place is spoken of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from bot.routing.places import Places
from bot.understanding.text import fold, words


@dataclass(frozen=True)
class PlaceFound:
    """The place's name as it is written, its districts (several when unclear), or another municipality."""

    name: str | None = None
    districts: tuple[str, ...] = ()
    municipality: str | None = None


@cache
def _vocabulary() -> dict[tuple[str, ...], PlaceFound]:
    places = Places.load()
    found = {tuple(words(w)): PlaceFound(None, (), m) for w, m in places.municipalities.items()}
    found |= {tuple(words(n)): PlaceFound(p.name, (p.district,)) for n, p in places.names.items()}
    found |= {
        tuple(words(w)): PlaceFound(w, tuple(dict.fromkeys(p.district for p in ps)))
        for w, ps in places.ambiguous.items()
    }
    found |= {tuple(words(w)): found[tuple(words(n))] for w, n in places.nicknames.items()}
    every = {fold(w) for w in places.everyday_words}
    return {k: v for k, v in found.items() if " ".join(k) not in every}


def find_places(text: str) -> PlaceFound:
    """First version: exact words."""
    said, vocabulary = words(text), _vocabulary()
    for size in (3, 2, 1):
        for start in range(len(said) - size + 1):
            found = vocabulary.get(tuple(said[start : start + size]))
            if found:
                return found
    return PlaceFound()
