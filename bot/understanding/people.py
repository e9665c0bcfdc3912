"""Whom the help is for, how that person is related to the writer, and which drug is spoken of.

The writer may be the one who is hurt ("min kille slår mig") or the one who worries ("min kille knarkar"): the same
words, another need. What is said outright ("det gäller min syster, inte mig") wins; then who is hurt; then who is said
to be in trouble.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.understanding.person_words import PEOPLE, STRANGER
from bot.understanding.persons import Person, find_persons
from bot.understanding.numbers import number
from bot.understanding.phrases import PhraseBook
from bot.understanding.substances import find_substance
from bot.understanding.text import fold
from bot.understanding.tokens import SENTENCE_END, tokens
from bot.understanding.vocabulary import WordFile

_ABOUT = frozenset("galler gallde gallr angaende betraffande".split())
_ABOUT_PAIRS = frozenset(
    {("handlar", "om"), ("ror", "sig"), ("ar", "for"), ("skriver", "om"), ("it", "s"), ("s", "about"), ("is", "about")}
)
_ABOUT_SECOND = frozenset(second for _, second in _ABOUT_PAIRS)
_SELF = frozenset("mig mej jag me myself".split())
_THIRD = frozenset("han hon hen honom henne hans hennes he she him her".split())
_CLOSE = 4
_OWNED = {"writer": 3.0, "bare": 2.5, "some": 2.0, "third": 1.0, "none": 0.5}
_ENOUGH = 2
# One who says "jag är mamma" writes of the child, unless somebody else stands out clearly.
_MORE_THAN_WRITER = 3.5
_YOUNG = range(8, 26)


@dataclass(frozen=True)
class People:
    """`role`: self, child or other. `relation`: a name of people.yml. `substance`: a name of substances.yml."""

    role: str | None = None
    relation: str | None = None
    substance: str | None = None


@dataclass(frozen=True)
class Signs:
    """What people.yml says besides the words for people."""

    book: PhraseBook
    writers: Mapping[tuple[str, ...], str]
    first_of_writers: frozenset[str]
    weights: Mapping[str, frozenset[str]]


def find_people(text: str) -> People:
    """Read one message. Pure and total."""
    folded = fold(text)
    said = tokens(folded)
    role, relation = find_role(folded, said, find_persons(said))
    return People(role, None if relation == STRANGER else relation, find_substance(folded))


def find_role(folded: str, said: Sequence[str], persons: Sequence[Person]) -> tuple[str | None, str | None]:
    """Role and relation, from a folded text, its tokens and the people in them; STRANGER for "en kille" and the like.

    The order is the rule: what is said outright, who is hurt, whose own trouble it is, who stands out, how the writer
    is introduced, and only then the weaker signs.
    """
    signs = load_signs()
    shown = signs.book.names(folded)
    writer = _introduction(said, signs)
    others = [person for person in persons if not _is_writer(said, person, signs)]
    named = _without_own_names([person for person in others if person.relation != STRANGER])
    strangers = [person for person in others if person.relation == STRANGER]
    return (
        _said_outright(said, others)
        or _hurt(shown, named)
        or _own_trouble(shown)
        or _someone(said, named, signs, writer)
        or _introduced(writer)
        or _young_writer(said)
        or _unborn(shown)
        or _someone(said, strangers, signs, writer)
        or _perhaps_self(said, shown)
        or (None, None)
    )


def _without_own_names(persons: list[Person]) -> list[Person]:
    """In a parent's text "mamma" and "pappa" are the parents themselves, in the child's mouth."""
    if not any(person.role == "child" and person.owner in ("writer", "bare") for person in persons):
        return persons
    return [person for person in persons if person.relation != "parent" or person.owner == "writer"]


def _said_outright(said: Sequence[str], persons: Sequence[Person]) -> tuple[str, str | None] | None:
    """ "det gäller …": the person named within a few words; "inte" just before denies it."""
    for index, word in enumerate(said):
        if word not in _ABOUT and (word not in _ABOUT_SECOND or tuple(said[index - 1 : index + 1]) not in _ABOUT_PAIRS):
            continue
        denied = False
        for at in range(index + 1, min(len(said), index + 1 + _CLOSE + 4)):
            if said[at] in ("inte", "not", "ej"):
                denied = True
            elif said[at] in ("utan", "but"):
                denied = False
            person = next((p for p in persons if p.start <= at < p.end), None)
            if person and not denied and person.owner != "third":
                return person.role, person.relation
            if said[at] in _SELF and not denied and at <= index + 2:
                return "self", None
            if said[at] in SENTENCE_END or (person is None and at > index + _CLOSE + 1):
                break
    return None


def _hurt(shown: set[str], persons: Sequence[Person]) -> tuple[str, str | None] | None:
    if "harm" not in shown:
        return None
    first = persons[0] if persons else None
    if first and first.role == "child":
        return "child", first.relation
    return "self", first.relation if first else None


def _own_trouble(shown: set[str]) -> tuple[str, str | None] | None:
    return ("self", None) if "self" in shown and "not_self" not in shown else None


def _someone(
    said: Sequence[str], persons: Sequence[Person], signs: Signs, writer: str | None
) -> tuple[str, str | None] | None:
    """The person in whom the trouble is, when one stands out enough."""
    scored = [(_weight(said, person, signs), -person.start, person) for person in persons]
    weight, _, person = max(scored, key=lambda entry: entry[:2], default=(0.0, 0, None))
    if person is None or weight < (_ENOUGH if writer is None else _MORE_THAN_WRITER):
        return None
    if (
        person.role == "child"
        and person.owner != "writer"
        and (writer not in (None, "child") or _elsewhere(said, person, signs))
    ):
        return "other", writer
    if person.role == "child" and person.owner in ("some", "none"):
        return ("child", person.relation) if writer == "child" else None
    # "hans son": whose son he is, is not told.
    return person.role, None if person.owner == "third" else person.relation


def _perhaps_self(said: Sequence[str], shown: set[str]) -> tuple[str, str | None] | None:
    """ "jag mår dåligt" — unless the text goes on about a "han" or "hon" who is not named."""
    if "self_weak" not in shown or "not_self" in shown or sum(word in _THIRD for word in said) > 1:
        return None
    return "self", None


def _introduced(writer: str | None) -> tuple[str, str | None] | None:
    if writer is None:
        return None
    return ("child", "child") if writer == "child" else ("other", writer)


def _unborn(shown: set[str]) -> tuple[str, str | None] | None:
    return ("child", "child") if "unborn" in shown else None


def _young_writer(said: Sequence[str]) -> tuple[str, str | None] | None:
    """ "jag är fjorton": the young write of themselves when they name nobody they are close to."""
    for index, word in enumerate(said):
        if word in ("jag", "ja", "im"):
            near = [number(other) for other in said[max(0, index - 2) : index + 4]]
            if any(found and found.value and found.value in _YOUNG for found in near):
                return "self", None
    return None


def _weight(said: Sequence[str], person: Person, signs: Signs) -> float:
    weight = _OWNED[person.owner]
    if person.owner == "some" and person.role == "child":
        weight = 1.0
    if person.owner == "bare" and person.relation in ("grandparent", "parent"):
        # In a letter from grandmother "mormor" is mostly what the child calls her.
        weight = 1.0
    after = _clause(said[person.end : person.end + _CLOSE])
    before = said[max(0, person.start - 3) : person.start]
    speaks = person.role == "other" and any(word in signs.weights["speaks"] for word in after[:2])
    if speaks or after[:2] in (["och", "jag"], ["o", "jag"]):
        weight -= 2
    elif any(word in signs.weights["trouble"] for word in after):
        weight += 2
    if any(word in signs.weights["worry"] for word in before):
        weight += 1
    if before[-2:] in (["jag", "och"], ["jag", "o"]):
        weight -= 1
    return weight + (0.5 if person.role == "child" else 0)


def _elsewhere(said: Sequence[str], person: Person, signs: Signs) -> bool:
    """ "barnen på förskolan", "barnet hos grannen": not the writer's own."""
    return any(word in signs.weights["elsewhere"] for word in _clause(said[person.end : person.end + 3]))


def _clause(words: Sequence[str]) -> list[str]:
    """The words up to the end of the clause; "min son, 15, röker" and "min bror, som röker" go on after the comma."""
    found: list[str] = []
    for at, word in enumerate(words):
        if word in SENTENCE_END or (word == "," and not _goes_on(words[at + 1 : at + 2])):
            break
        found.append(word)
    return found


def _goes_on(after: Sequence[str]) -> bool:
    return not after or after[0] == "som" or number(after[0]) is not None or after[0] in _THIRD


def _introduction(said: Sequence[str], signs: Signs) -> str | None:
    """ "jag är mormor", "som lärare": the relation that the writer has to the one it is about."""
    for index in range(len(said)):
        if said[index] not in signs.first_of_writers:
            continue
        relation = signs.writers.get((said[index],)) or signs.writers.get(tuple(said[index : index + 2]))
        if relation and _introduces(said, index):
            return relation
    return None


def _is_writer(said: Sequence[str], person: Person, signs: Signs) -> bool:
    return (said[person.start],) in signs.writers and person.owner != "writer" and _introduces(said, person.start)


def _introduces(said: Sequence[str], index: int) -> bool:
    for back in range(index - 1, max(-1, index - 7), -1):
        word = said[back]
        if word in ("ar", "e", "am", "m", "som", "blivit"):
            before = said[back - 1] if back else "."
            return word == "som" or before in ("jag", "ja", "vi", "i", "och", "o") or before in SENTENCE_END
        if word in SENTENCE_END:
            return back == index - 1 and _opens(said, index)
        if not (
            word.endswith(("a", "d", "ig", "ad", "ande", "s", "m"))
            or word in ("en", "ett", "ar", ",", "och", "hans")
            or word.isdigit()
        ):
            return False
    return _opens(said, index)


def _opens(said: Sequence[str], index: int) -> bool:
    return said[index + 1 : index + 2] in (["till"], ["har"], ["at"]) and index < 3


@cache
def load_signs(path: Path = PEOPLE) -> Signs:
    """Read and check the signs, the writers and the weights.

    Raises:
        VocabularyError: an entry is missing or has the wrong form.
    """
    file = WordFile(path)
    signs = file.table("signs")
    writers = file.table("writers")
    weights = file.table("weights")
    introduced = {tuple(word.split()): name for name in writers for word in file.words(writers, "writers", name)}
    return Signs(
        PhraseBook.of({name: file.phrases(signs, "signs", name) for name in signs}),
        introduced,
        frozenset(words[0] for words in introduced),
        {name: frozenset(file.words(weights, "weights", name)) for name in weights},
    )
