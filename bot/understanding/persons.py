"""The people a text speaks of, and how each is related to the one who writes.

"min systers son" is one person, not two; "min man" is a husband and "man kan inte" is nobody; "barnens pappa" is the
writer's ex. The words are in `people.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.understanding.person_words import STRANGER, Words, load_words
from bot.understanding.tokens import SENTENCE_END

Owner = Literal["writer", "bare", "some", "third", "none", "vocative"]

_MINE = frozenset("min mitt mina var vart vara mins mn mi my our".split())
_THEIRS = frozenset(
    "hans hennes hens deras sin sitt sina nagons ens din ditt dina er ert era andras his her their".split()
)
# "vart" is also "where", "var" also "was": what follows them is left alone.
_BEFORE_MISSPELT = (_MINE | _THEIRS) - {"var", "vart", "er", "a"}
# Said to whoever listens, not about anybody: "bror, jag svär".
_VOCATIVE = frozenset("bror shuno bro brother brusch broder kompis".split())
_SOME = frozenset("en ett nan nat nagon nagot nagra flera tva tre fyra fem sex tvilling a".split())
_HAVE = frozenset("har hade ar fick fatt have".split())
_FIRST = frozenset("jag ja vi".split())
# Between "min" and the noun stand definite adjectives ("min lilla trotsiga son"), numbers, a hyphen, or these.
_BETWEEN = frozenset(
    "egen eget kar fin del stor liten o och ung vuxen tonarig numera snart alltid nu ex f d fd".split()
)
_REACH = 4
# "min yngsta" is a child, "min yngsta syster" is not: these nouns count only before a verb or the end of a clause.
_LIKE_ADJECTIVES = frozenset("yngsta yngste aldsta aldste minsta mellersta lilla lille stora lillen".split())
_AFTER_NAMED = (["i"], ["vill"], ["har"], ["dricker"], ["knarkar"], ["sitter"], ["som"], ["pa"])
_APPOSED = frozenset(", ar e som am".split())
_AFTER_NOUN = frozenset("ar e har som och men pa vill gar fyller kom kommer slar ar blir , . ! ? )".split())


@dataclass(frozen=True)
class Person:
    """One mention: token positions [start, end), whose need it would be, the relation, and how the person is owned.

    `owner`: "writer" for "min son", "bare" for "brorsan", "some" for "en kompis", "third" for "hans son", "none" for
    "har kompisar". `relation` is STRANGER for "en kille" ("some") and "killen" ("bare"). `stands_for`: the relation is that of the owner in a chain ("min dotters pojkvän" counts
    as daughter), so what is said of the person's age is not said of the relation.
    """

    start: int
    end: int
    role: str
    relation: str
    owner: Owner
    genitive: bool = False
    stands_for: bool = False


def find_persons(said: Sequence[str]) -> tuple[Person, ...]:
    """The people in a list of tokens, in order; chains ("min systers son") are one person."""
    words = load_words()
    said = [words.mended(word) if said[at - 1] in _BEFORE_MISSPELT else word for at, word in enumerate(said)]
    found: list[Person] = []
    for index, word in enumerate(said):
        if (word not in words.any_first and "aring" not in word) or (found and index < found[-1].end):
            continue
        person = _person_at(said, index, words, bool(found) and found[-1].genitive and found[-1].end == index)
        if person:
            _join(found, person, said, words)
    return tuple(
        person for person in found if person.owner in ("writer", "bare", "third") or _counts_unowned(person, said)
    )


def _person_at(said: Sequence[str], index: int, words: Words, owned: bool) -> Person | None:
    first = said[index]
    if first not in words.first and first.removesuffix("s") not in words.first:
        return _age_noun(said, index) or _stranger(said, index, words)
    for length in (4, 3, 2, 1):
        phrase = tuple(said[index : index + length])
        if len(phrase) != length:
            continue
        stem = (*phrase[:-1], phrase[-1].removesuffix("s"))
        for form, genitive in ((phrase, False), (stem, True)):
            owner = "third" if owned else _owner(said, index)
            person = _owned(said, index, owner, form, genitive and form != phrase, words)
            if person:
                return person
    return _stranger(said, index, words)


def _stranger(said: Sequence[str], index: int, words: Words) -> Person | None:
    word = said[index].removesuffix("s")
    owner = _owner(said, index)
    if word in words.strangers["always"] or " ".join(said[index : index + 2]) in words.strangers["always"]:
        return None if owner in ("writer", "third") else Person(index, index + 1, "other", STRANGER, "some")
    indefinite = word in words.strangers["indefinite"] and (
        owner == "some" or said[index - 1 : index] in (["den"], ["har"])
    )
    if not indefinite and not (word in words.strangers["definite"] and owner is None):
        return None
    # "min bror är en kille på 19", "min kusin, en tjej på 16": the same person again.
    start = index - 1 if owner == "some" else index
    if start and said[start - 1] in _APPOSED:
        return None
    return Person(index, index + 1, "other", STRANGER, "some" if indefinite else "bare", word != said[index])


def _owned(
    said: Sequence[str], index: int, owner: Owner | None, form: tuple[str, ...], genitive: bool, words: Words
) -> Person | None:
    relation = words.words.get(form) or words.bare.get(form) or words.own.get(form)
    if relation is None:
        return None
    if owner in (None, "some") and form in words.bare:
        owner = "bare"
    if owner in (None, "some") and form not in words.words:
        return None
    if form[0] in _LIKE_ADJECTIVES and said[index + 1 : index + 2] and said[index + 1] not in _AFTER_NOUN:
        return None
    role = "other" if owner == "third" else words.roles[relation]
    return Person(index, index + len(form), role, relation, owner or _unowned(said, index), genitive)


def _unowned(said: Sequence[str], index: int) -> Owner:
    """Telegrams leave the "min" out: "kusin dricker", "bror i häktet"."""
    if said[index] in _VOCATIVE and (index or len(said) > _REACH or said[1:2] not in _AFTER_NAMED):
        return "vocative"
    return "some" if index == 0 or said[index - 1] in SENTENCE_END else "none"


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
    kin = words.kin.get((owner.relation, person.relation))
    relation = person.relation if kin == "same" else kin or owner.relation
    role = "other" if owner.owner == "third" else words.roles.get(relation, "other")
    # Whoever writes of a neighbour's or a cousin's child means the child, though the relation is the neighbour's.
    stands_for = kin is None and words.roles.get(person.relation) != "child"
    return Person(owner.start, person.end, role, relation, owner.owner, person.genitive, stands_for)


def _counts_unowned(person: Person, said: Sequence[str]) -> bool:
    """ "en kompis" is somebody; "barn" without owner is children in general."""
    if person.relation != "child" or person.owner == "vocative":
        return person.owner != "vocative"
    return person.owner == "some" and person.start > 0 and said[person.start - 1] in _SOME
