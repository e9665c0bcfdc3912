"""The people a text speaks of, and how each is related to the one who writes.

"min systers son" is one person, not two; "min man" is a husband and "man kan inte" is nobody; "barnens pappa" is the
writer's ex. The words are in `people.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.understanding.numbers import number
from bot.understanding.person_words import STRANGER, Words, load_words
from bot.understanding.tokens import SENTENCE_END

Owner = Literal["writer", "bare", "some", "third", "none", "vocative"]
_REACH = 4
_LONGEST = 4
# A child of so many years: "treåringen", "min 15-åring"; not "tonåring", "pensionär", "argare".
_AGE_NOUNS = ("aringen", "aringarna", "aringar", "aring")
_NO_AGE_NOUNS = ("ton", "pension", "arg")


@dataclass(frozen=True)
class Person:
    """One mention: token positions [start, end), whose need it would be, the relation, and how the person is owned.

    `owner`: "writer" for "min son", "bare" for "brorsan", "some" for "en kompis", "third" for "hans son", "none" for
    "har kompisar". `relation` is STRANGER for "en kille" ("some") and "killen" ("bare"). `stands_for`: the relation is
    that of the owner in a chain ("min dotters pojkvän" counts as daughter), so that the person's age is not hers.
    """

    start: int
    end: int
    role: str
    relation: str
    owner: Owner
    genitive: bool = False
    stands_for: bool = False


def find_persons(said: Sequence[str]) -> tuple[Person, ...]:
    """The people in a list of folded tokens, in order; chains ("min systers son") are one person."""
    words = load_words()
    owners = (words.cues["mine"] | words.cues["theirs"]) - words.cues["not_before_misspelt"]
    said = [words.mended(word) if said[at - 1] in owners else word for at, word in enumerate(said)]
    found: list[Person] = []
    for index, word in enumerate(said):
        if (word not in words.any_first and "aring" not in word) or (found and index < found[-1].end):
            continue
        person = _person_at(said, index, words, bool(found) and found[-1].genitive and found[-1].end == index)
        if person:
            _join(found, person, said, words)
    return tuple(person for person in found if _counts(person, said, words))


def _person_at(said: Sequence[str], index: int, words: Words, owned: bool) -> Person | None:
    first = said[index]
    owner = "third" if owned else _owner(said, index, words)
    if first in words.first or first.removesuffix("s") in words.first:
        for length in range(min(_LONGEST, len(said) - index), 0, -1):
            phrase = tuple(said[index : index + length])
            stem = (*phrase[:-1], phrase[-1].removesuffix("s"))
            person = _named(said, index, owner, phrase, False, words) or _named(
                said, index, owner, stem, phrase != stem, words
            )
            if person:
                return person
    return _age_noun(said, index, owner) or _stranger(said, index, owner, words)


def _named(
    said: Sequence[str], index: int, owner: Owner | None, form: tuple[str, ...], genitive: bool, words: Words
) -> Person | None:
    relation = words.relation(form)
    if relation is None or _is_adjective(said, index, form, words):
        return None
    if owner in (None, "some") and form in words.bare:
        owner = "bare"
    if owner in (None, "some") and form not in words.words:
        return None
    role = "other" if owner == "third" else words.roles[relation]
    return Person(index, index + len(form), role, relation, owner or _unowned(said, index, words), genitive)


def _is_adjective(said: Sequence[str], index: int, form: tuple[str, ...], words: Words) -> bool:
    after = said[index + 1 : index + 2]
    return form[0] in words.cues["like_adjectives"] and bool(after) and after[0] not in words.cues["after_noun"]


def _unowned(said: Sequence[str], index: int, words: Words) -> Owner:
    """Telegrams leave the "min" out: "kusin dricker", "bror i häktet"."""
    opens = index == 0 or said[index - 1] in SENTENCE_END
    after = said[index + 1 : index + 2]
    if said[index] in words.cues["vocative"] and (not opens or not after or after[0] in words.cues["addressed"]):
        return "vocative"
    return "some" if opens else "none"


def _age_noun(said: Sequence[str], index: int, owner: Owner | None) -> Person | None:
    stem = said[index].removesuffix("s")
    ending = next((end for end in _AGE_NOUNS if stem.endswith(end)), None)
    if ending is None or stem.startswith(_NO_AGE_NOUNS):
        return None
    if owner is None and ending in _AGE_NOUNS[:2] and stem != ending:
        owner = "bare"
    return Person(index, index + 1, "other" if owner == "third" else "child", "child", owner or "some")


def _stranger(said: Sequence[str], index: int, owner: Owner | None, words: Words) -> Person | None:
    word = said[index].removesuffix("s")
    if {word, " ".join(said[index : index + 2])} & words.strangers["always"]:
        return None if owner in ("writer", "third") else Person(index, index + 1, "other", STRANGER, "some")
    indefinite = word in words.strangers["indefinite"] and (
        owner == "some" or said[index - 1 : index] in (["den"], ["har"])
    )
    if not indefinite and not (word in words.strangers["definite"] and owner is None):
        return None
    start = index - 1 if owner == "some" else index
    if start and said[start - 1] in words.cues["apposed"]:
        return None
    return Person(index, index + 1, "other", STRANGER, "some" if indefinite else "bare", word != said[index])


def _owner(said: Sequence[str], index: int, words: Words) -> Owner | None:
    cues = words.cues
    for back in range(index - 1, max(-1, index - 1 - _REACH), -1):
        word = said[back]
        if word in cues["mine"]:
            return "writer"
        if word in cues["theirs"]:
            return "third"
        if word in cues["some"]:
            return "writer" if _has(said, back, words) else "some"
        # Between "min" and the noun stand definite adjectives ("min lilla trotsiga son"), numbers, and a few others.
        if not (word in cues["between"] or number(word) or word.endswith(("a", "e", "arig", "ars"))):
            return None
    return None


def _has(said: Sequence[str], index: int, words: Words) -> bool:
    """ "jag har en son", "vi har två barn": owned, though the noun is indefinite."""
    before = set(said[max(0, index - 3) : index])
    return bool(before & words.cues["have"]) and bool(before & words.cues["first"])


def _join(found: list[Person], person: Person, said: Sequence[str], words: Words) -> None:
    """Add a person; one that belongs to the person before ("min systers | son") takes that one's place."""
    last = found[-1] if found else None
    between = said[last.end : person.start] if last else ()
    if last and last.genitive and all(word.endswith(("a", "e")) or word.isdigit() or word == "-" for word in between):
        found[-1] = _chained(last, person, words)
        return
    if last and last.owner == "writer" and person.owner != "third" and between in (["och"], ["o"], ["&"], ["eller"]):
        person = replace(person, owner="writer")
    found.append(person)


def _chained(owner: Person, person: Person, words: Words) -> Person:
    kin = words.kin.get((owner.relation, person.relation))
    relation = person.relation if kin == "same" else kin or owner.relation
    role = "other" if owner.owner == "third" else words.roles.get(relation, "other")
    # Whoever writes of a neighbour's or a cousin's child means the child, though the relation is the neighbour's.
    stands_for = kin is None and words.roles.get(person.relation) != "child"
    return Person(owner.start, person.end, role, relation, owner.owner, person.genitive, stands_for)


def _counts(person: Person, said: Sequence[str], words: Words) -> bool:
    """ "en kompis" is somebody; "barn" without owner is children in general; a vocative is nobody."""
    if person.owner in ("writer", "bare", "third") or person.relation != "child":
        return person.owner != "vocative"
    return person.owner == "some" and person.start > 0 and said[person.start - 1] in words.cues["some"]
