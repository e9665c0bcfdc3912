"""Which telephone lines answer at this hour and fit who writes about what.

112 stands beside a need only where danger is near; it is also what remains when nothing else is open, since an answer
may not end in a number that nobody picks up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.routing.catalogue import EMERGENCY, Catalogue
from bot.routing.facts import Line
from bot.routing.hours import STOCKHOLM, is_open
from bot.routing.situation import ADULT, Situation

MOST = 3
MOST_WHERE_HURT = 4
CITY = "social_advice"
BRIS = "bris"

LINES: Mapping[str, tuple[str, ...]] = {
    "suicide_risk": (EMERGENCY, "mind", "helplinjen_90390", BRIS),
    "partner_violence": ("women_line", EMERGENCY, "men_line", BRIS),
    "honour_violence": ("women_line", EMERGENCY, BRIS),
    "child_welfare": (CITY, EMERGENCY, BRIS),
    "leave_crime": (CITY, EMERGENCY, BRIS),
    "youth_at_risk": (CITY, BRIS),
    "substance_use": ("health_1177", "carers_line", BRIS),
    "parenting": ("health_1177", "night_companion"),
    "prison_release": (CITY,),
    "unsafe_place": ("police_11414", EMERGENCY),
    "confidentiality": (CITY, BRIS),
    "human": (CITY, "night_companion", BRIS),
}
BESIDE_DANGER: Mapping[str, str] = {
    "substance_use": "poison_information",
    "leave_crime": CITY,
    "youth_at_risk": CITY,
    "partner_violence": "women_line",
    "honour_violence": "women_line",
}
URGENT = ("emergency", "suicide_risk")
HURT = (*URGENT, "partner_violence", "honour_violence", "child_welfare")
CHILD_MAY_WRITE = (*HURT, "youth_at_risk", "leave_crime")


def open_lines(situation: Situation, catalogue: Catalogue, at: datetime) -> tuple[str, ...]:
    """Ids of lines with a number that are open now, the best first; 112 when there is none."""
    fitting = [id_ for id_ in _candidates(situation) if FITS.get(id_, _anyone)(situation)]
    answering = [id_ for id_ in fitting if id_ in catalogue.lines and answers(catalogue.lines[id_], catalogue, at)]
    most = MOST_WHERE_HURT if situation.need in HURT else MOST
    return tuple(answering[:most]) or (EMERGENCY,)


def answers(line: Line, catalogue: Catalogue, at: datetime) -> bool:
    """Whether its number and hours may be shown today and it is open now."""
    today = at.astimezone(STOCKHOLM).date()
    hours = catalogue.shown(line, "hours", today)
    return bool(hours and catalogue.shown(line, "phone", today) and is_open(hours.value, at))


def _candidates(situation: Situation) -> tuple[str, ...]:
    if situation.need == "emergency":
        beside = BESIDE_DANGER.get(situation.topic or "")
        return (EMERGENCY, *((beside,) if beside else ()), BRIS)
    lines = LINES.get(situation.need, ())
    if BRIS not in lines or not situation.child_writes:
        return lines
    first = (EMERGENCY, BRIS) if situation.need == "suicide_risk" else (BRIS,)
    return (*first, *(line for line in lines if line not in first))


def _for_child(situation: Situation) -> bool:
    """Under 18; also when the age is unknown and a child may be writing, and in danger about a child."""
    if situation.child_writes:
        return True
    if situation.need in URGENT:
        return situation.younger_than(ADULT) or (situation.age is None and situation.role != "child")
    return situation.need in CHILD_MAY_WRITE and situation.age is None and situation.about_self


def _for_adult(situation: Situation) -> bool:
    return not situation.child_writes


def _for_relative(situation: Situation) -> bool:
    return not situation.about_self


def _anyone(_: Situation) -> bool:
    return True


def _for_exposed(situation: Situation) -> bool:
    """A line for those who are exposed to violence is none for the one who uses it."""
    return situation.role != "user"


FITS: Mapping[str, Callable[[Situation], bool]] = {
    BRIS: _for_child,
    "women_line": _for_exposed,
    "helplinjen_90390": _for_adult,
    "men_line": lambda situation: _for_adult(situation) and _for_exposed(situation),
    "night_companion": _for_adult,
    "carers_line": _for_relative,
}
