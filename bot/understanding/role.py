"""Is it about the writer, the writer's child, or someone else?

The writer may be the one who is hurt ("min kille slår mig") or the one who worries ("min kille knarkar"): the same
words, another need. What is said outright ("det gäller min syster, inte mig") wins; then who is hurt; then who is said
to be in trouble. The words and signs are in `people.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding.numbers import number
from bot.understanding.person_words import STRANGER
from bot.understanding.persons import Person
from bot.understanding.role_signs import Signs, load_signs, shown_in
from bot.understanding.tokens import SENTENCE_END

Found = tuple[str | None, str | None]
_CLOSE = 4
_OUTRIGHT = 8
_OWNED = {"writer": 3.0, "bare": 2.5, "some": 2.0, "third": 1.0, "none": 0.5}
_ENOUGH = 2.0
# One who says "jag är mamma" writes of the child, unless somebody else stands out clearly.
_MORE_THAN_WRITER = 3.5
_YOUNG = range(8, 26)
_AND_I = (["och", "jag"], ["o", "jag"])
_I_AND = (["jag", "och"], ["jag", "o"])


def find_role(folded: str, said: Sequence[str], persons: Sequence[Person]) -> Found:
    """Role and relation, from a folded text, its tokens and the people in them; STRANGER for "en kille" and the like.

    The order is the rule: what is said outright, who is hurt, whose own trouble it is, who stands out, how the writer
    is introduced, and only then the weaker signs.
    """
    signs = load_signs()
    shown = shown_in(folded)
    writer = signs.introduction(said)
    others = [person for person in persons if not signs.is_writer(said, person)]
    named = _without_own_names([person for person in others if person.relation != STRANGER])
    strangers = [person for person in others if person.relation == STRANGER]
    return (
        _said_outright(said, others, signs)
        or _hurt(shown, named)
        or _own_trouble(shown)
        or _standing_out(said, named, signs, writer)
        or _introduced(writer)
        or _young_writer(said)
        or _unborn(shown)
        or _standing_out(said, strangers, signs, writer)
        or _perhaps_self(said, shown, signs)
        or (None, None)
    )


def is_outright(said: Sequence[str], persons: Sequence[Person]) -> bool:
    """Whether the text says outright whom it is about: "det gäller min syster, inte mig"."""
    signs = load_signs()
    return _said_outright(said, [person for person in persons if not signs.is_writer(said, person)], signs) is not None


def _without_own_names(persons: list[Person]) -> list[Person]:
    """In a parent's text "mamma" and "pappa" are the parents themselves, in the child's mouth."""
    if not any(person.role == "child" and person.owner in ("writer", "bare") for person in persons):
        return persons
    return [person for person in persons if person.relation != "parent" or person.owner == "writer"]


def _said_outright(said: Sequence[str], persons: Sequence[Person], signs: Signs) -> Found | None:
    for index in signs.abouts(said):
        found = _named_after(said, index, persons, signs)
        if found:
            return found
    return None


def _named_after(said: Sequence[str], index: int, persons: Sequence[Person], signs: Signs) -> Found | None:
    """The person named within a few words after "det gäller"; "inte" just before denies it until "utan"."""
    denied = False
    for at in range(index + 1, min(len(said), index + 1 + _OUTRIGHT)):
        word = said[at]
        denied = word in signs.cues["no"] or (denied and word not in signs.cues["but"])
        person = next((person for person in persons if person.start <= at < person.end), None)
        if person and not denied and person.owner != "third":
            return person.role, person.relation
        if word in signs.cues["self"] and not denied and at <= index + 2:
            return "self", None
        if word in SENTENCE_END or (person is None and at > index + _CLOSE + 1):
            return None
    return None


def _hurt(shown: frozenset[str], persons: Sequence[Person]) -> Found | None:
    if "harm" not in shown:
        return None
    first = persons[0] if persons else None
    return ("child" if first and first.role == "child" else "self", first.relation if first else None)


def _own_trouble(shown: frozenset[str]) -> Found | None:
    return ("self", None) if "self" in shown and "not_self" not in shown else None


def _standing_out(said: Sequence[str], persons: Sequence[Person], signs: Signs, writer: str | None) -> Found | None:
    """The person in whom the trouble is, when one stands out enough."""
    scored = [(_weight(said, person, signs), -person.start, person) for person in persons]
    weight, _, person = max(scored, key=lambda entry: entry[:2], default=(0.0, 0, None))
    if person is None or weight < (_ENOUGH if writer is None else _MORE_THAN_WRITER):
        return None
    if person.role == "child" and person.owner != "writer":
        if writer not in (None, "child") or _elsewhere(said, person, signs):
            return "other", writer
        if person.owner in ("some", "none"):
            return ("child", person.relation) if writer == "child" else None
    # "hans son": whose son he is, is not told.
    return person.role, None if person.owner == "third" else person.relation


def _introduced(writer: str | None) -> Found | None:
    if writer is None:
        return None
    return ("child", "child") if writer == "child" else ("other", writer)


def _young_writer(said: Sequence[str]) -> Found | None:
    """ "jag är fjorton": the young write of themselves when they name nobody they are close to."""
    for index, word in enumerate(said):
        if word in ("jag", "ja", "im"):
            near = [number(other) for other in said[max(0, index - 2) : index + 4]]
            if any(found and found.value in _YOUNG for found in near):
                return "self", None
    return None


def _unborn(shown: frozenset[str]) -> Found | None:
    return ("child", "child") if "unborn" in shown else None


def _perhaps_self(said: Sequence[str], shown: frozenset[str], signs: Signs) -> Found | None:
    """ "jag mår dåligt", unless the text goes on about a "han" or "hon" who is not named."""
    if "self_weak" not in shown or "not_self" in shown or sum(word in signs.cues["third"] for word in said) > 1:
        return None
    return "self", None


def _weight(said: Sequence[str], person: Person, signs: Signs) -> float:
    after = _clause(said[person.end : person.end + _CLOSE], signs)
    before = list(said[max(0, person.start - 3) : person.start])
    weight = _alone(person)
    if (person.role == "other" and set(after[:2]) & signs.weights["speaks"]) or after[:2] in _AND_I:
        weight -= 2
    elif set(after) & signs.weights["trouble"]:
        weight += 2
    return weight + bool(set(before) & signs.weights["worry"]) - (before[-2:] in _I_AND)


def _alone(person: Person) -> float:
    # In a letter from grandmother "mormor" is mostly what the child calls her.
    if person.owner == "bare" and person.relation in ("grandparent", "parent"):
        return 1.0
    if person.role == "child":
        return 1.5 if person.owner == "some" else _OWNED[person.owner] + 0.5
    return _OWNED[person.owner]


def _elsewhere(said: Sequence[str], person: Person, signs: Signs) -> bool:
    """ "barnen på förskolan", "barnet hos grannen": not the writer's own."""
    return bool(set(_clause(said[person.end : person.end + 3], signs)) & signs.weights["elsewhere"])


def _clause(words: Sequence[str], signs: Signs) -> list[str]:
    """The words up to the end of the clause; "min son, 15, röker" and "min bror, som röker" go on after the comma."""
    found: list[str] = []
    for at, word in enumerate(words):
        after = words[at + 1 : at + 2]
        goes_on = not after or after[0] == "som" or number(after[0]) or after[0] in signs.cues["third"]
        if word in SENTENCE_END or (word == "," and not goes_on):
            break
        found.append(word)
    return found
