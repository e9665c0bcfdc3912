"""Which of the questions that people really ask stands in a text.

A word is not a question: "hon har väntat länge" says nothing of waiting times. So most phrases count only in a sentence
that asks, and a few situations count when they are told, since whoever tells them asks what to do. The phrases are in
`questions.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.understanding.phrases import PhraseBook
from bot.understanding.text import fold, sentences
from bot.understanding.tokens import tokens
from bot.understanding.vocabulary import WordFile

QUESTIONS = Path(__file__).with_name("questions.yml")
_SHORT = 5
# These open a question by themselves ...
_QUESTION_WORDS = frozenset(
    [
        "hur",
        "hru",
        "hurr",
        "hurlang",
        "vad",
        "va",
        "var",
        "vart",
        "vars",
        "vem",
        "vilka",
        "vilken",
        "vilket",
        "nar",
        "varfor",
        "vrf",
        "finns",
        "fins",
        "finnns",
        "kostar",
        "kosar",
        "galler",
        "kravs",
        "racker",
        "omfattas",
        "omfattar",
        "tillhandahalls",
        "tillhandahaller",
        "utgar",
        "tillkommer",
        "riktar",
        "tolk",
        "how",
        "what",
        "where",
        "when",
        "who",
        "which",
    ]
)
# ... and these only before whom or what they ask about: "har ni", "kan man", but "har suttit i fyra år".
_VERBS = frozenset(
    [
        "kan",
        "far",
        "ska",
        "skall",
        "maste",
        "behover",
        "ar",
        "e",
        "har",
        "tar",
        "ta",
        "blir",
        "kommer",
        "hinner",
        "ser",
        "syns",
        "vet",
        "ringer",
        "sager",
        "berattar",
        "sparas",
        "sparar",
        "laser",
        "gar",
        "gor",
        "bokar",
        "pratar",
        "snackar",
        "talar",
        "golar",
        "oppnar",
        "stanger",
        "vagar",
        "hamnar",
        "lagras",
        "raderas",
        "lamnar",
        "anmaler",
        "loggas",
        "lagrar",
        "sitter",
        "slipper",
        "hor",
        "tappar",
        "can",
        "do",
        "does",
        "is",
        "are",
        "could",
        "has",
        "did",
        "should",
        "would",
        "am",
        "will",
    ]
)
_ASKED_ABOUT = frozenset(
    [
        "ni",
        "du",
        "man",
        "jag",
        "ja",
        "vi",
        "det",
        "de",
        "dom",
        "d",
        "han",
        "hon",
        "hen",
        "min",
        "mina",
        "mitt",
        "var",
        "vart",
        "mamma",
        "pappa",
        "foraldrarna",
        "foraldrar",
        "morsan",
        "farsan",
        "paronen",
        "soc",
        "socialen",
        "socialtjansten",
        "polisen",
        "polis",
        "aina",
        "skolan",
        "lararen",
        "nagon",
        "nan",
        "detta",
        "den",
        "dar",
        "barnen",
        "barnet",
        "oppet",
        "hans",
        "hennes",
        "era",
        "you",
        "i",
        "they",
        "it",
        "we",
        "there",
        "my",
        "this",
        "the",
        "anyone",
        "someone",
    ]
)
_BEFORE_OPENER = frozenset(
    [
        "och",
        "men",
        "sa",
        "assa",
        "asg",
        "bre",
        "bror",
        "brorsan",
        "wallah",
        "wlh",
        "hej",
        "hejsan",
        "len",
        "lan",
        "yo",
        "typ",
        "ja",
        "nej",
        "eller",
        "shuno",
        "keff",
        "ey",
        "tja",
        "tjena",
        "jo",
        "ok",
        "okej",
        "alltsa",
        "snalla",
        "forlat",
        "hallo",
        "abi",
        "m",
        "hmm",
        "bara",
        "ba",
        "iofs",
        "yani",
        "aa",
        "na",
        "nae",
        "fraga",
    ]
)
_ASKING = frozenset(
    [
        "undrar",
        "undra",
        "funderar",
        "fraga",
        "fragar",
        "upplysning",
        "upplysningar",
        "upplys",
        "besked",
        "wondering",
        "asking",
        "vanligen",
        "uppge",
        "meddela",
        "ange",
        "uppgift",
        "klarlagt",
        "klargorande",
        "klarhet",
        "beskrivet",
        "beskrivning",
        "tacksam",
    ]
)
_WANTS_TO_KNOW = (("vill", "veta"), ("onskar", "veta"), ("onskar", "klarhet"))


@dataclass(frozen=True)
class Questions:
    """Three books over the same names, in the order of the file."""

    order: tuple[str, ...]
    asked: PhraseBook
    told: PhraseBook
    unless: PhraseBook


def find_question(text: str) -> str | None:
    """The question of the message as a name of questions.yml, or None. Pure and total."""
    questions = load_questions()
    parts = [fold(part) for part in sentences(text)]
    short = sum(len(tokens(part)) for part in parts[: _SHORT + 1]) <= _SHORT
    asked = {name for part in parts if short or _asks(part) for name in _names(questions, part, questions.asked)}
    names = asked or _names(questions, " \n ".join(parts), questions.told)
    return next((name for name in questions.order if name in names), None)


def _names(questions: Questions, folded: str, book: PhraseBook) -> set[str]:
    found = book.names(folded)
    return found - questions.unless.names(folded) if found else found


def _asks(sentence: str) -> bool:
    """A question mark, "jag undrar", or a clause that begins as a question does."""
    if "?" in sentence:
        return True
    words = tokens(sentence)
    if any(word in _ASKING for word in words) or any(
        pair in _WANTS_TO_KNOW for pair in zip(words, words[1:], strict=False)
    ):
        return True
    opens = True
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if opens and (word in _QUESTION_WORDS or (word in _VERBS and after in _ASKED_ABOUT)):
            return True
        opens = word == "," or (opens and word in _BEFORE_OPENER)
    return False


@cache
def load_questions(path: Path = QUESTIONS) -> Questions:
    """Read and check the questions.

    Raises:
        VocabularyError: a question has no phrases, or a phrase cannot be compiled.
    """
    file = WordFile(path)
    entries = file.table("questions")
    for name, entry in entries.items():
        if not (file.phrases(entry, name, "asked", False) or file.phrases(entry, name, "told", False)):
            raise file.error(f"question '{name}'", "asked", "needs phrases under asked or told")
    books: Mapping[str, PhraseBook] = {
        field: PhraseBook.of(
            {name: file.phrases(entry, f"question '{name}'", field, False) for name, entry in entries.items()}
        )
        for field in ("asked", "told", "unless")
    }
    return Questions(tuple(entries), books["asked"], books["told"], books["unless"])
