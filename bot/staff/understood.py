"""What the assistant understood of a message, as a value: stored JSON comes from several versions, parts may lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OTHERS = 3


@dataclass(frozen=True)
class Understood:
    """`confidence` from 0 to 1; `others` are the intents that came next, as (name, confidence)."""

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
    others: tuple[tuple[str, float], ...] = ()

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
            others=tuple((o["name"], float(o["confidence"])) for o in (stored.get("ranking") or ())[1 : OTHERS + 1]),
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """Every need that was heard, guessed at or kept for later."""
        return tuple(need for need in (self.need, *self.choices) if need)
