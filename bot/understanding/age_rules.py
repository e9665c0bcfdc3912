"""The rules of `age.yml`, compiled for spaCy's Matcher.

The Matcher sees only words that stand in the rules; every other word of a message is one and the same token, since a
spaCy vocabulary never forgets a string it has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc

from bot.understanding.person_words import load_words
from bot.understanding.text import fold
from bot.understanding.vocabulary import WordFile

RULES = Path(__file__).with_name("age.yml")
KINDS = ("not", "age", "next", "weak", "months", "weeks", "days")
NUMBER = "#"
_NUMBER_IN_FILE, _START, _END, _OTHER = "N", "START", "SLUT", "_"
# Folded away elsewhere, kept here: "år" and "är" tell an age from a sentence, "vår" is not "var". Without the dots a
# word may be either.
KEPT = {
    "år": "år",
    "aar": "år",
    "är": "är",
    "aer": "är",
    "å": "och",
    "o": "och",
    **dict.fromkeys(("vår", "vårt", "våran"), "min"),
}
_EITHER = {"år": ("år", "ar"), "är": ("är", "ar")}
_FLAGS = 40
Choice = tuple[frozenset[str], dict[str, str]]
_TOKEN = re.compile(r"\([^\s()]+\)[?*]?|\S+")


@dataclass(frozen=True)
class AgeRules:
    """The matcher, the kind of each rule in order, and the words that it knows."""

    matcher: Any
    vocab: Any
    kinds: tuple[str, ...]
    known: frozenset[str]

    def kinds_at(self, words: Sequence[str]) -> dict[int, str]:
        """Position of each NUMBER → the kind of the first rule that covers it."""
        seen = [_START, *(word if word in self.known else _OTHER for word in words), _END]
        first: dict[int, int] = {}
        for rule, start, end in self.matcher(Doc(self.vocab, words=seen)):
            order = int(self.vocab.strings[rule])
            for at in range(start, end):
                if seen[at] == NUMBER:
                    first[at - 1] = min(order, first.get(at - 1, order))
        return {at: self.kinds[order] for at, order in first.items()}


class Flags:
    """Lists of words as flags of the vocabulary while it has any left: a flag is looked up once a word, a list is
    searched for every token and rule."""

    def __init__(self, vocab: Any) -> None:
        """No flag is taken yet."""
        self._vocab = vocab
        self._flags: dict[frozenset[str], Any] = {}

    def of(self, words: frozenset[str]) -> dict[Any, Any]:
        """What the Matcher compares a token with."""
        if len(words) == 1:
            return {"ORTH": next(iter(words))}
        if words not in self._flags and len(self._flags) < _FLAGS:
            self._flags[words] = self._vocab.add_flag(words.__contains__)
        return {self._flags[words]: True} if words in self._flags else {"ORTH": {"IN": sorted(words)}}


@cache
def load_age_rules(path: Path = RULES) -> AgeRules:
    """Read and check the rules.

    Raises:
        VocabularyError: a rule has an unknown kind, an empty choice, or no number.
    """
    file = WordFile(path)
    groups = {name: frozenset(_keys(words)) for name, words in file.table("groups").items()}
    groups["PERSON"] |= load_words().first
    vocab = spacy.blank("sv").vocab
    flags = Flags(vocab)
    matcher, known = Matcher(vocab, validate=False), {_OTHER, NUMBER, _START, _END}
    kinds: list[str] = []
    rules = [
        (kind, [_choices(file, pattern, token, groups) for token in _TOKEN.findall(pattern)])
        for kind, pattern in _rules(file)
    ]
    # What a rule begins with is compared with every token, the rest only where a rule has begun: it gets the flags.
    for words in chain.from_iterable(map(_beginning, (choices for _, choices in rules))):
        flags.of(words)
    for kind, choices in rules:
        known.update(*(words for words, _ in choices))
        matcher.add(str(len(kinds)), [[{**flags.of(words), **operator} for words, operator in choices]])
        kinds.append(kind)
    return AgeRules(matcher, vocab, tuple(kinds), frozenset(known))


def _beginning(choices: Iterable[Choice]) -> Iterator[frozenset[str]]:
    """What the first token of a rule may be: everything up to and with the first that may not be missing."""
    for words, operator in choices:
        yield words
        if not operator:
            return


def _rules(file: WordFile) -> Iterator[tuple[str, str]]:
    for entry in file.data.get("rules", []):
        for kind, patterns in entry.items():
            if kind not in KINDS:
                raise file.error("rules", str(kind), f"must be one of {', '.join(KINDS)}")
            for pattern in map(str, patterns):
                if not re.search(rf"\b{_NUMBER_IN_FILE}\b", pattern):
                    raise file.error("rules", str(kind), f"'{pattern}' holds no {_NUMBER_IN_FILE}")
                yield str(kind), pattern


def _choices(file: WordFile, pattern: str, token: str, groups: Mapping[str, frozenset[str]]) -> Choice:
    """The words that a token of a rule stands for, and the Matcher's operator."""
    often = token[-1] if len(token) > 1 and token[-1] in "?*" else ""
    inner = token.removesuffix(often).strip("()") if len(token) > 1 else token
    parts = inner.split("|") if inner != "|" else [inner]
    if not all(parts):
        raise file.error("rules", pattern, "has an empty choice")
    words = frozenset(word for part in parts for word in groups.get(part) or _keys([part]))
    return words, {"OP": often} if often else {}


def _keys(words: Iterable[Any]) -> list[str]:
    """Words of the file as the rules compare them: folded, but "år" and "är" kept apart, and å, o read as "och"."""
    found: list[str] = []
    for word in map(str, words):
        if word in (_NUMBER_IN_FILE, _START, _END):
            found.append(NUMBER if word == _NUMBER_IN_FILE else word)
        else:
            found += _EITHER.get(word) or (KEPT.get(word, fold(word)),)
    return found
