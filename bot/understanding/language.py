"""Which language a message is written in, so that an English one is answered in English and no other one is misread.

Writing systems are told apart by Unicode, languages in Latin letters by the words of `language.yml`. Words and not a
trained detector: nobody who writes Swedish may be told that we do not understand them, and Swedish here is slang, one
word, no åäö, half English. Measured in docs/understanding.md, where the detectors that were tried stand too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.sentences import SWEDISH
from bot.understanding.scripts import language_of_script
from bot.understanding.vocabulary import WordFile

WORDS = Path(__file__).with_name("language.yml")
# A language is believed from so many words of its own on, and only where they are more than this part of the message.
FEWEST, PART = 2, 0.4
# A long story shows its language in its first lines.
READ = 500
_LETTERS = str.maketrans("ıłđøæß", "ildoas")
_ACCENT = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W\d_]+")
# What masking puts in the place of a number or a name is Swedish, and nobody's own words.
_MASKED = re.compile(r"\[[^\]\s]{1,20}\]")
# Words that only Swedish spells so, known or not; without their dots they would look like French or Polish.
_SWEDISH = re.compile(r"\b(?:\w*å\w*|n?ä)\b")


@dataclass(frozen=True)
class Known:
    """`languages`: word → the languages that use it. `sure`: word → the one language that it alone is enough for."""

    languages: Mapping[str, tuple[str, ...]]
    sure: Mapping[str, str]


def find_language(text: str) -> str | None:
    """The language as an ISO 639 code ("sv", "en", "ar", "ckb" …), "other" for one we cannot name.

    None where the text does not say: one word, a name, a number. Whoever asks takes that as "as before", which at the
    start of a talk is Swedish. Pure and total: no text makes it fail.
    """
    bare = _MASKED.sub(" ", text[:READ])
    return language_of_script(bare) or _by_words(_WORD.findall(plain(bare)), len(_SWEDISH.findall(bare.lower())))


def plain(text: str) -> str:
    """Small letters without accents, as people type them on the keyboard that they have."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    return _ACCENT.sub("", unicodedata.normalize("NFKD", lowered.translate(_LETTERS)))


def _by_words(found: list[str], spelt: int) -> str | None:
    """The language with most of the words; `spelt` is how many of them only Swedish spells so."""
    known = load_words()
    points = Counter(language for word in found for language in known.languages.get(word, ()))
    swedish = points.pop(SWEDISH, 0) + spelt
    best, most = max(points.items(), key=lambda item: item[1], default=(SWEDISH, 0))
    if most > swedish and most >= FEWEST and most >= PART * len(found):
        return best
    if most > swedish and len(found) <= FEWEST:
        return next((known.sure[word] for word in found if word in known.sure), None)
    return SWEDISH if swedish >= FEWEST else None


@cache
def load_words(path: Path = WORDS) -> Known:
    """Read and check the words.

    Raises:
        bot.understanding.vocabulary.VocabularyError: the file is missing or a list is no text.
    """
    file = WordFile(path)
    languages: dict[str, tuple[str, ...]] = {}
    for language, words in file.table("words").items():
        for word in str(words).split():
            languages[word] = (*languages.get(word, ()), str(language))
    sure = {word: str(language) for language, words in file.table("sure").items() for word in str(words).split()}
    return Known(languages, sure)
