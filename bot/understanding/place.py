"""Which place a text speaks of: the one where the person lives, when it names several.

What a name is and which district it lies in belongs to routing (`bot/routing/places.yml`); this file only finds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.place_words import PlaceName, PlaceWords, load_place_words
from bot.understanding.text import fold
from bot.understanding.tokens import SENTENCE_END, tokens

_BEFORE_PLACE = frozenset(
    [
        "i",
        "pa",
        "fran",
        "till",
        "vid",
        "runt",
        "kring",
        "nara",
        "utanfor",
        "mot",
        "bor",
        "bo",
        "genom",
        "bortat",
        "inne",
        "ute",
        "ifran",
        "omkring",
        "near",
        "in",
        "from",
        "at",
        "live",
    ]
)
_LIVES = frozenset(
    [
        "bor",
        "bo",
        "boende",
        "skriven",
        "skrivna",
        "folkbokford",
        "folkbokforda",
        "hyr",
        "hemma",
        "flyttat",
        "flyttar",
        "flytta",
        "hor",
        "live",
        "lives",
        "living",
        "bosatt",
        "boddes",
    ]
)
_LIVED = frozenset(["bodde", "bott", "flyttade", "vaxte", "uppvuxen", "uppvaxt", "fodd", "kommer", "forut"])
_ELSEWHERE = frozenset(
    [
        "jobbar",
        "jobbade",
        "jobb",
        "jobbet",
        "arbetar",
        "arbete",
        "pluggar",
        "skola",
        "skolan",
        "gymnasiet",
        "gymnasium",
        "forskola",
        "forskolan",
        "dagis",
        "traning",
        "tranar",
        "tranade",
        "slakt",
        "slakten",
        "slaktingar",
        "kusiner",
        "affar",
        "butik",
        "butiken",
        "salong",
        "salongen",
        "restaurang",
        "match",
        "praktik",
        "mormor",
        "farmor",
        "morfar",
        "farfar",
        "moster",
        "faster",
        "buss",
        "bussen",
        "tag",
        "taget",
        "dit",
        "aker",
        "akte",
        "semester",
        "kolonilott",
        "flyr",
        "flydde",
        "hittar",
        "hitta",
        "semestern",
        "simhall",
        "simhallen",
        "bibliotek",
        "parkering",
    ]
)
_WRITER = frozenset(["jag", "ja", "vi", "i", "han", "hon", "hen", "he", "she"])
_HELPED = frozenset(
    [
        "son",
        "sonen",
        "dotter",
        "dottern",
        "grabben",
        "bror",
        "brorsan",
        "syster",
        "syrran",
        "lillebror",
        "lillasyster",
        "vannen",
        "kompis",
    ]
)
_REACH = 6
_FEW_WORDS = 3
_ALMOST_ALONE = 2
_CORRECTION = frozenset(["nej", "nae", "na", "forlat", "menar", "menade", "alltsa"])


@dataclass(frozen=True)
class PlaceFound:
    """`name` as the city spells it; `districts` ids, one when it is clear, several when the name is ambiguous;
    `municipality` instead of both when the place lies outside the city."""

    name: str | None = None
    districts: tuple[str, ...] = ()
    municipality: str | None = None


@dataclass(frozen=True)
class Mention:
    """A name at a token, and how likely it is where the person lives."""

    at: int
    name: PlaceName
    weight: float


def find_places(text: str) -> PlaceFound:
    """The place of the message, or an empty PlaceFound. Pure and total."""
    said = [word for word in tokens(fold(text)) if word not in ("-", "–", ":")]
    mentions = list(_mentions(said, text, load_place_words()))
    if not mentions:
        return PlaceFound()
    name = max(mentions, key=lambda mention: (mention.weight, -mention.at)).name
    return PlaceFound(name.name, name.districts, name.municipality)


def _mentions(said: Sequence[str], text: str, words: PlaceWords) -> Iterator[Mention]:
    at = 0
    while at < len(said):
        name, length = _name_at(said, at, words)
        if name and (name.everyday is None or _meant(said, at, length, name, text)):
            yield Mention(at, name, _weight(said, at, name))
            at += length
        else:
            at += 1


def _name_at(said: Sequence[str], at: int, words: PlaceWords) -> tuple[PlaceName | None, int]:
    """The longest name that begins at the token, and how many tokens it spans."""
    for length in range(words.starts.get(said[at], 1), 1, -1):
        name = words.names.get("".join(said[at : at + length]))
        if name:
            return name, length
    name = words.whole(said[at])
    if name:
        return name, 1
    for length in (3, 2) if said[at] in words.beginnings else ():
        parts = said[at : at + length]
        if len(parts) == length and min(map(len, parts)) > 1 and (name := words.apart("".join(parts))):
            return name, length
    if len(said) <= _ALMOST_ALONE or (at and said[at - 1] in _BEFORE_PLACE):
        return words.misspelt(said[at]), 1
    return None, 1


def _meant(said: Sequence[str], at: int, length: int, name: PlaceName, text: str) -> bool:
    """Whether a name that is an ordinary word too ("city", "söder") is meant as a name here."""
    everyday = name.everyday
    if everyday is None:
        return True
    before, after = said[at - 1] if at else "", said[at + length] if at + length < len(said) else ""
    if after in map(fold, everyday.not_before) or set(map(fold, everyday.not_after)) & set(said[max(0, at - 2) : at]):
        return False
    capital = _capital(text, everyday.word)
    if everyday.capital:
        return capital and (before in _BEFORE_PLACE or len(said) <= _FEW_WORDS)
    return before in _BEFORE_PLACE or len(said) <= _FEW_WORDS or (capital and at > 0 and before not in SENTENCE_END)


def _capital(text: str, word: str) -> bool:
    return word in text and not text.isupper()


def _weight(said: Sequence[str], at: int, name: PlaceName) -> float:
    weight = 0.5 if len(name.districts) > 1 else 1.0
    if at and said[at - 1] in _CORRECTION:
        return weight + 4
    for back in range(at - 1, max(-1, at - 1 - _REACH), -1):
        word = said[back]
        if word in SENTENCE_END:
            break
        if word in _LIVES:
            return weight + 2 + _whose(said, back)
        if word in _LIVED:
            return weight - 1
        if word in _ELSEWHERE:
            return weight - 0.5
        if word in ("men", "och", ",") and back < at - 2:
            break
    return weight + 0.25 * (at > 0 and said[at - 1] in _BEFORE_PLACE)


def _whose(said: Sequence[str], at: int) -> float:
    """ "min son bor" is the home of the one it is about, "jag bor" the writer's, "mitt ex bor" neither."""
    near = [*said[max(0, at - 3) : at], *said[at + 1 : at + 2]]
    if any(word in _HELPED for word in near):
        return 0.5
    return 0.25 if any(word in _WRITER for word in near) else 0
