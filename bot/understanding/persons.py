"""The people a text speaks of, and how each is related to the one who writes.

"min systers son" is one person, not two; "min man" is a husband and "man kan inte" is nobody; "barnens pappa" is the
writer's ex. The words are in `people.yml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bot.understanding.tokens import tokens
from bot.understanding.vocabulary import WordFile

PEOPLE = Path(__file__).with_name("people.yml")
Owner = Literal["writer", "bare", "some", "third"]

_MINE = frozenset("min mitt mina var vart vara mins mn mi my our".split())
_THEIRS = frozenset("hans hennes hens deras sin sitt sina nagons ens din ditt dina er ert era andras his her their".split())
_SOME = frozenset("en ett nan nat nagon nagot nagra flera tva tre fyra fem sex tvilling a".split())
_HAVE = frozenset("har hade ar fick fatt have".split())
_FIRST = frozenset("jag ja vi".split())
# Between "min" and the noun stand definite adjectives ("min lilla trotsiga son"), numbers, a hyphen, or these.
_BETWEEN = frozenset("egen eget kar fin del stor liten o och ung vuxen tonarig numera snart alltid nu ex f d fd".split())
_REACH = 4
# "min yngsta" is a child, "min yngsta syster" is not: these nouns count only before a verb or the end of a clause.
_LIKE_ADJECTIVES = frozenset("yngsta yngste aldsta aldste minsta mellersta lilla lille stora lillen".split())
_AFTER_NOUN = frozenset("ar e har som och men pa vill gar fyller kom kommer slar ar blir , . ! ? )".split())


@dataclass(frozen=True)
class Person:
    """One mention: token positions [start, end), whose need it would be, the relation, and how the person is owned.

    `owner`: "writer" for "min son", "bare" for "brorsan", "some" for "en kompis", "third" for "hans son".
    """

    start: int
    end: int
    role: str
    relation: str
    owner: Owner
    genitive: bool = False


@dataclass(frozen=True)
class Words:
    """The relations of people.yml: phrases of tokens → relation, by which of the three lists they stand in."""

    roles: Mapping[str, str]
    words: Mapping[tuple[str, ...], str]
    bare: Mapping[tuple[str, ...], str]
    own: Mapping[tuple[str, ...], str]
    first: frozenset[str]
    kin: Mapping[tuple[str, str], str]


def find_persons(said: Sequence[str]) -> tuple[Person, ...]:
    """The people in a list of tokens, in order; chains ("min systers son") are one person."""
    words = load_words()
    found: list[Person] = []
    index = 0
    while index < len(said):
        person = _person_at(said, index, words)
        if person is None:
            index += 1
            continue
        _join(found, person, said, words)
        index = person.end
    return tuple(person for person in found if person.owner != "some" or _counts_unowned(person, said))


def _person_at(said: Sequence[str], index: int, words: Words) -> Person | None:
    first = said[index]
    if first not in words.first and first.removesuffix("s") not in words.first:
        return _age_noun(said, index)
    for length in (4, 3, 2, 1):
        phrase = tuple(said[index : index + length])
        if len(phrase) != length:
            continue
        stem = (*phrase[:-1], phrase[-1].removesuffix("s"))
        for form, genitive in ((phrase, False), (stem, True)):
            person = _owned(said, index, length, form, genitive and form != phrase, words)
            if person:
                return person
    return None


def _owned(
    said: Sequence[str], index: int, length: int, form: tuple[str, ...], genitive: bool, words: Words
) -> Person | None:
    relation = words.words.get(form) or words.bare.get(form) or words.own.get(form)
    if relation is None:
        return None
    owner = _owner(said, index)
    if owner in (None, "some") and form in words.bare:
        owner = "bare"
    if owner in (None, "some") and form not in words.words:
        return None
    if form[0] in _LIKE_ADJECTIVES and said[index + 1 : index + 2] and said[index + 1] not in _AFTER_NOUN:
        return None
    role = "other" if owner == "third" else words.roles[relation]
    return Person(index, index + length, role, relation, owner or "some", genitive)


def _age_noun(said: Sequence[str], index: int) -> Person | None:
    """ "min 15-åring", "vår trettonåring", and "treåringen" without owner."""
    stem = said[index].removesuffix("s")
    base = next((end for end in ("aringen", "aringarna", "aringar", "aring") if stem.endswith(end)), None)
    if base is None or stem.startswith(("ton", "pension", "arg")):
        return None
    owner = _owner(said, index)
    if base in ("aringen", "aringarna") and stem != base and owner is None:
        owner = "bare"
    return Person(index, index + 1, "other" if owner == "third" else "child", "child", owner or "some")


def _owner(said: Sequence[str], index: int) -> Owner | None:
    for back in range(index - 1, max(-1, index - 1 - _REACH), -1):
        word = said[back]
        if word in _MINE:
            return "writer"
        if word in _THEIRS:
            return "third"
        if word in _SOME:
            return "writer" if _has(said, back) else "some"
        if not (word in _BETWEEN or word == "-" or word.isdigit() or word.endswith(("a", "e", "arig", "ars"))):
            return None
    return None


def _has(said: Sequence[str], index: int) -> bool:
    """ "jag har en son", "vi har två barn": owned, though the noun is indefinite."""
    before = said[max(0, index - 3) : index]
    return any(word in _HAVE for word in before) and any(word in _FIRST for word in before)


def _join(found: list[Person], person: Person, said: Sequence[str], words: Words) -> None:
    """Add a person; one that belongs to the person before ("min systers | son") takes that one's place."""
    last = found[-1] if found else None
    between = said[last.end : person.start] if last else ()
    if last and last.genitive and all(word.endswith(("a", "e")) or word.isdigit() or word == "-" for word in between):
        found[-1] = _chained(last, person, words)
        return
    if last and len(between) == 1 and between[0] in ("och", "o", "&", "eller") and last.owner == "writer":
        person = replace(person, owner="writer" if person.owner != "third" else "third")
    found.append(person)


def _chained(owner: Person, person: Person, words: Words) -> Person:
    relation = words.kin.get((owner.relation, person.relation), owner.relation)
    relation = person.relation if relation == "same" else relation
    role = "other" if owner.owner == "third" else words.roles[relation]
    return Person(owner.start, person.end, role, relation, owner.owner, person.genitive)


def _counts_unowned(person: Person, said: Sequence[str]) -> bool:
    """ "en kompis" is somebody; "barn" and "en son" without owner are people in general."""
    return person.relation not in ("son", "daughter", "child", "parent", "sibling", "partner") or _some(said, person.start)


def _some(said: Sequence[str], index: int) -> bool:
    return index > 0 and said[index - 1] in _SOME


@cache
def load_words(path: Path = PEOPLE) -> Words:
    """Read and check the relations.

    Raises:
        VocabularyError: an entry lacks a field or a relation is unknown.
    """
    file = WordFile(path)
    relations = file.table("relations")
    roles = {name: file.choice(entry, f"relation '{name}'", "role", ("child", "other")) for name, entry in relations.items()}
    lists = {kind: _phrases(file, relations, kind) for kind in ("words", "bare", "own")}
    first = frozenset(phrase[0] for group in lists.values() for phrase in group)
    return Words(roles, lists["words"], lists["bare"], lists["own"], first, _kin(file, roles))


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
        pairs = [(of, to) for of in _known(file, entry, where, "of", roles) for to in _known(file, entry, where, "to", roles)]
        found.update(dict.fromkeys(pairs, result))
    return found


def _known(file: WordFile, entry: Any, where: str, field: str, roles: Iterable[str]) -> tuple[str, ...]:
    names = file.words(entry, where, field)
    unknown = set(names) - set(roles)
    if unknown:
        raise file.error(where, field, f"unknown relations: {', '.join(sorted(unknown))}")
    return names
