"""What the assistant remembers of a talk, what it heard, and what it says: the values that every step works on.

The dialogue has no forms: each message is read in the light of `Talk.asked`, and any need, urgent or not, is heard at
any time. Rasa keeps a `Talk` as slots between two messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from bot.sentences import SPOKEN

TOPICS = (
    "parenting",
    "substance_use",
    "leave_crime",
    "youth_at_risk",
    "child_welfare",
    "partner_violence",
    "honour_violence",
    "prison_release",
    "unsafe_place",
)
# Needs that a button names by its intent alone; the others among the choices have a step of their own.
BUTTON_NEEDS = (*TOPICS, "other_city")


@dataclass(frozen=True)
class Talk:
    """The state of one conversation; every field is a slot of the same name in domain.yml.

    `role` is self, child, other, or user (the one who uses violence); `relation` a name of people.yml. `asked` is what
    the last answer asked for: age, place, topic, call (whether the person can ring now), or None. `kept` is the topic
    that waits while danger is spoken of. `misses` counts answers in a row that did not understand. `language`: None is
    Swedish, as at the start.
    """

    need: str | None = None
    service: str | None = None
    age: int | None = None
    age_withheld: bool = False
    place: str | None = None
    district: str | None = None
    place_withheld: bool = False
    role: str | None = None
    relation: str | None = None
    asked: str | None = None
    kept: str | None = None
    misses: int = 0
    language: str | None = None

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Talk:
        """From Rasa's slots; an unset slot takes the default."""
        return cls(**{f.name: slots[f.name] for f in fields(cls) if slots.get(f.name) is not None})

    def to_slots(self) -> dict[str, Any]:
        """Every field, so that what was forgotten is forgotten in Rasa too."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True)
class Heard:
    """One message as understood: the component's `heard`, or a button's intent and entities.

    `also` is a second topic in the same message; `violent`: the writer says that they hit someone themself;
    `role_learned`: the role is likely, and not said in words.
    """

    intent: str | None = None
    decision: str = "answer"
    need: str | None = None
    choices: tuple[str, ...] = ()
    urgent: str | None = None
    urgent_case: str | None = None
    age: int | None = None
    place: str | None = None
    district: str | None = None
    districts: tuple[str, ...] = ()
    municipality: str | None = None
    role: str | None = None
    relation: str | None = None
    substance: str | None = None
    question: str | None = None
    service_named: str | None = None
    watch: bool = False
    language: str | None = None
    also: str | None = None
    violent: bool = False
    role_learned: bool = False

    @property
    def foreign(self) -> str | None:
        """The language of the message, where it is one that the assistant does not speak."""
        return None if self.language in SPOKEN else self.language

    @property
    def asks(self) -> str | None:
        """What is asked: found by the rules in the text, else what the intent says."""
        if self.question:
            return self.question
        if self.intent and self.intent.startswith("ask_"):
            return self.intent.removeprefix("ask_")
        return "secrecy" if self.intent == "confidentiality" else None

    @classmethod
    def from_parse(cls, parse_data: Mapping[str, Any]) -> Heard:
        """From `latest_message` of a tracker: typed text carries `heard`, a button only its intent and entities."""
        intent = (parse_data.get("intent") or {}).get("name")
        values = dict(parse_data.get("heard") or {e["entity"]: e["value"] for e in parse_data.get("entities") or []})
        known = {f.name: values[f.name] for f in fields(cls) if values.get(f.name) is not None}
        for name in ("choices", "districts"):
            known[name] = tuple(known.get(name, ()))
        if known.get("district") and not known["districts"]:
            known["districts"] = (known["district"],)
        return cls(**{**known, "intent": intent, "need": known.get("need", intent if intent in BUTTON_NEEDS else None)})


@dataclass(frozen=True)
class Choice:
    """A button: `label` names a sentence of domain.yml or, with `literal`, is the text itself (a place name)."""

    label: str
    payload: str
    literal: bool = False


@dataclass(frozen=True)
class Saying:
    """One message: a sentence of domain.yml and what goes with it. `language` None: the language of the talk."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    service: str | None = None
    district: str | None = None
    urgent: str | None = None
    form: str | None = None
    case_id: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Turn:
    """An answer: what is said, in order, and the talk after it. Never empty: an empty answer is a fault."""

    sayings: tuple[Saying, ...]
    talk: Talk
