"""The service that a text calls by name, whatever people call it.

A name is not a need: who asks what "Origo" costs may write for anyone. The names are in `service_names.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.distance import OSA

from bot.understanding.phrases import PhraseBook
from bot.understanding.text import fold
from bot.understanding.vocabulary import WordFile

SERVICE_NAMES = Path(__file__).with_name("service_names.yml")
_WORD = re.compile(r"\w+")
_BEGINNING = 3
_LONG = 11


@dataclass(frozen=True)
class ServiceNames:
    """The book of names; names in capitals; long names by their first letters, for misspellings; what is ordinary."""

    book: PhraseBook
    capitals: Mapping[str, str]
    typos: Mapping[str, tuple[tuple[str, str], ...]]
    unless: PhraseBook


def find_service(text: str) -> str | None:
    """The id of the service that is named first, or None. Pure and total."""
    names = load_service_names()
    folded = fold(text)
    found = [(match.start(), service) for service, match in names.book.find(folded)]
    found += _in_capitals(text, names) or _misspelt(folded, names)
    ordinary = names.unless.names(folded) if found else set()
    return min((entry for entry in found if entry[1] not in ordinary), default=(0, None))[1]


def _in_capitals(text: str, names: ServiceNames) -> list[tuple[int, str]]:
    """ "SIG" is a service and "sig" a word; in a text that shouts, neither can be told."""
    if text.isupper() and len(text.split()) > 1:
        return []
    return [(found.start(), names.capitals[found[0]]) for found in _WORD.finditer(text) if found[0] in names.capitals]


def _misspelt(folded: str, names: ServiceNames) -> list[tuple[int, str]]:
    for found in _WORD.finditer(folded):
        for name, service in names.typos.get(found[0][:_BEGINNING], ()):
            allowed = 1 if len(name) < _LONG else 2
            if OSA.distance(found[0], name, score_cutoff=allowed) <= allowed:
                return [(found.start(), service)]
    return []


@cache
def load_service_names(path: Path = SERVICE_NAMES) -> ServiceNames:
    """Read and check the names.

    Raises:
        VocabularyError: a service has no phrases, or a phrase cannot be compiled.
    """
    file = WordFile(path)
    entries = file.table("services")
    where = {service: f"service '{service}'" for service in entries}
    named = {s: file.phrases(entry, where[s], "any") for s, entry in entries.items()}
    unless = {s: file.phrases(entry, where[s], "unless", False) for s, entry in entries.items()}
    capitals = {word: s for s, entry in entries.items() for word in entry.get("capitals", [])}
    typos: dict[str, list[tuple[str, str]]] = {}
    for service, entry in entries.items():
        for word in file.words(entry, where[service], "typos", False):
            typos.setdefault(word[:_BEGINNING], []).append((word, service))
    return ServiceNames(
        PhraseBook.of(named), capitals, {key: tuple(pairs) for key, pairs in typos.items()}, PhraseBook.of(unless)
    )
