"""The small language in which rules on people's words are written, compiled to regular expressions.

A phrase is folded words with a blank between:

    andas inte      these words in this order, with at most two words between
    self mord*      `mord*` is any word that begins so
    (ta|tar|tog)    one of these
    "andas inte"    quoted: nothing between
    _               exactly one word, whatever it is

Files of rules are YAML, so that someone who reads Swedish and no Python can mend them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bot.understanding.text import fold

_TOKEN = re.compile(r'"[^"]+"|\([^)]*\)\*?|\S+')
_GAP = r"\W+(?:\w+\W+){0,2}?"
_TIGHT = r"\W+"


class PhraseError(ValueError):
    """A phrase cannot be compiled; the message holds it."""


@cache
def compile_phrase(phrase: str) -> re.Pattern[str]:
    """A pattern that finds the phrase in folded text.

    Raises:
        PhraseError: the phrase is empty or has an unclosed bracket or quote.
    """
    if not phrase.strip() or phrase.count("(") != phrase.count(")") or phrase.count('"') % 2:
        raise PhraseError(f"'{phrase}' is not a phrase: check its brackets and quotes.")
    return re.compile(r"\b" + _GAP.join(_piece(token) for token in _TOKEN.findall(fold(phrase))) + r"(?!\w)")


def first_match(phrases: Iterable[str], folded: str) -> str | None:
    """The part of the folded text that one of the phrases finds, or None."""
    for phrase in phrases:
        found = compile_phrase(phrase).search(folded)
        if found:
            return found.group()
    return None


def _piece(token: str) -> str:
    if token.startswith('"'):
        return _TIGHT.join(_piece(part) for part in _TOKEN.findall(token.strip('"')))
    if token == "_":
        return r"\w+"
    if token.startswith("("):
        inner, end = (token[1:-2], r"\w*") if token.endswith("*") else (token[1:-1], "")
        return "(?:" + "|".join(_word(part) for part in inner.split("|")) + ")" + end
    return _word(token)


def _word(part: str) -> str:
    joined = _TIGHT.join(re.escape(word) for word in part.rstrip("*").split())
    return joined + (r"\w*" if part.endswith("*") else "")
