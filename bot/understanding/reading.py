"""Everything the rules find in one message, gathered once, as plain data for the tracker and the transcript."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bot.sentences import SPOKEN
from bot.understanding.age import find_age
from bot.understanding.language import find_language
from bot.understanding.people import find_people
from bot.understanding.place import find_places
from bot.understanding.question import find_question
from bot.understanding.service_names import find_service
from bot.understanding.urgent import Urgent, urgent


@dataclass(frozen=True)
class Reading:
    """What stands in the text itself. `districts` holds more than one id when the word is ambiguous ("Enskede").

    `outright`: the text says in so many words whom it is about; `learned`: whom it is about is no more than likely.
    """

    age: int | None
    place: str | None
    districts: tuple[str, ...]
    municipality: str | None
    role: str | None
    relation: str | None
    substance: str | None
    question: str | None
    service: str | None
    urgent: Urgent | None = None
    outright: bool = False
    learned: bool = False
    violent: bool = False
    language: str | None = None
    hurt: bool = False

    @property
    def foreign(self) -> str | None:
        """The language, where it is one that the assistant does not speak."""
        return None if self.language in SPOKEN else self.language

    @property
    def district(self) -> str | None:
        """The one district, or None when there is none or more than one."""
        return self.districts[0] if len(self.districts) == 1 else None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON: ids and numbers only, never the person's words."""
        return {
            "age": self.age,
            "place": self.place,
            "district": self.district,
            "districts": list(self.districts),
            "municipality": self.municipality,
            "role": self.role,
            "relation": self.relation,
            "substance": self.substance,
            "question": self.question,
            "service_named": self.service,
            "language": self.language,
            "violent": self.violent,
            "role_learned": self.learned,
        }


def read(text: str) -> Reading:
    """Read one message (at most 2,000 characters)."""
    return replace(read_topic(text), urgent=urgent(text), language=find_language(text))


@lru_cache(maxsize=4)
def read_topic(text: str) -> Reading:
    """What the model learns from: all but danger and language, a third of the work.

    The last few are kept: pipeline and model read the same one.
    """
    place = find_places(text)
    people, age = find_people(text), find_age(text)
    return Reading(
        age=people.age if age is None else age,
        place=place.name,
        districts=place.districts,
        municipality=place.municipality,
        role=people.role,
        relation=people.relation,
        substance=people.substance,
        question=find_question(text),
        service=find_service(text),
        outright=people.outright,
        violent=people.violent,
        hurt=people.hurt,
    )


def read_about(text: str, role: str | None) -> Reading:
    """The reading when something better than rules says whom the text is about; what it says outright stands."""
    reading = read(text)
    if reading.outright or role in (None, reading.role):
        return reading
    return replace(reading, role=role, relation=None, age=find_age(text, role=role), learned=True)
