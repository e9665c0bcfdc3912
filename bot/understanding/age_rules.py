"""The rules of `age.yml`, compiled for spaCy's Matcher.

The Matcher sees only words that stand in the rules; every other word of a message is one and the same token, since a
spaCy vocabulary never forgets a string it has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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
NUMBER, START, END, OTHER = "N", "START", "SLUT", "_"
# Folded away elsewhere, kept here: "år" and "är" tell an age from a sentence, "vår" is not "var". Without the dots a
# word may be either.
KEPT = {
    "år": "år",
    "aar": "år",
    "är": "är",
    "aer": "är",
    "å": "och",
    "o": "och",
    "vår": "min",
    "vårt": "min",
    "våran": "min",
}
_EITHER = {"år": ("år", "ar"), "är": ("är", "ar")}
_FOR_MATCHER = {NUMBER: "#"}
_TOKEN = re.compile(r"\([^\s()]+\)[?*]?|\S+")


@dataclass(frozen=True)
class AgeRules:
    """The matcher, the kind of each rule in order, and the words that it knows."""

    matcher: Any
    vocab: Any
    kinds: tuple[str, ...]
    known: frozenset[str]

    def kinds_at(self, words: Sequence[str]) -> dict[int, str]:
        """Position of each number → the kind of the first rule that covers it; START and SLUT are added here."""
        seen = [START, *(word if word in self.known else OTHER for word in words), END]
        first: dict[int, int] = {}
        for rule, start, end in self.matcher(Doc(self.vocab, words=seen)):
            order = int(self.vocab.strings[rule])
            for at in range(start, end):
                if seen[at] == _FOR_MATCHER[NUMBER]:
                    first[at - 1] = min(order, first.get(at - 1, order))
        return {at: self.kinds[order] for at, order in first.items()}


def _as_rule_word(raw: str) -> str:
    """A token as the rules compare it: folded, but "år" and "är" kept apart, and å, o read as "och"."""
    return KEPT.get(raw, fold(raw))


@cache
def load_age_rules(path: Path = RULES) -> AgeRules:
    """Read and check the rules.

    Raises:
        VocabularyError: a rule has an unknown kind or holds no number.
    """
    file = WordFile(path)
    groups = {name: _group(words) for name, words in file.table("groups").items()}
    groups["PERSON"] = (*groups["PERSON"], *sorted(load_words().first))
    vocab = spacy.blank("sv").vocab
    matcher, kinds, known = Matcher(vocab), [], {OTHER, START, END}
    for kind, pattern in _rules(file):
        matcher.add(str(len(kinds)), [_compile(file, pattern, groups, known)])
        kinds.append(kind)
    return AgeRules(matcher, vocab, tuple(kinds), frozenset(known))


def _group(words: Iterable[Any]) -> tuple[str, ...]:
    return tuple(key for word in words for key in _keys(str(word)))


def _rules(file: WordFile) -> Iterable[tuple[str, str]]:
    for entry in file.data.get("rules", []):
        for kind, patterns in entry.items():
            if kind not in KINDS:
                raise file.error("rules", str(kind), f"must be one of {', '.join(KINDS)}")
            for pattern in patterns:
                if not re.search(rf"\b{NUMBER}\b", str(pattern)):
                    raise file.error("rules", str(kind), f"'{pattern}' holds no {NUMBER}")
                yield str(kind), str(pattern)


def _compile(
    file: WordFile, pattern: str, groups: Mapping[str, tuple[str, ...]], known: set[str]
) -> list[dict[str, Any]]:
    compiled = []
    for token in _TOKEN.findall(pattern):
        often = token[-1] if len(token) > 1 and token[-1] in "?*" else ""
        inner = token.removesuffix(often).strip("()") if len(token) > 1 else token
        choices = [
            key for part in (inner.split("|") if inner != "|" else [inner]) for key in groups.get(part) or _keys(part)
        ]
        if not all(choices):
            raise file.error("rules", pattern, "has an empty choice")
        known.update(choices)
        one_of = {"IN": sorted(set(choices))} if len(set(choices)) > 1 else choices[0]
        compiled.append({"ORTH": one_of, **({"OP": often} if often else {})})
    return compiled


def _keys(word: str) -> tuple[str, ...]:
    if word in (NUMBER, START, END):
        return (_FOR_MATCHER.get(word, word),)
    return _EITHER.get(word) or (_as_rule_word(word),)
