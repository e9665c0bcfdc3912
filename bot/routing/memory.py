"""What a message adds to the talk: need, age, place and person; and what is forgotten when the person changes."""

from __future__ import annotations

from dataclasses import replace

from bot.routing.situation import ADULT
from bot.routing.talk import Heard, Talk

VIOLENCE = "partner_violence"
AT_HOME = (VIOLENCE, "child_welfare")
# "Barnet" may be the son or the daughter that was spoken of before.
ANY_CHILD = "child"
# Whoever is younger and writes of violence between grown-ups lives with it.
TOO_YOUNG_FOR_A_PARTNER = 13


def absorb(talk: Talk, heard: Heard) -> Talk:
    """The talk with what the message says of need, age, place and person.

    A new person ("nej, det gäller min syster") takes the old age, the old place and the old answer with it.
    """
    heard = _as_child(talk, _as_offender(talk, _unlikely_change(talk, heard)))
    base = talk
    if person_changed(talk, heard):
        base = replace(
            talk, age=None, age_withheld=False, place=None, district=None, place_withheld=False, service=None
        )
    if heard.need is not None and heard.need != base.need:
        base = replace(base, need=heard.need, service=None)
    return replace(
        base,
        misses=0,
        role=heard.role or base.role,
        relation=heard.relation if heard.role else base.relation,
        age=base.age if heard.age is None else heard.age,
        age_withheld=base.age_withheld and heard.age is None,
        place=heard.place or base.place,
        district=heard.district or (None if heard.districts else base.district),
        place_withheld=base.place_withheld and not heard.districts,
    )


def _unlikely_change(talk: Talk, heard: Heard) -> Heard:
    """Only words change whom a talk is about: what is merely likely fills a gap and takes nothing away."""
    return replace(heard, role=None) if heard.role_learned and talk.role is not None else heard


def person_changed(talk: Talk, heard: Heard) -> bool:
    """Whether the message is about someone else than the talk so far.

    A first person is no change, unless an age was told before that cannot be theirs ("är 28" … "nej, min syster").
    """
    if _unlikely_change(talk, heard).role is None:
        return False
    if talk.role is None:
        another_age = heard.intent == "deny" or heard.age not in (None, talk.age)
        return talk.age is not None and heard.role != "self" and heard.need is None and another_age
    if heard.role != talk.role:
        return True
    # Only an answer inside the talk ("nej, min dotter") changes between relations: a new story names many people.
    known = {talk.relation, heard.relation}
    return heard.need is None and len(known) == 2 and not known & {None, ANY_CHILD}


def tells(heard: Heard) -> bool:
    """Whether the message states an age, a place or a person."""
    return heard.age is not None or bool(heard.districts) or heard.role is not None or heard.municipality is not None


def withheld(talk: Talk) -> Talk:
    """The talk with what was asked for taken as not to be told: it is not asked for again."""
    age, place = talk.asked == "age" or talk.age_withheld, talk.asked == "place" or talk.place_withheld
    return replace(talk, asked=None, age_withheld=age, place_withheld=place)


def _as_offender(talk: Talk, heard: Heard) -> Heard:
    """The one who hits writes of themself; the partner they go on to speak of is no other person to help."""
    if (heard.need or talk.need) != VIOLENCE:
        return heard
    if heard.violent:
        return replace(heard, role="user", relation=None)
    same = talk.role == "user" and heard.intent != "deny"
    return replace(heard, role=None) if same else heard


def _as_child(talk: Talk, heard: Heard) -> Heard:
    """ "Pappa slår mamma": who tells of a parent is the child who hears it, unless the age says otherwise.

    Also when it was told before, and the need is a button that is pressed now.
    """
    small = heard.need == VIOLENCE and heard.age is not None and heard.age < TOO_YOUNG_FOR_A_PARTNER
    relation, age = (heard.relation, heard.age) if heard.role else (talk.relation, heard.age or talk.age)
    of_parent = relation == "parent" and (age is None or age < ADULT)
    own = heard.role != "other" or heard.role_learned
    if heard.need not in AT_HOME or heard.role == "child" or not ((small and own) or of_parent):
        return heard
    return replace(heard, need="child_welfare", role="self")
