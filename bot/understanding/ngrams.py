"""Words, neighbouring words and pieces of words of a text, as numbers: what the classifier counts.

Each feature is a 64-bit hash, made for a whole text at once with numpy. scikit-learn's vectorizers count the same
features one Python string at a time, which took two thirds of the time of a message (docs/understanding.md has both
figures). With 64 bits two features among a million meet by chance less than once in ten million models.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bot.understanding.text import normalise, plain_words, without_dots, words

Ids = NDArray[np.uint64]
SHORTEST, LONGEST = 2, 5
PAIR_REACH = 4
_BLANK = 32
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xC2B2AE3D27D4EB4F)
_SALT = np.arange(1, LONGEST + 1, dtype=np.uint64) * np.uint64(0xD6E8FEB86659FD93)


def character_grams(text: str) -> Ids:
    """Every run of 2–5 characters inside a folded word with a blank on each side, one id an occurrence."""
    folded = without_dots(normalise(text))
    # Each word gets its own two blanks, so that a run over two words shows as two blanks side by side.
    padded = np.frombuffer(f" {folded.replace(' ', '  ')} ".encode("utf-32-le"), dtype=np.uint32)
    blank = padded == _BLANK
    between = np.cumsum(np.concatenate(([False], blank[1:] & blank[:-1])))
    letters = padded.astype(np.uint64) + np.uint64(1)
    found, rolling = [], letters
    for length in range(2, LONGEST + 1):
        if len(letters) < length:
            break
        rolling = rolling[:-1] * _MULTIPLIER + letters[length - 1 :]
        inside = between[length - 1 :] == between[: len(between) - length + 1]
        found.append(rolling[inside] * _SECOND ^ _SALT[length - 1])
    return np.concatenate(found) if found else np.empty(0, np.uint64)


def word_grams(text: str) -> Ids:
    """Every word with its å, ä and ö, and every two words that follow each other."""
    ids = word_ids(plain_words(text))
    return np.concatenate((ids, _joined(ids, 1)))


def word_pairs(text: str) -> Ids:
    """Two words that stand near each other with others between: "slår … mig" whatever is put in the gap."""
    ids = word_ids(words(text))
    return np.concatenate([_joined(ids, step) for step in range(2, PAIR_REACH + 1)])


def word_ids(found: Iterable[str]) -> Ids:
    """One id a string, the same in every process; nothing is kept of the strings."""
    digests = b"".join(hashlib.blake2b(word.encode(), digest_size=8).digest() for word in found)
    return np.frombuffer(digests, dtype=np.uint64)


def _joined(ids: Ids, step: int) -> Ids:
    return ids[:-step] * _MULTIPLIER + ids[step:] * _SECOND + _SALT[step - 1] if len(ids) > step else ids[:0]
