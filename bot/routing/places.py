"""Neighbourhoods, districts and other municipalities, as the city's own lists and people's own words name them.

The data are `places.yml`, which staff may edit; this file checks it and hands it on as frozen values. Finding a place
in a text is another matter and lives in `bot/understanding/place.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

PLACES = Path(__file__).with_name("places.yml")
CONFIDENCE = ("high", "medium", "low")


class PlacesError(ValueError):
    """`places.yml` is wrong; the message names the file, the entry and the field."""


@dataclass(frozen=True)
class Place:
    """A name in the city and the id of the district it lies in; `name` is the spelling to show."""

    name: str
    district: str


@dataclass(frozen=True)
class District:
    """One of the city's districts: `former` are names it (or a half of it) had before a merger."""

    id: str
    name: str
    former: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True)
class EverydayWord:
    """A name that is an ordinary word too; `not_after` and `not_before` are the neighbours that make it ordinary."""

    word: str
    not_after: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    capital: bool = False


@dataclass(frozen=True)
class Places:
    """Everything in `places.yml`.

    `names` holds every place with exactly one district. `ambiguous` are words that lie in several, each with the places
    to choose between. `nicknames` map a word to a name of `names` or `ambiguous`. `municipalities` map other
    municipalities' names, and places in them, to the municipality.
    """

    districts: tuple[District, ...]
    names: Mapping[str, Place]
    ambiguous: Mapping[str, tuple[Place, ...]]
    nicknames: Mapping[str, str]
    municipalities: Mapping[str, str]
    everyday_words: Mapping[str, EverydayWord]

    @classmethod
    def load(cls, path: Path = PLACES) -> Places:
        """Read and check the file.

        Raises:
            PlacesError: a field is missing, has the wrong form, or names something that is not there.
        """
        return _Reader(path).places()

    def district_name(self, district: str) -> str:
        """The district's Swedish name.

        Raises:
            KeyError: no district has this id.
        """
        return self._by_id[district].name

    def candidates(self, word: str, districts: Iterable[str]) -> tuple[Place, ...]:
        """The places to choose between for an ambiguous word; for an unknown word, the districts themselves."""
        if word in self.ambiguous:
            return self.ambiguous[word]
        return tuple(Place(self.district_name(district), district) for district in districts)

    @cached_property
    def _by_id(self) -> Mapping[str, District]:
        return {district.id: district for district in self.districts}


class _Reader:
    """Checks one file, entry by entry."""

    def __init__(self, path: Path) -> None:
        self._file = path.name
        try:
            data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        except YAMLError as error:
            raise PlacesError(f"{path.name}: not readable as YAML: {error}") from error
        self._data: dict[str, Any] = data if isinstance(data, dict) else {}

    def places(self) -> Places:
        entries = self._list(self._data, "file", "districts")
        districts = tuple(self._district(entry) for entry in entries)
        names: dict[str, Place] = {}
        for entry, district in zip(entries, districts, strict=True):
            self._add_names(names, entry, district)
        ambiguous = self._ambiguous(names) | self._split({d.id: d for d in districts})
        return Places(
            districts,
            names,
            ambiguous,
            self._nicknames({*names, *ambiguous}),
            self._municipalities(),
            {entry.word: entry for entry in map(self._everyday, self._list(self._data, "file", "everyday_words"))},
        )

    def _district(self, entry: Any) -> District:
        where = f"district '{entry.get('id') if isinstance(entry, dict) else entry}'"
        if not isinstance(entry, dict):
            raise self._error(where, "districts", "must be a list of fields")
        confidence = self._text(entry, where, "confidence")
        if confidence not in CONFIDENCE:
            raise self._error(where, "confidence", f"must be one of {', '.join(CONFIDENCE)}")
        former = tuple(str(name) for name in entry.get("former", []))
        return District(
            self._text(entry, where, "id"),
            self._text(entry, where, "name"),
            former,
            self._text(entry, where, "source"),
            confidence,
        )

    def _add_names(self, names: dict[str, Place], entry: dict[str, Any], district: District) -> None:
        where = f"district '{district.id}'"
        own = [str(name) for name in self._list(entry, where, "neighbourhoods")]
        own += [self._informal(item, where) for item in self._list(entry, where, "informal")]
        for name in own:
            if name in names:
                raise self._error(where, "neighbourhoods", f"'{name}' stands in '{names[name].district}' too")
            names[name] = Place(name, district.id)
        for name in (district.name, *district.former):
            names.setdefault(name, Place(name, district.id))
        for alias, name in dict(entry.get("aliases", {})).items():
            if name not in names:
                raise self._error(where, "aliases", f"'{name}' is not a place of this district")
            names[str(alias)] = names[name]

    def _informal(self, item: Any, where: str) -> str:
        if not isinstance(item, dict):
            raise self._error(where, "informal", "each entry needs name, confidence and source")
        name = self._text(item, where, "name")
        if self._text(item, f"{where}, '{name}'", "confidence") not in CONFIDENCE:
            raise self._error(f"{where}, '{name}'", "confidence", f"must be one of {', '.join(CONFIDENCE)}")
        self._text(item, f"{where}, '{name}'", "source")
        return name

    def _ambiguous(self, names: dict[str, Place]) -> dict[str, tuple[Place, ...]]:
        found: dict[str, tuple[Place, ...]] = {}
        for entry in self._list(self._data, "file", "ambiguous"):
            word = self._text(entry, "ambiguous", "word")
            choices = self._list(entry, f"ambiguous '{word}'", "could_be")
            unknown = [name for name in choices if name not in names]
            if unknown or len(choices) < 2:
                raise self._error(
                    f"ambiguous '{word}'", "could_be", f"needs two or more known places; unknown: {unknown}"
                )
            found[word] = tuple(names[name] for name in choices)
        return found

    def _split(self, districts: dict[str, District]) -> dict[str, tuple[Place, ...]]:
        found: dict[str, tuple[Place, ...]] = {}
        for entry in self._list(self._data, "file", "split"):
            word = self._text(entry, "split", "word")
            ids = self._list(entry, f"split '{word}'", "could_be")
            if len(ids) < 2 or any(id_ not in districts for id_ in ids):
                raise self._error(f"split '{word}'", "could_be", "needs two or more ids of districts")
            found[word] = tuple(Place(f"{word}, {districts[id_].name}", id_) for id_ in ids)
        return found

    def _nicknames(self, known: set[str]) -> dict[str, str]:
        nicknames = self._data.get("nicknames")
        if not isinstance(nicknames, dict):
            raise self._error("file", "nicknames", "must be a table of word: name")
        for word, name in nicknames.items():
            if name not in known:
                raise self._error(f"nickname '{word}'", str(word), f"'{name}' is not a place in this file")
        return {str(word): str(name) for word, name in nicknames.items()}

    def _municipalities(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in self._list(self._data, "file", "municipalities"):
            name = self._text(entry, "municipality", "name")
            for word in (name, *self._list(entry, f"municipality '{name}'", "places")):
                if str(word) in found:
                    raise self._error(f"municipality '{name}'", "places", f"'{word}' stands in '{found[word]}' too")
                found[str(word)] = name
        return found

    def _everyday(self, entry: Any) -> EverydayWord:
        word = self._text(entry, "everyday_words", "word")
        where = f"everyday_words '{word}'"
        lists = {field: self._list(entry, where, field) for field in ("not_after", "not_before") if field in entry}
        if not set(entry) <= {"word", "not_after", "not_before", "capital"}:
            raise self._error(where, "word", "only not_after, not_before and capital may stand beside it")
        return EverydayWord(
            word, **{k: tuple(map(str, v)) for k, v in lists.items()}, capital=entry.get("capital") is True
        )

    def _text(self, entry: Any, where: str, field: str) -> str:
        value = entry.get(field) if isinstance(entry, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise self._error(where, field, "must be a text")
        return value

    def _list(self, entry: dict[str, Any], where: str, field: str) -> list[Any]:
        value = entry.get(field)
        if not isinstance(value, list):
            raise self._error(where, field, "must be a list")
        return value

    def _error(self, where: str, field: str, problem: str) -> PlacesError:
        return PlacesError(f"{self._file}, {where}, field '{field}': {problem}.")
