"""The small language in which rules on people's words are written, compiled to regular expressions.

A phrase is folded words with a blank between:

    andas inte      these words in this order, with at most two words between
    self mord*      `mord*` is any word that begins so
    (ta|tar|tog)    one of these
    (ta|tar)*       a word that begins with one of these
    (en|ett)?       one of these, or nothing
    "andas inte"    quoted: nothing between
    _               exactly one word, whatever it is

Files of rules are YAML, so that someone who reads Swedish and no Python can mend them. A handful of phrases is tried
one by one with `first_match`; hundreds go into a `PhraseBook`, which tries only those whose rarest word is in the text.
All are checked when they are read, and compiled when they are first tried: of eleven thousand most never are, and
compiling them took a second and a half of each start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.understanding.text import fold

_TOKEN = re.compile(r'"[^"]+"|\([^)]*\)[*?]?|\S+')
_WORD = re.compile(r"\w+")
# Brackets inside brackets, an empty choice, or something glued to a closing bracket.
_ODD = re.compile(r'\([^)]*\(|\(\s*\||\|\s*[|)]|\(\s*\)|\)[*?]?[^\s*?"]')
_GAP = r"\W+(?:\w+\W+){0,2}?"
_TIGHT = r"\W+"
# Words that stand in almost every message: a phrase is never looked up by one of these.
_EVERYWHERE = frozenset(
    _WORD.findall(
        "jag du han hon hen vi ni de dom det den en ett min mitt mina mig sig att och men som i pa av for till med om"
        " ar e har hade var inte kan ska vill far nar hur vad hans hennes sin sitt nu da sa man"
    )
)
# Words that stand in many messages to us (in one of two hundred training messages and more): looked up by these only
# where a phrase has nothing rarer.
_OFTEN = frozenset(
    _WORD.findall(
        "sager gar fran bara mamma sen nagon tva honom finns vem ingen pappa dar hos kommer efter varje henne barn vet"
        " gor eller hem alla son vid oss nagot tre utan bror allt nan hela bor skolan sitter vara prata fick blir tar"
        " saga dem upp kom gora aldrig maste hemma dotter sjalv kille barnen blev skulle star dag sedan mer inget"
        " veta igen gang ser skriver fyra varit bort over tror samma ligger bra tog pratar kvar sover komma mot ringer"
        " bli gick under innan radd syster jobbar slar ringa sagt andra tillbaka folk kvall alltid natt fast telefon"
        " mycket ensam sluta svarar jobb kompis fel jobbet foraldrar sonen tid tanker pengar"
    )
)


class PhraseError(ValueError):
    """A phrase cannot be compiled; the message holds it."""


def check_phrase(phrase: str) -> None:
    """Whatever passes can be compiled.

    Raises:
        PhraseError: the phrase is empty or has an unclosed bracket or quote.
    """
    if not phrase.strip() or phrase.count("(") != phrase.count(")") or phrase.count('"') % 2 or _ODD.search(phrase):
        raise PhraseError(f"'{phrase}' is not a phrase: check its brackets and quotes")


@cache
def compile_phrase(phrase: str) -> re.Pattern[str]:
    """A pattern that finds the phrase in folded text.

    Raises:
        PhraseError: as in `check_phrase`.
    """
    check_phrase(phrase)
    return re.compile(r"\b" + _joined(_TOKEN.findall(fold(phrase)), _GAP) + r"(?!\w)")


def first_match(phrases: Iterable[str], folded: str) -> str | None:
    """The part of the folded text that one of the phrases finds, or None."""
    for phrase in phrases:
        # Looking for the rarest piece as a plain string is ten times cheaper than the pattern, and mostly says no.
        if any(word in folded for word, _ in _anchor(phrase)):
            found = compile_phrase(phrase).search(folded)
            if found:
                return found.group()
    return None


@dataclass(frozen=True)
class PhraseBook:
    """Many phrases, each under a name, searched together. `entries`: name and phrase.

    `words` and `beginnings` say for a word of the text, or the beginning of one, which entries are worth trying;
    `openings` has the lengths of the beginnings that share their first letters, as many as the `shortest` has. `needed`
    are sets of words of which an entry needs at least one each.
    """

    entries: tuple[tuple[str, str], ...]
    needed: tuple[tuple[frozenset[str], ...], ...]
    words: Mapping[str, tuple[int, ...]]
    beginnings: Mapping[str, tuple[int, ...]]
    shortest: int
    openings: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, phrases: Mapping[str, Iterable[str]]) -> PhraseBook:
        """Build from name → phrases; the order is kept.

        Raises:
            PhraseError: a phrase cannot be compiled.
        """
        entries: list[tuple[str, str]] = []
        needed: list[tuple[frozenset[str], ...]] = []
        index: dict[bool, dict[str, list[int]]] = {False: {}, True: {}}
        for name, group in phrases.items():
            for phrase in group:
                for key, begins in _anchor(phrase):
                    index[begins].setdefault(key, []).append(len(entries))
                entries.append((name, phrase))
                closed = [piece for piece in _pieces(phrase) if not any(begins for _, begins in piece)]
                needed.append(tuple(frozenset(word for word, _ in piece) for piece in closed))
        words, beginnings = ({key: tuple(ids) for key, ids in index[kind].items()} for kind in (False, True))
        shortest = min(map(len, beginnings), default=0)
        lengths: dict[str, set[int]] = {}
        for key in beginnings:
            lengths.setdefault(key[:shortest], set()).add(len(key))
        openings = {opening: tuple(found) for opening, found in lengths.items()}
        return cls(tuple(entries), tuple(needed), words, beginnings, shortest, openings)

    def compiled(self) -> PhraseBook:
        """The same book with every phrase compiled: where nobody may wait for that, nor find it impossible, later."""
        for _, phrase in self.entries:
            compile_phrase(phrase)
        return self

    def find(self, folded: str) -> Iterator[tuple[str, re.Match[str]]]:
        """Name and match of each phrase that stands in the folded text, in the order of the book."""
        for entry in sorted(self._candidates(folded)):
            name, phrase = self.entries[entry]
            match = compile_phrase(phrase).search(folded)
            if match:
                yield name, match

    def names(self, folded: str) -> set[str]:
        """The names under which at least one phrase stands in the folded text."""
        found: set[str] = set()
        for entry in self._candidates(folded):
            name, phrase = self.entries[entry]
            if name not in found and compile_phrase(phrase).search(folded):
                found.add(name)
        return found

    def _candidates(self, folded: str) -> set[int]:
        candidates: set[int] = set()
        said = _words_of(folded)
        words, beginnings, openings, shortest = self.words, self.beginnings, self.openings, self.shortest
        for word in said:
            if word in words:
                candidates.update(words[word])
            # Most words begin like nothing in the book: one look says so.
            for length in openings.get(word[:shortest], ()):
                if word[:length] in beginnings:
                    candidates.update(beginnings[word[:length]])
        return {entry for entry in candidates if not any(map(said.isdisjoint, self.needed[entry]))}


@lru_cache(maxsize=4)
def _words_of(folded: str) -> frozenset[str]:
    """The words of a text. The last few are kept: one sentence is looked up in several books."""
    return frozenset(_WORD.findall(folded))


@cache
def _anchor(phrase: str) -> list[tuple[str, bool]]:
    """The piece of a phrase that is rarest in ordinary text: its words, each with whether it is only a beginning."""
    return max(_pieces(phrase), key=_rarity)


def _pieces(phrase: str) -> list[list[tuple[str, bool]]]:
    """What must stand in a text that holds the phrase: for each piece its words, as in `_anchor`."""
    check_phrase(phrase)
    tokens = [part for token in _TOKEN.findall(fold(phrase)) for part in _TOKEN.findall(token.strip('"'))]
    pieces = [_alternatives(token) for token in tokens if token != "_" and not token.endswith(")?")]
    if not pieces:
        raise PhraseError(f"'{phrase}' is not a phrase: it needs at least one word")
    return pieces


def _alternatives(token: str) -> list[tuple[str, bool]]:
    inner, open_end = (token.strip("(").rstrip("*)"), token.endswith("*")) if token.startswith("(") else (token, False)
    found = []
    for part in inner.split("|"):
        words = _WORD.findall(part)
        # In `(fran taget)*` only the last word is open-ended; the longest word is the one to look for.
        begins = [False] * (len(words) - 1) + [open_end or part.endswith("*")]
        found.append(max(zip(words, begins, strict=True), key=lambda pair: len(pair[0]), default=("", True)))
    return found


def _rarity(piece: list[tuple[str, bool]]) -> float:
    weakest = min(_rarity_of(word, begins) for word, begins in piece)
    return weakest - len(piece) / 10


def _rarity_of(word: str, begins: bool) -> int:
    if word in _EVERYWHERE:
        return 0
    return 1 if word in _OFTEN else len(word) - 2 * begins


def _joined(tokens: list[str], gap: str) -> str:
    joined, waiting = "", False
    for token in tokens:
        piece, optional = _piece(token.removesuffix("?")), token.endswith(")?")
        if optional:
            joined += f"(?:{gap}{piece})?" if waiting else f"(?:{piece}{gap})?"
        else:
            joined += gap + piece if waiting else piece
            waiting = True
    return joined


def _piece(token: str) -> str:
    if token.startswith('"'):
        return _joined(_TOKEN.findall(token.strip('"')), _TIGHT)
    if token == "_":
        return r"\w+"
    if token.startswith("("):
        inner, end = (token[1:-2], r"\w*") if token.endswith("*") else (token[1:-1], "")
        return "(?:" + "|".join(_word(part) for part in inner.split("|")) + ")" + end
    return _word(token)


def _word(part: str) -> str:
    joined = _TIGHT.join(re.escape(word) for word in part.rstrip("*").split())
    return joined + (r"\w*" if part.endswith("*") else "")
