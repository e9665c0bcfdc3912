"""Which service takes a need: one small function a need, with the reason of each choice.

Sources: the city's programme (services and ages) and two rules of social work: a worried parent is led to advice and
support, not to a worry report on their own child; and where someone is hurt, that comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.routing.situation import ADULT, Situation

SERVICES = frozenset(
    (
        "parenting_support",
        "mini_maria",
        "adult_addiction",
        "exit_programme",
        "youth_team",
        "field_workers",
        "social_action_group",
        "child_protection",
        "violence_centre",
        "honour_support",
        "release_support",
        "safe_places",
        "contact_centre",
    )
)
MINI_MARIA_UNDER = 20
FIELD_WORK = (10, 15)
SOCIAL_ACTION_FROM = 12
HONOUR = (13, 26)
YOUNG_UNDER = 21
"""From this age a family team is no answer; the line for those who leave crime takes relatives too."""


@dataclass(frozen=True)
class Ruling:
    """`offers`: (service, reason) pairs; with `ask_age` they are what the answer may lead to. `code` names the rule."""

    code: str
    offers: tuple[tuple[str, str], ...] = ()
    ask_age: bool = False


def rule(situation: Situation) -> Ruling:
    """The ruling for a need; an unknown need goes to the contact centre."""
    return RULES.get(situation.need, _contact_centre)(situation)


def _parenting(_: Situation) -> Ruling:
    return Ruling("parenting", (("parenting_support", "parenting"),))


def _substance_use(situation: Situation) -> Ruling:
    young, adult = ("mini_maria", "under_20"), ("adult_addiction", "from_20")
    if situation.younger_than(MINI_MARIA_UNDER):
        return Ruling("substance_use_under_20", (young,))
    if situation.at_least(MINI_MARIA_UNDER):
        return Ruling("substance_use_from_20", (adult,))
    if situation.named in (young[0], adult[0]):
        # Who knows the name asks about that one; its card says for whom it is.
        return Ruling("substance_use_named", ((situation.named, "named"),))
    if situation.age_withheld:
        return Ruling("substance_use_any_age", (("mini_maria", "age_withheld"), ("adult_addiction", "age_withheld")))
    return Ruling("substance_use_ask_age", (young, adult), ask_age=True)


def _leave_crime(situation: Situation) -> Ruling:
    reason = "leaves_crime" if situation.about_self else "relative_of_leaver"
    return Ruling(reason, (("exit_programme", reason),))


def _youth_at_risk(situation: Situation) -> Ruling:
    if situation.at_least(YOUNG_UNDER):
        return Ruling("adult_at_risk", (("exit_programme", "adult_at_risk"),))
    offers = [("youth_team", "advice_and_support")]
    if situation.age is not None and FIELD_WORK[0] <= situation.age <= FIELD_WORK[1]:
        # A young person is met by the field workers, a family by the team.
        offers.insert(0 if situation.about_self else 1, ("field_workers", "age_10_to_15"))
    if situation.role == "other" and not situation.at_least(ADULT):
        return Ruling("others_child_at_risk", (*offers, ("child_protection", "report_or_advice")))
    if situation.at_least(SOCIAL_ACTION_FROM):
        offers.append(("social_action_group", "from_12"))
    return Ruling("own_child_at_risk" if situation.role == "child" else "youth_at_risk", tuple(offers))


def _child_welfare(situation: Situation) -> Ruling:
    if situation.role == "child":
        offers = (("youth_team", "advice_and_support"), ("child_protection", "advice_for_parent"))
        return Ruling("own_child_harmed", offers)
    if situation.child_writes:
        return Ruling("child_itself", (("child_protection", "child_itself"),))
    return Ruling("child_harmed", (("child_protection", "report_or_advice"),))


def _partner_violence(situation: Situation) -> Ruling:
    if situation.role == "child" and situation.younger_than(ADULT):
        # "He hits me and my son sees it" and "my daughter's boyfriend hits her" look alike here: both doors.
        offers = (("violence_centre", "violence"), ("youth_team", "advice_and_support"))
        return Ruling("violence_and_own_child", offers)
    if situation.younger_than(ADULT):
        return Ruling("violence_under_18", (("child_protection", "under_18"),))
    return Ruling("violence", (("violence_centre", "violence"),))


def _honour_violence(situation: Situation) -> Ruling:
    if situation.younger_than(HONOUR[0]):
        return Ruling("honour_under_13", (("child_protection", "under_13"),))
    if situation.at_least(HONOUR[1] + 1):
        return Ruling("honour_over_26", (("violence_centre", "over_26"),))
    offers = [("honour_support", "age_13_to_26" if situation.age is not None else "honour")]
    if situation.younger_than(ADULT) and situation.role != "child":
        offers.append(("child_protection", "under_18"))
    return Ruling("honour", tuple(offers))


def _prison_release(_: Situation) -> Ruling:
    return Ruling("prison_release", (("release_support", "prison_release"),))


def _unsafe_place(_: Situation) -> Ruling:
    return Ruling("unsafe_place", (("safe_places", "unsafe_place"),))


def _urgent(_: Situation) -> Ruling:
    return Ruling("urgent")


def _contact_centre(_: Situation) -> Ruling:
    return Ruling("contact_centre", (("contact_centre", "everything_else"),))


RULES: Mapping[str, Callable[[Situation], Ruling]] = {
    "emergency": _urgent,
    "suicide_risk": _urgent,
    "partner_violence": _partner_violence,
    "honour_violence": _honour_violence,
    "child_welfare": _child_welfare,
    "leave_crime": _leave_crime,
    "substance_use": _substance_use,
    "youth_at_risk": _youth_at_risk,
    "prison_release": _prison_release,
    "unsafe_place": _unsafe_place,
    "parenting": _parenting,
}
SAFETY_FIRST: Mapping[str, int] = {need: number for number, need in enumerate(RULES)}
