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

from bot.understanding.persons import PEOPLE, Person, find_persons
from bot.understanding.phrases import PhraseBook
from bot.understanding.substances import find_substance
from bot.understanding.text import fold
from bot.understanding.tokens import SENTENCE_END, tokens
from bot.understanding.vocabulary import WordFile

_ABOUT = frozenset("galler gallde gallr angaende betraffande".split())
_ABOUT_PAIRS = frozenset({("handlar", "om"), ("ror", "sig"), ("ar", "for"), ("skriver", "om"), ("it", "s"), ("s", "about"), ("is", "about")})
_SELF = frozenset("mig mej jag me myself".split())
_CLOSE = 4


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
    weights: Mapping[str, frozenset[str]]


def find_people(text: str) -> People:
    """Read one message. Pure and total."""
    folded = fold(text)
    role, relation = find_role(folded)
    return People(role, relation, find_substance(folded))


def find_role(folded: str) -> tuple[str | None, str | None]:
    """Role and relation in a folded text."""
    said = tokens(folded)
    persons = find_persons(said)
    signs = load_signs()
    shown = {name for name, _ in signs.book.find(folded)}
    writer = _introduction(said, signs)
    others = [person for person in persons if not _is_writer(said, person, signs)]
    return (
        _said_outright(said, others)
        or _hurt(shown, others)
        or _own_trouble(shown, others, said)
        or _someone(said, others, shown, signs, writer)
        or (("self", None) if "self" in shown or ("self_weak" in shown and "not_self" not in shown) else (None, None))
    )


def _said_outright(said: Sequence[str], persons: Sequence[Person]) -> tuple[str, str | None] | None:
    """ "det gäller …": the person named within a few words; "inte" just before denies it."""
    for index, word in enumerate(said):
        if not (word in _ABOUT or tuple(said[index - 1 : index + 1]) in _ABOUT_PAIRS):
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


def _own_trouble(shown: set[str], persons: Sequence[Person], said: Sequence[str]) -> tuple[str, str | None] | None:
    if "self" in shown and "not_self" not in shown:
        return "self", None
    return None


def _someone(
    said: Sequence[str], persons: Sequence[Person], shown: set[str], signs: Signs, writer: str | None
) -> tuple[str, str | None] | None:
    scored = [(_weight(said, person, signs), -person.start, person) for person in persons]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    if best and best[0] >= 2:
        person = best[2]
        if person.role == "child" and writer not in (None, "child") and person.owner != "writer":
            return "other", writer
        return person.role, person.relation
    if writer:
        return ("child", "child") if writer == "child" else ("other", writer)
    if "unborn" in shown:
        return "child", "child"
    return None


def _weight(said: Sequence[str], person: Person, signs: Signs) -> float:
    weight = {"writer": 3.0, "bare": 2.5, "some": 1.0, "third": 1.0}[person.owner]
    if person.owner == "some" and person.role == "other":
        weight = 2.0
    after = _clause(said[person.end : person.end + _CLOSE])
    before = said[max(0, person.start - 3) : person.start]
    if any(word in signs.weights["speaks"] for word in after[:2]) or after[:2] in (["och", "jag"], ["o", "jag"]):
        weight -= 2
    elif any(word in signs.weights["trouble"] for word in after):
        weight += 2
    if any(word in signs.weights["worry"] for word in before):
        weight += 1
    if before[-2:] in (["jag", "och"], ["jag", "o"]):
        weight -= 1
    return weight + (0.5 if person.role == "child" else 0)


def _clause(words: Sequence[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if word in SENTENCE_END:
            break
        found.append(word)
    return found


def _introduction(said: Sequence[str], signs: Signs) -> str | None:
    """ "jag är mormor", "som lärare": the relation that the writer has to the one it is about."""
    for index in range(len(said)):
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
        if not (word.endswith(("a", "d", "ig", "ad", "ande", "s", "m")) or word in ("en", "ett", "ar", ",", "och", "hans") or word.isdigit()):
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
    return Signs(
        PhraseBook.of({name: file.phrases(signs, "signs", name) for name in signs}),
        {tuple(word.split()): name for name in writers for word in file.words(writers, "writers", name)},
        {name: frozenset(file.words(weights, "weights", name)) for name in weights},
    )
