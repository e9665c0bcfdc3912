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
_CUES = ("mine", "theirs", "some", "have", "first", "vocative", "addressed", "between", "like_adjectives", "after_noun",
         "apposed", "not_before_misspelt", "ordinary")  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The relations of people.yml: phrases of tokens → relation, by which of the three lists they stand in.

    `first` are the words that a phrase begins with, `any_first` these and the strangers', with their genitives.
    """

    roles: Mapping[str, str]
    words: Mapping[tuple[str, ...], str]
    bare: Mapping[tuple[str, ...], str]
    own: Mapping[tuple[str, ...], str]
    first: frozenset[str]
    any_first: frozenset[str]
    single: tuple[str, ...]
    strangers: Mapping[str, frozenset[str]]
    kin: Mapping[tuple[str, str], str]
    cues: Mapping[str, frozenset[str]]

    def relation(self, form: tuple[str, ...]) -> str | None:
        """The relation that a phrase of tokens names."""
        return self.words.get(form) or self.bare.get(form) or self.own.get(form)

    def mended(self, word: str) -> str:
        """The word for a person that this word misspells ("kompsi"), or the word itself."""
        if len(word) < _SHORTEST_MENDED or word in self.first or word.removesuffix("s") in self.first:
            return word
        allowed = 1 if len(word) < _LONG else 2
        near = process.extractOne(word, self.single, scorer=OSA.distance, score_cutoff=allowed)
        return near[0] if near and near[0][0] == word[0] and word not in self.cues["ordinary"] else word


@cache
def load_words(path: Path = PEOPLE) -> Words:
    """Read and check the relations.

    Raises:
        VocabularyError: an entry lacks a field or a relation is unknown.
    """
    file = WordFile(path)
    relations = file.table("relations")
    roles = {n: file.choice(entry, f"relation '{n}'", "role", ("child", "other")) for n, entry in relations.items()}
    words, bare, own = (_phrases(file, relations, kind) for kind in ("words", "bare", "own"))
    phrases = {*words, *bare, *own}
    first = frozenset(phrase[0] for phrase in phrases)
    strangers = file.sets("strangers", ("definite", "always", "indefinite"))
    known = first | {word.split()[0] for group in strangers.values() for word in group}
    return Words(
        roles,
        words,
        bare,
        own,
        first,
        any_first=frozenset(known | {word + "s" for word in known}),
        single=tuple(sorted(p[0] for p in phrases if len(p) == 1 and len(p[0]) >= _SHORTEST_MENDED)),
        strangers=strangers,
        kin=_kin(file, roles),
        cues=file.sets("cues", _CUES),
    )


def _phrases(file: WordFile, relations: Mapping[str, Any], kind: str) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for name, entry in relations.items():
        for word in file.words(entry, f"relation '{name}'", kind):
            found.setdefault(tuple(tokens(word)), name)
    return found


def _kin(file: WordFile, roles: Mapping[str, str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for number, entry in enumerate(file.data.get("kin", []), start=1):
        where = f"kin, line {number}"
        result = file.choice(entry, where, "is", (*roles, "same"))
        whose, who = (_known(file, entry, where, field, roles) for field in ("of", "to"))
        found |= {(of, to): result for of in whose for to in who}
    return found


def _known(file: WordFile, entry: Any, where: str, field: str, roles: Iterable[str]) -> tuple[str, ...]:
    names = file.words(entry, where, field)
    unknown = set(names) - set(roles)
    if unknown:
        raise file.error(where, field, f"unknown relations: {', '.join(sorted(unknown))}")
    return names
