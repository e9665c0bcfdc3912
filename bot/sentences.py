"""The sentences of `domain.yml`, for those who speak without Rasa: the front door when Rasa is away, button labels.

`domain.yml` is the one place where the assistant's sentences stand; Rasa reads it too. Placeholders are `{name}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from bot.settings import ROOT

SWEDISH = "sv"


class UnknownSentenceError(KeyError):
    """A sentence was asked for that `domain.yml` does not hold."""


@dataclass(frozen=True)
class Sentences:
    """Response name → text; only the first variant counts, since every sentence has exactly one.

    `foreign`: the names whose text is not Swedish but that of `language`.
    """

    texts: Mapping[str, str]
    language: str = SWEDISH
    foreign: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path = ROOT / "domain.yml") -> Sentences:
        """Read the responses of a Rasa domain file."""
        domain = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return cls({name: variants[0].get("text", "") for name, variants in domain["responses"].items()})

    def translated(self, language: str, texts: Mapping[str, str]) -> Sentences:
        """The same sentences with those that have a text in another language said in it; the rest stay Swedish.

        Raises:
            UnknownSentenceError: a text for a response that `domain.yml` does not hold.
        """
        unknown = sorted(texts.keys() - self.texts.keys())
        if unknown:
            raise UnknownSentenceError(f"domain.yml holds no response named '{unknown[0]}'.")
        return Sentences({**self.texts, **texts}, language, frozenset(texts))

    def language_of(self, name: str) -> str:
        """The language that a sentence is said in."""
        return self.language if name in self.foreign else SWEDISH

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
