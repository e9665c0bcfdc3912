"""Swedish numbers in a list of folded tokens: "15", "femton", "tjugo två", "16,5", "15-16", "femtonåring".

Only what an age needs: 0 to 99 in words, any figure in digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

_ONES = ["noll", "ett", "tva", "tre", "fyra", "fem", "sex", "sju", "atta", "nio"]
_TEENS = ["tio", "elva", "tolv", "tretton", "fjorton", "femton", "sexton", "sjutton", "arton", "nitton"]
_TENS = {
    20: ["tjugo", "tjuge", "tjugi", "tjugu"],
    30: ["trettio", "tretti"],
    40: ["fyrtio", "fyrti", "fortio", "forti"],
    50: ["femtio", "femti"],
    60: ["sextio", "sexti"],
    70: ["sjuttio", "sjutti"],
    80: ["attio", "atti"],
    90: ["nittio", "nitti"],
}
_ODD = {"en": 1, "fyr": 4, "otta": 8, "aderton": 18, "fyrton": 14, "fjoton": 14, "sjuton": 17, "ett": 1,
        "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "eleven": 11, "twelve": 12, "thirteen": 13,
        "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
        "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}  # fmt: skip
_DOUBLED = re.compile(r"(\w)\1")
_ONE = frozenset({"en", "ett"})
_PART = re.compile(r"\d+")
_LEAST_FOR_TYPOS = 6
_SHORTEST_COMPOUND = 6
_TEENS_ALONE = range(10, 20)
_YEARS = range(1900, 2100)


def _words() -> dict[str, int]:
    found = dict(_ODD)
    found |= {word: value for value, word in enumerate(_ONES + _TEENS)}
    for ten, names in _TENS.items():
        for name in names:
            found[name] = ten
            found |= {name + one: ten + value for value, one in enumerate([*_ONES[1:], "en"], start=1) if one != "en"}
            found[name + "en"] = ten + 1
    return found


WORDS = _words()
_TEN_WORDS = frozenset(name for names in _TENS.values() for name in names)
_ONE_WORDS = frozenset(_ONES[1:])
_COMPOUND = re.compile(
    "(" + "|".join(sorted(WORDS, key=len, reverse=True)) + r")(aa?ring|aa?rig|ars|manad|veck|dagars|arring|aing)"
)
# A street number is no age: "Storgatan 15".
_STREET = re.compile(r"\w{3,}(gatan|vagen|grand|grande|torget|plan|backen|allen|stigen|leden)$")
# Long enough that one slip of the finger still says which number was meant.
_LONG = [word for word, value in WORDS.items() if len(word) >= _LEAST_FOR_TYPOS and value in _TEENS_ALONE]


@dataclass(frozen=True)
class Number:
    """A token that is a number: its value, or None for a figure that cannot be an age (16.30, 5/11, 1500)."""

    value: int | None
    year: int | None = None
    in_words: bool = False


def split_compounds(said: Sequence[str]) -> Iterator[str]:
    """ "femtonåring" → "femton" "åring", so that it reads like "15-åring"; "tjugo två" → "tjugotvå"."""
    waiting = ""
    for word in said:
        if waiting and word in _ONE_WORDS:
            yield waiting + word
            waiting = ""
            continue
        if waiting:
            yield waiting
        waiting = word if word in _TEN_WORDS else ""
        if waiting:
            continue
        found = _COMPOUND.match(word) if len(word) >= _SHORTEST_COMPOUND else None
        if found:
            yield found[1]
            yield word[found.end(1) :]
        else:
            yield word
    if waiting:
        yield waiting


def is_street(word: str) -> bool:
    """Whether a token names a street, so that a number after it is a house."""
    return _STREET.match(word) is not None


def number(word: str) -> Number | None:
    """What a token says as a number, or None when it is none; "en" and "ett" are not numbers here."""
    value = WORDS.get(word)
    if value is not None:
        return Number(value, in_words=True) if word not in _ONE else None
    return _figure(word) if word[0].isdigit() else None


def near_number(word: str) -> Number | None:
    """A misspelt teen ("femtån", "fjortonn"), for places where a number is expected."""
    if len(word) < _LEAST_FOR_TYPOS - 1:
        return None
    squeezed = _DOUBLED.sub(r"\1", word)
    near = {WORDS[known] for known in _LONG if OSA.distance(squeezed, _DOUBLED.sub(r"\1", known), score_cutoff=1) <= 1}
    return Number(near.pop(), in_words=True) if len(near) == 1 else None


def _figure(word: str) -> Number:
    parts = [int(part) for part in _PART.findall(word) if len(part) < 5]
    if len(parts) == 1 and len(word) < 5:
        return Number(parts[0] if parts[0] <= 110 else None, parts[0] if parts[0] in _YEARS else None)
    if len(parts) == 2 and max(parts) <= 110:
        first, second = parts
        decimal = re.fullmatch(r"\d+[.,]\d", word)
        span = re.fullmatch(r"\d+[-–/]\d+", word) and 0 < second - first <= (1 if "/" in word else 4)
        return Number(first if decimal or span else None)
    if len(parts) == 3 and parts[0] in _YEARS:
        return Number(None, parts[0])
    return Number(None)
