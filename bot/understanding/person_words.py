"""The words for people in `people.yml`, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.tokens import tokens
from bot.understanding.vocabulary import WordFile

PEOPLE = Path(__file__).with_name("people.yml")
STRANGER = "someone"
_SHORTEST_MENDED = 5
_LONG = 9
# Ordinary words one slip away from a word for a person.
_NOT_MISSPELT = frozenset(
    "system systemet barnes vanner kompass broder datorn dator mannens vagnen manga manskliga".split()
)


@dataclass(frozen=True)
class Words:
    """The relations of people.yml: phrases of tokens → relation, by which of the three lists they stand in."""

    roles: Mapping[str, str]
    words: Mapping[tuple[str, ...], str]
    bare: Mapping[tuple[str, ...], str]
    own: Mapping[tuple[str, ...], str]
    first: frozenset[str]
    any_first: frozenset[str]
    single: tuple[str, ...]
    strangers: Mapping[str, frozenset[str]]
    kin: Mapping[tuple[str, str], str]

    def mended(self, word: str) -> str:
        """The word for a person that this word misspells ("kompsi"), or the word itself."""
        if len(word) < _SHORTEST_MENDED or word in self.first or word.removesuffix("s") in self.first:
            return word
        allowed = 1 if len(word) < _LONG else 2
        near = process.extractOne(word, self.single, scorer=OSA.distance, score_cutoff=allowed)
        return near[0] if near and near[0][0] == word[0] and word not in _NOT_MISSPELT else word


@cache
def load_words(path: Path = PEOPLE) -> Words:
    """Read and check the relations.

    Raises:
        VocabularyError: an entry lacks a field or a relation is unknown.
    """
    file = WordFile(path)
    relations = file.table("relations")
    roles = {
        name: file.choice(entry, f"relation '{name}'", "role", ("child", "other")) for name, entry in relations.items()
    }
    lists = {kind: _phrases(file, relations, kind) for kind in ("words", "bare", "own")}
    first = frozenset(phrase[0] for group in lists.values() for phrase in group)
    strangers = file.table("strangers")
    unnamed = {kind: frozenset(file.words(strangers, "strangers", kind)) for kind in strangers}
    phrases = [*lists["words"], *lists["bare"], *lists["own"]]
    single = tuple(
        dict.fromkeys(phrase[0] for phrase in phrases if len(phrase) == 1 and len(phrase[0]) >= _SHORTEST_MENDED)
    )
    known = first | {word.split()[0] for group in unnamed.values() for word in group}
    any_first = frozenset(known | {word + "s" for word in known})
    return Words(
        roles, lists["words"], lists["bare"], lists["own"], first, any_first, single, unnamed, _kin(file, roles)
    )


def _phrases(file: WordFile, relations: Mapping[str, Any], kind: str) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for name, entry in relations.items():
        for word in file.words(entry, f"relation '{name}'", kind):
            found.setdefault(tuple(tokens(word)), name)
    return found


def _kin(file: WordFile, roles: Mapping[str, str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    entries = file.data.get("kin", [])
    for number, entry in enumerate(entries, start=1):
        where = f"kin, line {number}"
        result = file.choice(entry, where, "is", (*roles, "same"))
        pairs = [
            (of, to) for of in _known(file, entry, where, "of", roles) for to in _known(file, entry, where, "to", roles)
        ]
        found.update(dict.fromkeys(pairs, result))
    return found


def _known(file: WordFile, entry: Any, where: str, field: str, roles: Iterable[str]) -> tuple[str, ...]:
    names = file.words(entry, where, field)
    unknown = set(names) - set(roles)
    if unknown:
        raise file.error(where, field, f"unknown relations: {', '.join(sorted(unknown))}")
    return names
