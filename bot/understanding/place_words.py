"""The names of places as people type them: without dots, with `ae` for `ä`, apart, together, inflected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.routing.places import EverydayWord, Places
from bot.understanding.text import fold

_SPELT_OUT = str.maketrans({"å": "aa", "ä": "ae", "ö": "oe"})
_ENDINGS = ("s", "bo", "bor", "bon", "borna", "centrum", "torg", "torget", "skolan", "galleria", "gallerian", "gymnasium",
            "gymnasiet", "killar", "killarna", "grabbar", "grabbarna", "kille", "tjej", "badet", "station", "plan", "vagen",
            "skola", "skogen", "parken", "omradet", "trakten", "hallet", "centret")  # fmt: skip
_SHORTEST_WITH_ENDING = 5
_SHORTEST_MISSPELT = 6
_LONG = 9
_SHORTEST_APART = 8
_SHORTEST_SQUEEZED = 5
_DOUBLED = re.compile(r"(\w)\1")
# Ordinary words that are one or two slips away from a name. Found by running a Swedish word list through this file.
# Ordinary words that are a slip or two away from a name, found by running a Swedish word list through this file.
_ORDINARY = frozenset(
    [
        "adels",
        "akallar",
        "alster",
        "bandagen",
        "bomma",
        "bordas",
        "borjas",
        "borras",
        "bromsen",
        "brosten",
        "brumma",
        "dalar",
        "etsningen",
        "farska",
        "farstu",
        "fasta",
        "flesta",
        "flykta",
        "flyta",
        "flytta",
        "forgangen",
        "forsta",
        "genera",
        "gubbes",
        "hamningen",
        "hasta",
        "havningen",
        "huvudstad",
        "hogdragen",
        "ingar",
        "innerstad",
        "innersta",
        "kalkar",
        "kallar",
        "kammar",
        "karmar",
        "kulle",
        "markta",
        "nasta",
        "nyckling",
        "rosten",
        "ryggan",
        "rynkan",
        "sattra",
        "skandal",
        "skars",
        "skogar",
        "skogas",
        "skogs",
        "skolas",
        "slanga",
        "smastaden",
        "sodertorn",
        "spana",
        "spanga",
        "spanna",
        "spranga",
        "spanda",
        "stanga",
        "storstaden",
        "summan",
        "svanga",
        "testa",
        "trollpackan",
        "uppstalla",
        "uppstalld",
        "valsa",
        "valuta",
        "vanor",
        "vantar",
        "vantor",
        "vartor",
        "varsta",
        "valta",
        "vinst",
        "varmde",
        "kanslan",
        "farsa",
        "blomma",
        "bromsa",
        "slappen",
        "skarpen",
        "vallingen",
        "vastarnas",
        "ramsor",
        "skolan",
        "gubben",
        "gardet",
        "lunga",
        "skolor",
        "skulden",
        "skulder",
        "hamna",
        "hamnat",
        "hallen",
        "stranden",
        "farliga",
    ]
) - {"spanga", "vantor", "gardet", "skogas"}


@dataclass(frozen=True)
class PlaceName:
    """A name: how to write it, its districts (several when ambiguous), or the municipality it lies in."""

    name: str | None
    districts: tuple[str, ...]
    municipality: str | None = None
    everyday: EverydayWord | None = None


@dataclass(frozen=True)
class PlaceWords:
    """Every spelling, folded and without blanks → the name. `starts`: the first word of a name of several
    words → how many. `beginnings`: what a long name begins with, for names torn apart."""

    names: Mapping[str, PlaceName]
    starts: Mapping[str, int]
    beginnings: frozenset[str]
    squeezed: Mapping[str, str]
    by_letter: Mapping[str, tuple[str, ...]]

    def whole(self, word: str) -> PlaceName | None:
        """A word that is a name, with or without an ending ("tenstabo", "farstas", "rinkebyskolan")."""
        found = self.names.get(word)
        if found or not word.endswith(_ENDINGS):
            return found
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_WITH_ENDING:
                found = self.names.get(word[: -len(ending)])
                if found and not found.everyday:
                    return found
        return None

    def apart(self, word: str) -> PlaceName | None:
        """A name written as two words ("hammarby höjden"), given as one."""
        found = self.names.get(word)
        return found if found and len(word) >= _SHORTEST_APART else None

    def misspelt(self, word: str) -> PlaceName | None:
        """The one name near enough to a longer word that is not an ordinary one."""
        single = _DOUBLED.sub(r"\1", word)
        if len(word) < _SHORTEST_MISSPELT - 1 or word in _ORDINARY or single in _ORDINARY:
            return None
        doubled = self.squeezed.get(single)
        if doubled:
            return self.names[doubled]
        allowed = 1 if len(word) < _LONG else 2
        choices = self.by_letter.get(word[0], ())
        near = process.extract(word, choices, scorer=OSA.distance, score_cutoff=allowed, limit=3)
        best = {
            self.names[name].districts or self.names[name].municipality
            for name, distance, _ in near
            if distance == near[0][1]
        }
        return self.names[near[0][0]] if len(best) == 1 else None


@cache
def load_place_words() -> PlaceWords:
    """Build the spellings from bot/routing/places.yml."""
    places = Places.load()
    names: dict[str, PlaceName] = {}
    starts: dict[str, int] = {}
    for word, name in _names(places):
        for spelling in {fold(word), word.lower().translate(_SPELT_OUT)}:
            parts = spelling.replace("-", " ").replace(":", " ").split()
            names.setdefault("".join(parts), name)
            starts[parts[0]] = max(starts.get(parts[0], 1), len(parts))
    nicknames = {fold(word) for word in places.nicknames}
    forgiving = [s for s, found in names.items() if not found.everyday and s not in nicknames]
    squeezed = {
        _DOUBLED.sub(r"\1", spelling): spelling for spelling in forgiving if len(spelling) >= _SHORTEST_SQUEEZED
    }
    by_letter: dict[str, list[str]] = {}
    for spelling in forgiving:
        if len(spelling) >= _SHORTEST_MISSPELT:
            by_letter.setdefault(spelling[0], []).append(spelling)
    beginnings = frozenset(s[:end] for s in names if len(s) >= _SHORTEST_APART for end in range(2, len(s)))
    return PlaceWords(
        names, starts, beginnings, squeezed, {letter: tuple(group) for letter, group in by_letter.items()}
    )


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
        everyday = places.everyday_words.get(word)
        yield word, PlaceName(name.name, name.districts, name.municipality, everyday)
