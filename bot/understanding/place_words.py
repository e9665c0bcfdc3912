"""The names of places as people type them: without dots, with `ae` for `ä`, apart, together, inflected, misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.routing.places import EverydayWord, Places
from bot.understanding.text import fold
from bot.understanding.vocabulary import WordFile

WORDS = Path(__file__).with_name("place.yml")
_SPELT_OUT = str.maketrans({"å": "aa", "ä": "ae", "ö": "oe"})
_DOUBLED = re.compile(r"(\w)\1")
_SHORTEST_WITH_ENDING = 5
_LONG_ENDING = 5
_SHORTEST_SQUEEZED = 5
_SHORTEST_MISSPELT = 6
_SHORTEST_APART = 8
_LONG = 9
_CUES = ("before", "lives", "lived", "elsewhere", "helped", "writer", "correction", "break")


@dataclass(frozen=True)
class PlaceName:
    """A name: how to write it, its districts (several when ambiguous), or the municipality it lies in."""

    name: str | None
    districts: tuple[str, ...]
    municipality: str | None = None
    everyday: EverydayWord | None = None


@dataclass(frozen=True)
class PlaceWords:
    """Every spelling, folded and without blanks → the name, and the words around one.

    `starts`: first word of a name of several words → how many. `beginnings`: of long names, for those torn apart.
    `squeezed`: names without doubled letters. `by_letter`: names that may be misspelt, by first letter.
    """

    names: Mapping[str, PlaceName]
    starts: Mapping[str, int]
    beginnings: frozenset[str]
    squeezed: Mapping[str, str]
    by_letter: Mapping[str, tuple[str, ...]]
    endings: tuple[str, ...]
    ordinary: frozenset[str]
    cues: Mapping[str, frozenset[str]]

    def whole(self, word: str) -> PlaceName | None:
        """A word that is a name, with or without an ending ("tenstabo", "farstas", "rinkebyskolan")."""
        found = self.names.get(word)
        if found or not word.endswith(self.endings):
            return found
        for ending in self.endings:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_WITH_ENDING:
                found = self.names.get(word.removesuffix(ending))
                if found and (not found.everyday or len(ending) >= _LONG_ENDING):
                    return found
        return None

    def apart(self, word: str) -> PlaceName | None:
        """A name written as several words ("hammarby höjden"), given as one."""
        found = self.names.get(word)
        return found if found and len(word) >= _SHORTEST_APART else None

    def doubled(self, word: str) -> PlaceName | None:
        """A name with a letter doubled or a doubled one lost ("farrsta", "skarpnak")."""
        spelling = self.squeezed.get(_single(word))
        return self.names[spelling] if spelling else None

    def misspelt(self, word: str) -> PlaceName | None:
        """The one name near enough to a longer word that is not an ordinary one."""
        if len(word) < _SHORTEST_MISSPELT - 1 or {word, _single(word)} & self.ordinary:
            return None
        doubled = self.doubled(word)
        if doubled:
            return doubled
        choices = self.by_letter.get(word[0], ())
        near = process.extract(word, choices, scorer=OSA.distance, score_cutoff=1 if len(word) < _LONG else 2, limit=3)
        nearest = [self.names[name] for name, distance, _ in near if distance == near[0][1]]
        return nearest[0] if len({(name.districts, name.municipality) for name in nearest}) == 1 else None


@cache
def load_place_words() -> PlaceWords:
    """Build the spellings from bot/routing/places.yml and the words of place.yml.

    Raises:
        PlacesError, VocabularyError: one of the files is wrong.
    """
    file, places = WordFile(WORDS), Places.load()
    names: dict[str, PlaceName] = {}
    starts: dict[str, int] = {}
    for word, name in _names(places):
        for spelling in {fold(word), word.lower().translate(_SPELT_OUT)}:
            parts = spelling.replace("-", " ").replace(":", " ").split()
            names.setdefault("".join(parts), name)
            starts[parts[0]] = max(starts.get(parts[0], 1), len(parts))
    nicknames = {fold(word) for word in places.nicknames}
    forgiving = [spelling for spelling, name in names.items() if not name.everyday and spelling not in nicknames]
    return PlaceWords(
        names,
        starts,
        beginnings=frozenset(s[:end] for s in names if len(s) >= _SHORTEST_APART for end in range(2, len(s))),
        squeezed={_single(s): s for s in forgiving if len(s) >= _SHORTEST_SQUEEZED},
        by_letter=_by_letter([s for s in forgiving if len(s) >= _SHORTEST_MISSPELT]),
        endings=file.words(file.data, "file", "endings"),
        ordinary=frozenset(file.words(file.data, "file", "ordinary")),
        cues=file.sets("cues", _CUES),
    )


def _single(word: str) -> str:
    return _DOUBLED.sub(r"\1", word)


def _by_letter(spellings: list[str]) -> dict[str, tuple[str, ...]]:
    return {letter: tuple(s for s in spellings if s[0] == letter) for letter in {s[0] for s in spellings}}


def _names(places: Places) -> Iterator[tuple[str, PlaceName]]:
    """Word and name, the ambiguous first: "Örby" is a neighbourhood, but also what people call Örby slott."""
    known: dict[str, PlaceName] = {}
    for word, choices in places.ambiguous.items():
        known[word] = PlaceName(word, tuple(dict.fromkeys(place.district for place in choices)))
    for word, place in places.names.items():
        known.setdefault(word, PlaceName(place.name, (place.district,)))
    for word, municipality in places.municipalities.items():
        known.setdefault(word, PlaceName(None, (), municipality))
    known |= {word: known[name] for word, name in places.nicknames.items() if word not in known}
    for word, name in known.items():
        yield word, PlaceName(name.name, name.districts, name.municipality, places.everyday_words.get(word))
