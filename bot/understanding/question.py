"""Which of the questions that people really ask stands in a text.

A word is not a question: "hon har väntat länge" says nothing of waiting times. So most phrases count only in a sentence
that asks, and a few situations count when they are told, since whoever tells them asks what to do. The phrases are in
`questions.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.understanding.phrases import PhraseBook
from bot.understanding.text import folded_sentences
from bot.understanding.tokens import tokens
from bot.understanding.vocabulary import WordFile

QUESTIONS = Path(__file__).with_name("questions.yml")
_SHORT = 3
_CUES = ("opens", "verbs", "asked_about", "before", "asks", "asks_pairs")


@dataclass(frozen=True)
class Questions:
    """Three books over the same names, in the order of the file, and the words that make a sentence a question."""

    order: tuple[str, ...]
    asked: PhraseBook
    told: PhraseBook
    unless: PhraseBook
    cues: Mapping[str, frozenset[str]]

    def names(self, folded: str, book: PhraseBook) -> set[str]:
        """The questions of a book that the text holds and that nothing in it takes away."""
        found = book.names(folded)
        return found - self.unless.names(folded) if found else found

    def asks(self, words: Sequence[str]) -> bool:
        """A question mark, "jag undrar", or a clause that begins as a question does."""
        cues = self.cues
        if "?" in words or not cues["asks"].isdisjoint(words):
            return True
        opens = True
        for word, after in pairwise((*words, "")):
            if f"{word} {after}" in cues["asks_pairs"]:
                return True
            if opens and (word in cues["opens"] or (word in cues["verbs"] and after in cues["asked_about"])):
                return True
            opens = word == "," or (opens and word in cues["before"])
        return False


def find_question(text: str) -> str | None:
    """The question of the message as a name of questions.yml, or None. Pure and total."""
    questions = load_questions()
    parts = folded_sentences(text)
    words = [tokens(part) for part in parts]
    short = sum(word.isalnum() for said in words for word in said) <= _SHORT
    asking = [part for part, said in zip(parts, words, strict=True) if short or questions.asks(said)]
    asked = {name for part in asking for name in questions.names(part, questions.asked)}
    found = asked or questions.names(" \n ".join(parts), questions.told)
    return next((name for name in questions.order if name in found), None)


@cache
def load_questions(path: Path = QUESTIONS) -> Questions:
    """Read and check the questions.

    Raises:
        VocabularyError: a question has no phrases, or a phrase cannot be compiled.
    """
    file = WordFile(path)
    entries = file.table("questions")
    phrases = {
        field: {name: file.phrases(entry, f"question '{name}'", field, False) for name, entry in entries.items()}
        for field in ("asked", "told", "unless")
    }
    for name in entries:
        if not (phrases["asked"][name] or phrases["told"][name]):
            raise file.error(f"question '{name}'", "asked", "needs phrases under asked or told")
    asked, told, unless = (PhraseBook.of(phrases[field]) for field in ("asked", "told", "unless"))
    return Questions(tuple(entries), asked, told, unless, file.sets("cues", _CUES))
