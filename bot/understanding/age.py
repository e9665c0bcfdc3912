"""How old the person is whom the help is for.

A number is an age because of what stands beside it; those rules are `age.yml`, matched by spaCy's Matcher. Whose age it
is comes from the person named last before it, and whose age counts from `people.py`: "jag är 45 och min son är 15" is 15.

The Matcher sees only words that stand in the rules (every other word is one and the same token), since a spaCy
vocabulary never forgets a string it has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc

from bot.understanding.numbers import Number, near_number, number, split_compounds
from bot.understanding.people import find_role
from bot.understanding.persons import Person, find_persons, load_words
from bot.understanding.school import find_school_year
from bot.understanding.text import fold, normalise
from bot.understanding.tokens import SENTENCE_END, tokens
from bot.understanding.vocabulary import VocabularyError, WordFile

__all__ = ["AgeRules", "find_age", "find_school_year", "load_rules"]

RULES = Path(__file__).with_name("age.yml")
OLDEST = 110
KINDS = ("not", "age", "next", "weak", "months", "weeks", "days")
_IN_A_YEAR = {"months": 12, "weeks": 52, "days": 365}
_OTHER, _NUMBER = "_", "N"
_REACH = 9
_FEWEST_WEAK = 7
# Folded away elsewhere, kept here: "år" and "är" tell an age from a sentence.
_KEPT = {"år": "år", "är": "är", "å": "och", "o": "och"}
_HALF = re.compile(r"(\d)\s*½")
_BORN = re.compile(r"\b(?:fodd|fott|fod|f\.|born)\W+(?:ar |den |i |in |\d{1,2} )?(?:\w+ )?-?((?:19|20)\d\d|\d\d)\b")
_MIDYEAR = 7


@dataclass(frozen=True)
class AgeRules:
    """The matcher, the kind of each rule in order, and the words that it knows."""

    matcher: Any
    vocab: Any
    kinds: tuple[str, ...]
    known: frozenset[str]


@dataclass(frozen=True)
class Age:
    """One age in the text: years, the token it stands at, and whose it is ("self", a Person, or nobody said)."""

    years: int
    at: int
    person: Person | None = None
    writer: bool = False
    third: bool = False


def find_age(text: str, today: date | None = None) -> int | None:
    """The age in years of the one it is about, or None: no age, or only somebody else's.

    `today` is needed for "född 2010" alone; without it the clock of the machine is used.
    """
    plain = normalise(_HALF.sub(r"\1,5", text))
    folded = fold(plain)
    said = list(split_compounds([_KEPT.get(word, fold(word)) for word in tokens(plain)]))
    ages = [*_ages(said), *_born(folded, today)]
    if not ages:
        return None
    persons = find_persons([_spoken(word) for word in said])
    owned = [_with_owner(age, said, persons) for age in ages]
    return _choose(owned, folded)


def _ages(said: Sequence[str]) -> list[Age]:
    rules = load_rules()
    numbers = {at: found for at, word in enumerate(said) if (found := _number_at(said, at, word)) is not None}
    if not any(found.value for found in numbers.values()):
        return []
    words, places = _window(said, numbers, rules.known)
    best: dict[int, int] = {}
    for rule, start, end in rules.matcher(Doc(rules.vocab, words=words)):
        order = int(rules.vocab.strings[rule])
        for at in range(start, end):
            if words[at] == _NUMBER:
                best[places[at]] = min(order, best.get(places[at], order))
    kinds = ((at, rules.kinds[order]) for at, order in sorted(best.items()))
    return [Age(years, at) for at, kind in kinds if (years := _years(numbers[at], kind)) is not None]


def _number_at(said: Sequence[str], at: int, word: str) -> Number | None:
    found = number(word)
    if found is None and said[at + 1 : at + 2] and said[at + 1] in ("år", "ar", "aring", "arig"):
        found = near_number(word)
    return found


def _window(
    said: Sequence[str], numbers: dict[int, Number], known: frozenset[str]
) -> tuple[list[str], dict[int, int]]:
    """The tokens near a number as the Matcher may see them, and where each stands in `said`."""
    near = {at + step for at in numbers for step in range(-_REACH, _REACH + 1)}
    words, places = ["START"], {}
    for at, word in enumerate(said):
        if at not in near:
            if words[-1] != _OTHER:
                words.append(_OTHER)
            continue
        places[len(words)] = at
        is_number = at in numbers and numbers[at].value is not None
        words.append(_NUMBER if is_number else word if word in known else _OTHER)
    return [*words, "SLUT"], places


def _years(found: Number, kind: str) -> int | None:
    if found.value is None or kind == "not":
        return None
    if kind == "weak" and found.in_words and found.value < _FEWEST_WEAK:
        return None
    if kind in _IN_A_YEAR:
        return found.value // _IN_A_YEAR[kind]
    years = found.value - (kind == "next")
    return years if 0 <= years <= OLDEST else None


def _born(folded: str, today: date | None) -> Iterable[Age]:
    """The birthday has passed for most from midsummer on: without a date the likelier of two ages is taken."""
    found = _BORN.search(folded)
    if not found:
        return
    now = today or date.today()
    year = int(found[1]) if len(found[1]) == 4 else 1900 + int(found[1])
    while len(found[1]) == 2 and now.year - year >= 100:
        year += 100
    years = now.year - year - (now.month < _MIDYEAR)
    if 0 <= years <= OLDEST:
        yield Age(years, len(list(split_compounds(tokens(folded[: found.start()])))))


def _spoken(word: str) -> str:
    return fold(word)


def _with_owner(age: Age, said: Sequence[str], persons: Sequence[Person]) -> Age:
    """Whose age: the person it is part of ("min 15-åriga son"), else the one named last before it in the sentence."""
    inside = next((p for p in persons if p.start <= age.at < p.end or 0 < p.start - age.at <= 3 and _joined(said, age.at, p)), None)
    if inside:
        return Age(age.years, age.at, inside)
    for at in range(age.at - 1, -1, -1):
        if said[at] in SENTENCE_END:
            break
        person = next((p for p in persons if p.start <= at < p.end), None)
        if person:
            return Age(age.years, age.at, person)
        if said[at] in ("jag", "ja", "i", "jah"):
            return Age(age.years, age.at, writer=True)
        if said[at] in ("han", "hon", "hen", "he", "she"):
            return Age(age.years, age.at, third=True)
    return age


def _joined(said: Sequence[str], at: int, person: Person) -> bool:
    return any(said[step].startswith(("ari", "år", "ars", "-")) for step in range(at + 1, person.start))


def _choose(ages: Sequence[Age], folded: str) -> int | None:
    if not any(age.person or age.writer for age in ages):
        return ages[0].years
    role, relation = find_role(folded)
    order = sorted(ages, key=lambda age: (_distance(age, role, relation), age.at))
    return order[0].years if _distance(order[0], role, relation) < 9 else None


def _distance(age: Age, role: str | None, relation: str | None) -> int:
    """0 for the very person the help is for; 9 for somebody it is certainly not for."""
    if age.person is None and not age.writer:
        return 9 if age.third and role == "self" else 2
    if role is None:
        return 3 if age.writer else 1
    if age.writer:
        return 0 if role == "self" else 9
    if age.person and age.person.role == role:
        return 0 if age.person.relation == relation else 1
    return 9


@cache
def load_rules(path: Path = RULES) -> AgeRules:
    """Read and check the rules.

    Raises:
        VocabularyError: a rule has an unknown kind, an unknown group, or no number.
    """
    file = WordFile(path)
    groups = {name: file.words(file.table("groups"), "groups", name) for name in file.table("groups")}
    groups["PERSON"] = (*groups["PERSON"], *sorted(load_words().first))
    vocab = spacy.blank("sv").vocab
    matcher, kinds, known = Matcher(vocab), [], {_OTHER, _NUMBER, "START", "SLUT"}
    for entry in file.data.get("rules", []):
        for kind, patterns in entry.items():
            if kind not in KINDS:
                raise file.error("rules", str(kind), f"must be one of {', '.join(KINDS)}")
            for pattern in patterns:
                matcher.add(str(len(kinds)), [_compile(file, str(pattern), groups, known)])
                kinds.append(kind)
    return AgeRules(matcher, vocab, tuple(kinds), frozenset(known))


def _compile(file: WordFile, pattern: str, groups: dict[str, tuple[str, ...]], known: set[str]) -> list[dict[str, Any]]:
    raise NotImplementedError
