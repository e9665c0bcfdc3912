"""How old the person is whom the help is for.

A number is an age because of what stands beside it (`age.yml`). Whose age it is comes from the person named last
before it, and whose age counts from `role.py`: "jag är 45 och min son är 15" is 15, and "jag är 45 och min son röker"
is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.understanding.age_rules import KEPT, NUMBER, load_age_rules
from bot.understanding.numbers import Number, is_street, near_number, number, split_compounds
from bot.understanding.person_words import STRANGER
from bot.understanding.persons import Person, find_persons
from bot.understanding.role import find_role
from bot.understanding.role_signs import load_signs
from bot.understanding.school import find_school_year
from bot.understanding.text import normalise, without_dots
from bot.understanding.tokens import SENTENCE_END, tokens

__all__ = ["find_age", "find_school_year"]

OLDEST = 110
_PER_YEAR = {"months": 12, "weeks": 52, "days": 365}
_REACH = 6
_FEWEST_WEAK = 7
_HALF = re.compile(r"(\d)\s*½")
_BORN = re.compile(
    r"\b(?:fodd|fott|fod|born)\W+(?:(?:ar|den|i|in|on|pa|\d{1,2}|[a-z]{3,9})\W+){0,3}?-?((?:19|20)\d\d|\d\d)(?:-\d\d)*\b"
)
_MIDYEAR = 7
_SPOKEN = {"år": "ar", "är": "ar", "och": "och"}
_SELF = frozenset({"jag", "ja", "jah", "im"})
_AM = frozenset({"am", "m", "'"})
_THIRD = frozenset(["han", "hon", "hen", "honom", "henne", "he", "she"])
_NEVER = 9
# To these a person may be "en pojke": to a sister he is her brother.
_OVER_CHILDREN = frozenset({"parent", "grandparent"})
_ADULT = 18
_TOO_YOUNG_FOR_A_PARTNER = 13
_CHILDREN = frozenset({"son", "daughter", "child"})
# None: that it is somebody else was learned, and who it is not.
_STRANGERS_TO = frozenset({None, STRANGER, "pupil", "client", "neighbour", "colleague"})
_AGE_NOUN = "aring"
_BEFORE_AGE = frozenset(["är", "ar", "e", "fyllt", "fyller", "snart"])
_AFTER_AGE = frozenset(["år", "ar", "aring", "arig", "ariga"])
_GAP = "_"


@dataclass(frozen=True)
class Age:
    """One age: years, the token it stands at, and whose it is: a person, the writer, a "han" or "hon", or unsaid."""

    years: int
    at: int
    person: Person | None = None
    writer: bool = False
    third: bool = False


@dataclass(frozen=True)
class _Told:
    """The ages of a text; where one of them is somebody's (`owned`), whom the rules take the text to be about."""

    ages: tuple[Age, ...]
    owned: bool = False
    role: str | None = None
    relation: str | None = None


def find_age(text: str, today: date | None = None, role: str | None = None) -> int | None:
    """The age in years of the one it is about, or None when no age is said, or only somebody else's.

    `today` matters for "född 2010" alone; without it the machine's clock is used. With a `role` it is the age of that
    person; without one the rules of `role.py` say whom it is about.
    """
    told = _told(text, today)
    if not told.ages:
        return None
    if role is None and not told.owned:
        return told.ages[0].years
    return _choose(told.ages, role or told.role, told.relation if role in (None, told.role) else None)


@lru_cache(maxsize=4)
def _told(text: str, today: date | None) -> _Told:
    """The last few are kept: the same text is asked for again when its role has been learned."""
    plain = normalise(_HALF.sub(r"\1,5", text))
    folded = without_dots(plain)
    raw = list(
        split_compounds([KEPT.get(word, bare) for word, bare in zip(tokens(plain), tokens(folded), strict=True)])
    )
    ages = [*_ages(raw), *_born(folded, today)]
    if not ages:
        return _Told(())
    said = [_SPOKEN.get(word, word) for word in raw]
    persons = find_persons(said)
    owned = tuple(_with_owner(age, said, persons) for age in ages)
    if not any(age.person or age.writer for age in owned):
        return _Told(owned)
    return _Told(owned, True, *find_role(folded, said, persons))


def _ages(raw: Sequence[str]) -> list[Age]:
    numbers = _numbers(raw)
    if all(found.value is None for found in numbers.values()):
        return []
    words, places = _near(raw, numbers)
    kinds = sorted(load_age_rules().kinds_at(words).items())
    ages = ((places[at], _years(numbers[places[at]], kind)) for at, kind in kinds)
    return [Age(years, at) for at, years in ages if years is not None]


def _numbers(raw: Sequence[str]) -> dict[int, Number]:
    """Position → number; a misspelt one only where an age is expected, and a house in a street is none."""
    found = {at: value for at, word in enumerate(raw) if (value := number(word)) is not None}
    for at, word in enumerate(raw):
        if word in _AFTER_AGE and at and at - 1 not in found and (value := near_number(raw[at - 1])):
            found[at - 1] = value
        if word in _BEFORE_AGE and at + 1 < len(raw) and at + 1 not in found and (value := near_number(raw[at + 1])):
            found[at + 1] = value
    return {at: Number(None) if at and is_street(raw[at - 1]) else value for at, value in found.items()}


def _near(raw: Sequence[str], numbers: dict[int, Number]) -> tuple[list[str], list[int]]:
    """The tokens within reach of a number, each run of others as one token, and the position of each in `raw`."""
    near = {at + step for at in numbers for step in range(-_REACH, _REACH + 1)}
    words: list[str] = []
    places: list[int] = []
    for at, word in enumerate(raw):
        if at in near:
            is_number = at in numbers and numbers[at].value is not None
            # A typed sign that looks like our mark for a number is none.
            words.append(NUMBER if is_number else word.replace(NUMBER, ","))
            places.append(at)
        elif not words or words[-1] != _GAP:
            words.append(_GAP)
            places.append(at)
    return words, places


def _years(found: Number, kind: str) -> int | None:
    if found.value is None or kind == "not" or (kind == "weak" and found.in_words and found.value < _FEWEST_WEAK):
        return None
    if kind in _PER_YEAR:
        return found.value // _PER_YEAR[kind]
    years = found.value - (kind == "next")
    return years if 0 <= years <= OLDEST else None


def _born(folded: str, today: date | None) -> Iterable[Age]:
    """The birthday has passed for most from midsummer on: without a date the likelier of two ages is taken."""
    found = _BORN.search(folded)
    if not found:
        return
    now = today or date.today()
    year = int(found[1]) if len(found[1]) == 4 else int(found[1]) + now.year // 100 * 100
    years = now.year - (year if year <= now.year else year - 100) - (now.month < _MIDYEAR)
    if 0 <= years <= OLDEST:
        yield Age(years, len(list(split_compounds(tokens(folded[: found.start()])))))


def _with_owner(age: Age, said: Sequence[str], persons: Sequence[Person]) -> Age:
    """The person it is part of ("min 15-åriga son"), else the one named last before it in the sentence.

    "en femåring" is somebody, whoever was named before; "…, är 10" and "… , 17," leave open whose age it is.
    """
    for person in persons:
        if person.start <= age.at < person.end or (0 < person.start - age.at <= 3 and _joined(said, age.at, person)):
            return _of_person(age, said, person)
    if _is_open(said, age.at):
        return age
    noun = said[age.at + 1 : age.at + 2] and said[age.at + 1].startswith(_AGE_NOUN)
    for at in range(age.at - 1, -1, -1):
        if said[at] in SENTENCE_END:
            break
        here = next((person for person in persons if person.start <= at < person.end), None)
        # "pojken", "flickan" point back to whom it is about, as "han" and "hon" do.
        writer = said[at] in _SELF or (said[at] == "i" and said[at + 1] in _AM)
        third = said[at] in _THIRD or (here is not None and here.relation == STRANGER and here.owner == "bare")
        if noun and (here or third or (writer and not _is_being(said, at, age.at))):
            break
        if writer or third:
            return Age(age.years, age.at, None, writer, third)
        if here:
            return _of_person(age, said, here)
    return Age(age.years, age.at, third=bool(noun))


def _of_person(age: Age, said: Sequence[str], person: Person) -> Age:
    """ "jag är mamma, 22 år": the mother is the writer."""
    if load_signs().is_writer(said, person):
        return Age(age.years, age.at, writer=True)
    return Age(age.years, age.at, person)


def _is_open(said: Sequence[str], at: int) -> bool:
    """An age that nobody stands before: after a comma, with or without "är"."""
    before = list(said[max(0, at - 2) : at])
    return before[-1:] == [","] or (len(before) == 2 and before[0] == "," and before[1] in _BEFORE_AGE)


def _is_being(said: Sequence[str], at: int, age_at: int) -> bool:
    """ "jag är en femtonåring", but not "jag är lärare och har en sjuåring"."""
    return age_at - at <= 3 and bool(set(said[at:age_at]) & _BEFORE_AGE)


def _joined(said: Sequence[str], at: int, person: Person) -> bool:
    between = said[at + 1 : person.start]
    return "," not in between and any(
        word.startswith(("ari", "ar", "-")) and not word.startswith(_AGE_NOUN) for word in between
    )


def _choose(ages: Sequence[Age], role: str | None, relation: str | None) -> int | None:
    best = min(ages, key=lambda age: (_distance(age, role, relation), age.at))
    return best.years if _distance(best, role, relation) < _NEVER else None


def _distance(age: Age, role: str | None, relation: str | None) -> int:
    """0 for the very person the help is for; _NEVER for somebody it is certainly not for."""
    if age.writer:
        # A child who writes of a parent is the one whom the city has to think of.
        over = relation in _OVER_CHILDREN or (role == "other" and relation is None)
        minor = over and age.years < _ADULT
        return {"self": 0, None: 3}.get(role, 5 if minor else _NEVER)
    if age.person is None:
        return _NEVER if age.third and role == "self" else 2
    if role is None:
        return 1
    if age.person.relation == STRANGER:
        # "finns det hjälp för en kille på sjutton?": the writer asks for himself.
        fits = {"child": True, "other": relation in _STRANGERS_TO, "self": age.person.owner == "some"}
        return 4 if fits[role] else _NEVER
    if age.person.role == role and not (age.person.stands_for and relation is not None):
        return (0 if age.person.relation == relation else 1) + 3 * (age.person.owner == "third")
    return _distance_of_a_minor(age.years, age.person, role)


def _distance_of_a_minor(years: int, person: Person, role: str) -> int:
    """A child near whom the help is for: the neighbour's daughter, the "big sister" of the baby, "min kille" of six."""
    if years >= _ADULT or role == "self":
        return _NEVER
    if person.relation in _CHILDREN:
        return 5
    young = person.relation == "sibling" or (person.relation == "partner" and years < _TOO_YOUNG_FOR_A_PARTNER)
    return 6 if role == "child" and young else _NEVER
