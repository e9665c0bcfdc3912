"""The questions that people really ask: whom to ask for the rest, and which topic the question belongs to.

The answers are sentences of domain.yml (`utter_faq_<question>`), their sources are in docs/answers.md. None of them
ends with the answer alone: a number where one is known, a topic where there is one, and always a human.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.routing.catalogue import Catalogue
from bot.routing.talk import Choice

# A line and not the service: the service that was named last takes the case, and a question must not change that.
CONTACT_LINE = "contact_centre_line"
# question → id of the line to ask, and the topic it belongs to.
WHOM: Mapping[str, tuple[str | None, str | None]] = {
    "adhd": ("health_1177", "parenting"),
    "arrested": ("police_11414", None),
    "been_in_touch": ("social_advice", "leave_crime"),
    "chat_job_offer": ("police_11414", "youth_at_risk"),
    "child_hits_parent": (CONTACT_LINE, "parenting"),
    "crime_victim": ("police_11414", None),
    "custody": (CONTACT_LINE, None),
    "deletion": (None, None),
    "drug_test": (CONTACT_LINE, "substance_use"),
    "gambling": ("health_1177", None),
    "gang_debt": ("social_advice", "leave_crime"),
    "housing_loss": (CONTACT_LINE, None),
    "info_sharing": (CONTACT_LINE, None),
    "move_tonight": ("social_advice", None),
    "names_others": ("social_advice", "leave_crime"),
    "parents_told": ("bris", None),
    "police_told": ("social_advice", None),
    "protected_identity": ("police_11414", None),
    "residence_permit": (None, None),
    "school_told": (None, None),
    "youth_home": (CONTACT_LINE, None),
    "youth_jobs": (CONTACT_LINE, None),
}
# What people fear when they ask for help: asked in the middle of a topic it is about that topic and opens no other.
FEARS = (
    "custody",
    "deletion",
    "housing_loss",
    "info_sharing",
    "names_others",
    "parents_told",
    "police_told",
    "residence_permit",
    "school_told",
)


def whom_to_ask(question: str, catalogue: Catalogue, today: date) -> str | None:
    """The line whose card stands beside the answer; the contact centre's where its number may not be shown."""
    asked, _ = WHOM.get(question, (None, None))
    if asked is None:
        return None
    return asked if catalogue.shown(catalogue.lines[asked], "phone", today) else CONTACT_LINE


def topic_of(question: str) -> str | None:
    """The topic that a question belongs to, whoever asks it."""
    return WHOM.get(question, (None, None))[1]


def topic_button(question: str) -> tuple[Choice, ...]:
    """The way on from a question that came without a topic."""
    topic = topic_of(question)
    return (Choice(f"utter_label_{topic}", f"/{topic}"),) if topic else ()
