"""Whom the help is for, how that person is related to the writer, and which drug is spoken of."""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.person_words import STRANGER
from bot.understanding.persons import find_persons
from bot.understanding.role import find_role
from bot.understanding.substances import find_substance
from bot.understanding.text import fold
from bot.understanding.tokens import tokens


@dataclass(frozen=True)
class People:
    """`role`: self, child or other. `relation`: a name of people.yml. `substance`: a name of substances.yml."""

    role: str | None = None
    relation: str | None = None
    substance: str | None = None


def find_people(text: str) -> People:
    """Read one message. Pure and total."""
    folded = fold(text)
    said = tokens(folded)
    role, relation = find_role(folded, said, find_persons(said))
    return People(role, None if relation == STRANGER else relation, find_substance(folded))
