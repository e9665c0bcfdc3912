"""The languages of the page: its own words, and the sentences that the front door says by itself.

The words stand in `page/words/<language>.yml`; the assistant answers in the language that is written to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.sentences import SWEDISH, Sentences

FOLDER = Path(__file__).parent / "web" / "page" / "words"
LANGUAGES = (SWEDISH, "en")
PARAMETER = "lang"
"""The part of an address that asks for another language than Swedish: no cookie, and nothing about the topic."""


@dataclass(frozen=True)
class Language:
    """One language: `words` are the page's own, by name; `sentences` what the door says."""

    code: str
    words: Mapping[str, str]
    sentences: Sentences

    @property
    def other(self) -> str:
        """The language to change to."""
        return next(code for code in LANGUAGES if code != self.code)


def load_languages(sentences: Sentences) -> dict[str, Language]:
    """All languages, by code."""
    return {code: _load(code, sentences) for code in LANGUAGES}


def language_code(asked: str | None) -> str:
    """The language that was asked for, or Swedish."""
    return asked if asked in LANGUAGES else SWEDISH


def address(path: str, code: str) -> str:
    """A path of ours in a language."""
    return path if code == SWEDISH else f"{path}?{PARAMETER}={code}"


def _load(code: str, sentences: Sentences) -> Language:
    words: dict[str, Any] = YAML(typ="safe").load((FOLDER / f"{code}.yml").read_text(encoding="utf-8"))
    return Language(code, words, sentences.of(code))
