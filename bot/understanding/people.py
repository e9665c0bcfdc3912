"""Whom the help is for, how that person is related to the writer, and which drug is spoken of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.person_words import STRANGER
from bot.understanding.persons import find_persons
from bot.understanding.role import find_role, is_outright
from bot.understanding.role_signs import shown_in
from bot.understanding.substances import find_substance
from bot.understanding.text import fold
from bot.understanding.tokens import tokens


@dataclass(frozen=True)
class People:
    """`role`: self, child or other. `relation`: a name of people.yml. `substance`: a name of substances.yml.

    `violent`: the writer says that they hit someone themself; `hurt`: that somebody hurts them.
    `age` is set only where it decided the role ("min kille 14 år" is a parent's son). `outright`: the text itself says
    whom it is about, so that nothing learned may say otherwise.
    """

    role: str | None = None
    relation: str | None = None
    substance: str | None = None
    age: int | None = None
    outright: bool = False
    violent: bool = False
    hurt: bool = False


# "Pojken min" is said in the north and by many who learnt Swedish late; the readers know "min pojke".
_AFTER = re.compile(r"\b(pojken|flickan|sonen|dottern|grabben|tosen|barnet|mannen) (min|mitt)\b")
# A "kille" or "tjej" below this age is the writer's child, not the writer's partner.
_YOUNG = re.compile(r"\bmin (?:kille|tjej) (?:pa |ar |som ar )?(\d{1,2})\b")
TOO_YOUNG_FOR_A_PARTNER = 15


def find_people(text: str) -> People:
    """Read one message. Pure and total."""
    folded = _AFTER.sub(r"\2 \1", fold(text))
    said = tokens(folded)
    persons = find_persons(said)
    role, relation = find_role(folded, said, persons)
    young = _YOUNG.search(folded)
    if role == "other" and relation == "partner" and young and int(young.group(1)) < TOO_YOUNG_FOR_A_PARTNER:
        return People("child", "child", find_substance(folded), int(young.group(1)), outright=True)
    shown = shown_in(folded)
    return People(
        role,
        None if relation == STRANGER else relation,
        find_substance(folded),
        outright=is_outright(said, persons),
        violent="uses_violence" in shown and "harm" not in shown,
        hurt="harm" in shown,
    )
