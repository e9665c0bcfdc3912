"""What the assistant understood of a message, as a value: stored JSON comes from several versions, parts may lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OTHERS = 3


@dataclass(frozen=True)
class Understood:
    """`confidence` from 0 to 1; `ranking` are intents with their confidence, the likeliest first.

    `watch`: danger could not be ruled out, so the answer began with a line about 112.
    """

    intent: str | None = None
    confidence: float | None = None
    decision: str | None = None
    need: str | None = None
    choices: tuple[str, ...] = ()
    urgent: str | None = None
    service: str | None = None
    age: int | None = None
    district: str | None = None
    role: str | None = None
    reason: str | None = None
    model: str | None = None
    ranking: tuple[tuple[str, float], ...] = ()
    watch: bool = False

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Understood:
        """From the column `messages.understood`; what has the wrong type counts as missing."""
        names = ("intent", "decision", "need", "urgent", "service", "district", "role", "reason", "model")
        texts = {name: stored.get(name) if isinstance(stored.get(name), str) else None for name in names}
        confidence, age = stored.get("confidence"), stored.get("age")
        return cls(
            **texts,
            confidence=float(confidence) if isinstance(confidence, int | float) else None,
            age=age if isinstance(age, int) else None,
            choices=tuple(choice for choice in stored.get("choices") or () if isinstance(choice, str)),
            ranking=tuple((o["name"], float(o["confidence"])) for o in (stored.get("ranking") or ())),
            watch=stored.get("watch") is True,
        )

    @property
    def others(self) -> tuple[tuple[str, float], ...]:
        """The intents that came next."""
        return self.ranking[1 : OTHERS + 1]

    @property
    def typed(self) -> bool:
        """Whether the model has read the text: of a pressed button nothing is ranked and no reason is given."""
        return bool(self.ranking) or self.reason is not None

    @property
    def needs(self) -> tuple[str, ...]:
        """Every need that was heard, guessed at or kept for later."""
        return tuple(need for need in (self.need, *self.choices) if need)
