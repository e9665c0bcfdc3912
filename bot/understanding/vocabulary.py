"""Reading the YAML files of words and phrases that stand beside the readers.

One way to read and to complain, so that whoever mends a word list gets the same kind of message everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.understanding.phrases import PhraseError, check_phrase
from bot.understanding.text import fold


class VocabularyError(ValueError):
    """A word list is wrong; the message names the file, the entry and the field."""


class WordFile:
    """One YAML file; every method raises VocabularyError when the entry does not have the form it should."""

    def __init__(self, path: Path) -> None:
        """Read the file."""
        self._name = path.name
        try:
            data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        except YAMLError as error:
            raise VocabularyError(f"{path.name}: not readable as YAML: {error}") from error
        if not isinstance(data, dict):
            raise VocabularyError(f"{path.name}: must be a table of entries.")
        self.data: Mapping[str, Any] = data

    def table(self, field: str) -> Mapping[str, Any]:
        """The table under a field of the file."""
        value = self.data.get(field)
        if not isinstance(value, dict) or not value:
            raise self.error("file", field, "must be a table of entries")
        return {str(key): entry for key, entry in value.items()}

    def words(self, entry: Any, where: str, field: str, required: bool = True) -> tuple[str, ...]:
        """A list of words, folded, without repetition."""
        return tuple(dict.fromkeys(fold(word) for word in self._texts(entry, where, field, required)))

    def sets(self, field: str, names: Iterable[str]) -> dict[str, frozenset[str]]:
        """The named lists of words under a field of the file."""
        entry = self.table(field)
        return {name: frozenset(self.words(entry, field, name)) for name in names}

    def phrases(self, entry: Any, where: str, field: str, required: bool = True) -> tuple[str, ...]:
        """A list of phrases in the language of phrases.py, as written."""
        found = self._texts(entry, where, field, required)
        for phrase in found:
            try:
                check_phrase(phrase)
            except PhraseError as error:
                raise self.error(where, field, str(error)) from error
        return found

    def choice(self, entry: Any, where: str, field: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed values."""
        value = entry.get(field) if isinstance(entry, dict) else None
        if value not in allowed:
            raise self.error(where, field, f"must be one of {', '.join(allowed)}")
        return str(value)

    def error(self, where: str, field: str, problem: str) -> VocabularyError:
        """The complaint, in the form that all word files share."""
        return VocabularyError(f"{self._name}, {where}, field '{field}': {problem}.")

    def _texts(self, entry: Any, where: str, field: str, required: bool) -> tuple[str, ...]:
        value = entry.get(field, None if required else []) if isinstance(entry, dict) else None
        # YAML reads a bare `no` or `1` as something else than text; the message says to quote it.
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(where, field, "must be a list of words (put quotes around numbers, ja and nej)")
        return tuple(value)
