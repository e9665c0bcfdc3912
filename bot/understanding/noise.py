"""Slips of a thumb on a phone, added to a copy of each training message.

People who need help type badly: letters fall out, change place or land on the key beside, å ä ö are left out, `och`
becomes `o`. The writers of the training messages made some slips on purpose; this makes more, so that the classifier
leans on the rest of the word. The same text always gets the same slips: training can be repeated.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from bot.understanding.text import without_dots

# Keys beside each other on a Swedish phone keyboard.
_ROWS = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm")
_SHORT = {
    "och": "o", "jag": "ja", "något": "nåt", "någon": "nån", "mycket": "mkt", "är": "e", "det": "de", "med": "me",
    "också": "oxå", "sedan": "sen", "mig": "mej", "sig": "sej", "vad": "va", "till": "ti", "att": "o", "bara": "ba",
}  # fmt: skip
_SHARES = (0.08, 0.15, 0.25)
_UNDOTTED, _SHORTENED, _UNPOINTED, _EACH_SHORT = 0.35, 0.4, 0.5, 0.6
_SHORTEST, _SPLIT_FROM = 4, 8


def slipped(text: str) -> str:
    """The text as somebody in a hurry would have typed it, in lower case."""
    chance = random.Random(text)
    share = chance.choice(_SHARES)
    shortened = chance.random() < _SHORTENED
    typed = " ".join(_word(word, share, shortened, chance) for word in text.lower().split())
    typed = without_dots(typed) if chance.random() < _UNDOTTED else typed
    return typed.translate(_POINTS) if chance.random() < _UNPOINTED else typed


_POINTS = str.maketrans("", "", ",.")


def _word(word: str, share: float, shortened: bool, chance: random.Random) -> str:
    if shortened and word in _SHORT and chance.random() < _EACH_SHORT:
        return _SHORT[word]
    if len(word) < _SHORTEST or chance.random() >= share:
        return word
    slips = _SLIPS if len(word) >= _SPLIT_FROM else _SLIPS[:-1]
    return chance.choice(slips)(word, chance.randrange(1, len(word) - 1), chance)


def _lost(word: str, at: int, chance: random.Random) -> str:  # noqa: ARG001
    return word[:at] + word[at + 1 :]


def _swapped(word: str, at: int, chance: random.Random) -> str:  # noqa: ARG001
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _doubled(word: str, at: int, chance: random.Random) -> str:  # noqa: ARG001
    return word[:at] + word[at] + word[at:]


def _beside(word: str, at: int, chance: random.Random) -> str:
    row = next((row for row in _ROWS if word[at] in row), word[at])
    place = row.index(word[at])
    neighbours = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    return word[:at] + chance.choice(neighbours or row) + word[at + 1 :]


def _split(word: str, at: int, chance: random.Random) -> str:  # noqa: ARG001
    return f"{word[:at]} {word[at:]}"


_SLIPS: tuple[Callable[[str, int, random.Random], str], ...] = (_lost, _swapped, _doubled, _beside, _split)
