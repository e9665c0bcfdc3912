"""Which place a text speaks of: the one where the person lives, when it names several.

What a name is and which district it lies in belongs to routing (`bot/routing/places.yml`); this file only finds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.place_words import PlaceName, PlaceWords, load_place_words
from bot.understanding.text import fold
from bot.understanding.tokens import SENTENCE_END, tokens

_JOINTS = frozenset("-–:")
_REACH = 6
_FEW_WORDS = 3
_ALMOST_ALONE = 2
_LONG_ENOUGH = 5


@dataclass(frozen=True)
class PlaceFound:
    """`name` as the city spells it; `districts` ids, one when it is clear, several when the name is ambiguous;
    `municipality` instead of both when the place lies outside the city."""

    name: str | None = None
    districts: tuple[str, ...] = ()
    municipality: str | None = None


def find_places(text: str) -> PlaceFound:
    """The place of the message, or an empty PlaceFound. Pure and total."""
    said = [word for word in tokens(fold(text)) if word not in _JOINTS]
    words = load_place_words()
    weighed = [(_weight(said, at, name, words), -at, name) for at, name in _mentions(said, text, words)]
    if not weighed:
        return PlaceFound()
    name = max(weighed, key=lambda entry: entry[:2])[2]
    return PlaceFound(name.name, name.districts, name.municipality)


def _mentions(said: Sequence[str], text: str, words: PlaceWords) -> Iterator[tuple[int, PlaceName]]:
    at = 0
    while at < len(said):
        name, length = _name_at(said, at, words)
        if name and _meant(said, at, length, name, text, words):
            yield at, name
            at += length
        else:
            at += 1


def _name_at(said: Sequence[str], at: int, words: PlaceWords) -> tuple[PlaceName | None, int]:
    """The longest name that begins at the token, and how many tokens it spans."""
    for length in range(min(words.starts.get(said[at], 1), len(said) - at), 1, -1):
        joined = "".join(said[at : at + length])
        name = words.names.get(joined) or words.names.get(joined.removesuffix("s"))
        if name:
            return name, length
    name = words.whole(said[at])
    if name:
        return name, 1
    for length in (3, 2) if said[at] in words.beginnings else ():
        parts = said[at : at + length]
        if len(parts) == length and min(map(len, parts)) > 1 and (name := words.apart("".join(parts))):
            return name, length
    if len(said) > _ALMOST_ALONE and not (at and said[at - 1] in words.cues["before"]):
        return None, 1
    pair = said[at : at + 2]
    name = words.doubled("".join(pair)) if len(pair) == 2 and len(pair[0]) >= _LONG_ENOUGH else None
    return (name, 2) if name else (words.misspelt(said[at]), 1)


def _meant(said: Sequence[str], at: int, length: int, name: PlaceName, text: str, words: PlaceWords) -> bool:
    """Whether a name that is an ordinary word too ("city", "söder") is meant as a name here."""
    everyday = name.everyday
    if everyday is None:
        return True
    before, after = said[at - 1] if at else ".", said[at + length] if at + length < len(said) else "."
    near = set(said[max(0, at - 2) : at])
    if after in map(fold, everyday.not_before) or near & set(map(fold, everyday.not_after)):
        return False
    alone = len(said) <= _FEW_WORDS and (at + length == len(said) or after in words.endings)
    cued = before in words.cues["before"] or alone
    capital = everyday.word in text and not text.isupper()
    return cued and capital if everyday.capital else cued or (capital and before not in SENTENCE_END)


def _weight(said: Sequence[str], at: int, name: PlaceName, words: PlaceWords) -> float:
    """How likely the place is where the person lives; an ambiguous name yields to a clear one."""
    cues = words.cues
    weight = 0.5 if len(name.districts) > 1 else 1.0
    if at and said[at - 1] in cues["correction"]:
        return weight + 4
    for back in range(at - 1, max(-1, at - 1 - _REACH), -1):
        word = said[back]
        if word in cues["lives"]:
            return weight + 2 + _whose(said, back, words)
        if word in cues["lived"]:
            return weight - 1
        if word in cues["elsewhere"]:
            return weight - 0.5
        if word in SENTENCE_END or (word in cues["break"] and back < at - 2):
            break
    return weight + 0.25 * (at > 0 and said[at - 1] in cues["before"])


def _whose(said: Sequence[str], at: int, words: PlaceWords) -> float:
    """ "min son bor" is the home of the one it is about, "jag bor" the writer's, "mitt ex bor" neither."""
    near = {*said[max(0, at - 3) : at], *said[at + 1 : at + 2]}
    return 0.5 if near & words.cues["helped"] else 0.25 if near & words.cues["writer"] else 0.0
