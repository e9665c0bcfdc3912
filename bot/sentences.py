"""The sentences of `domain.yml`, for those who speak without Rasa: the front door when Rasa is away, button labels.

`domain.yml` is the one place where the assistant's sentences stand; Rasa reads it too. Placeholders are `{name}`. A
sentence stands once in Swedish, and again for each language as Rasa's conditional variation on the slot `language`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.settings import ROOT

SWEDISH, ENGLISH = "sv", "en"
SPOKEN = (SWEDISH, ENGLISH)
DOMAIN = ROOT / "domain.yml"
# What is said in `live` in the place of a crisis text that nobody has approved.
MINIMAL = "utter_urgent_minimal"
SECRECY, SECRECY_MINIMAL = "utter_secrecy", "utter_secrecy_minimal"


class UnknownSentenceError(KeyError):
    """A sentence was asked for that `domain.yml` does not hold."""


@dataclass(frozen=True)
class Text:
    """One variation of a response. `approved` is None where the text needs nobody's approval."""

    name: str
    language: str
    text: str
    approved: bool | None


@dataclass(frozen=True)
class Sentences:
    """Response name → Swedish text, and for each other language name → text; `language` is the one that is spoken."""

    texts: Mapping[str, str]
    others: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    language: str = SWEDISH

    @classmethod
    def load(cls, mode: str, path: Path = DOMAIN) -> Sentences:
        """Read the responses of a Rasa domain file.

        In `live` a crisis or secrecy text without an approver gives way to the minimal one of its kind. A text in a
        language that the assistant does not speak is said in neither mode before somebody who knows the language has
        approved it.
        """
        found: dict[str, dict[str, str]] = {SWEDISH: {}}
        for text in read_texts(path):
            if text.language in SPOKEN or text.approved:
                found.setdefault(text.language, {})[text.name] = text.text
        if mode == "live":
            for text in unapproved_texts(path):
                minimal = minimal_of(text.name)
                if text.language in SPOKEN and minimal in found[text.language]:
                    found[text.language][text.name] = found[text.language][minimal]
        return cls(found.pop(SWEDISH), found)

    def of(self, language: str | None) -> Sentences:
        """The same sentences spoken in another language; None changes nothing."""
        return replace(self, language=language) if language else self

    def language_of(self, name: str) -> str:
        """The language that a sentence is said in."""
        return self.language if name in self.others.get(self.language, {}) else SWEDISH

    def has(self, name: str, language: str | None) -> bool:
        """Whether a sentence can be said in a language; None is the language spoken now, in which all can be said."""
        return language in (None, SWEDISH) or name in self.others.get(str(language), {})

    def text(self, name: str, /, **values: object) -> str:
        """The sentence with its placeholders filled, in Swedish where there is none in the language that is spoken.

        Raises:
            UnknownSentenceError: no such response in `domain.yml`.
        """
        if name not in self.texts:
            raise UnknownSentenceError(f"domain.yml holds no response named '{name}'.")
        text = self.others.get(self.language, {}).get(name, self.texts[name])
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        return text


def minimal_of(name: str) -> str:
    """What is said in `live` in the place of this text while nobody has approved it."""
    return SECRECY_MINIMAL if name.startswith(SECRECY) else MINIMAL


def unapproved_texts(path: Path = DOMAIN) -> Iterator[Text]:
    """The texts that need somebody's approval and have none."""
    return (text for text in read_texts(path) if text.approved is False)


def read_texts(path: Path = DOMAIN) -> Iterator[Text]:
    """Every text of a domain file; of variations for the same language the first counts."""
    domain = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    for name, variants in domain["responses"].items():
        seen: set[str] = set()
        for variant in variants:
            language = _language(variant)
            if language not in seen:
                yield Text(name, language, variant.get("text", ""), _approved(variant.get("metadata") or {}))
            seen.add(language)


def _language(variant: Mapping[str, Any]) -> str:
    conditions = variant.get("condition") or ()
    return next((str(c["value"]) for c in conditions if c.get("name") == "language"), SWEDISH)


def _approved(metadata: Mapping[str, Any]) -> bool | None:
    if "approved_by" not in metadata:
        return None
    return bool(metadata["approved_by"] and metadata.get("approved_on"))
