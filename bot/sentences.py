"""The sentences of `domain.yml`, for those who speak without Rasa: the front door when Rasa is away, button labels.

`domain.yml` is the one place where the assistant's sentences stand; Rasa reads it too. Placeholders are `{name}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from bot.settings import ROOT


SWEDISH, ENGLISH = "sv", "en"
SPOKEN = (SWEDISH, ENGLISH)


class UnknownSentenceError(KeyError):
    """A sentence was asked for that `domain.yml` does not hold."""


@dataclass(frozen=True)
class Sentences:
    """Response name → text; only the first variant counts, since every sentence has exactly one."""

    texts: Mapping[str, str]

    @classmethod
    def load(cls, path: Path = ROOT / "domain.yml") -> Sentences:
        """Read the responses of a Rasa domain file."""
        domain = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return cls({name: variants[0].get("text", "") for name, variants in domain["responses"].items()})

    def text(self, name: str, /, **values: object) -> str:
        """The sentence with its placeholders filled.

        Raises:
            UnknownSentenceError: no such response in `domain.yml`.
        """
        if name not in self.texts:
            raise UnknownSentenceError(f"domain.yml holds no response named '{name}'.")
        text = self.texts[name]
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        return text
