"""Everything the rules find in one message, gathered once, as plain data for the tracker and the transcript."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.understanding.age import find_age
from bot.understanding.people import find_people
from bot.understanding.place import find_places
from bot.understanding.question import find_question
from bot.understanding.service_names import find_service
from bot.understanding.urgent import Urgent, urgent


@dataclass(frozen=True)
class Reading:
    """What stands in the text itself. `districts` holds more than one id when the word is ambiguous ("Enskede")."""

    age: int | None
    place: str | None
    districts: tuple[str, ...]
    municipality: str | None
    role: str | None
    relation: str | None
    substance: str | None
    question: str | None
    service: str | None
    urgent: Urgent | None
    violent: bool = False

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
            "violent": self.violent,
        }


@lru_cache(maxsize=4)
def read(text: str) -> Reading:
    """Read one message (at most 2,000 characters). The last few are kept: pipeline and model read the same one."""
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
        urgent=urgent(text),
        violent=people.violent,
    )
