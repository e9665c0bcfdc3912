"""The school year a young person goes in; it gives no age, but says roughly which."""

from __future__ import annotations

import re

from bot.understanding.text import fold

_NAMES = {
    "nollan": 0,
    "ettan": 1,
    "tvaan": 2,
    "trean": 3,
    "fyran": 4,
    "femman": 5,
    "sexan": 6,
    "sjuan": 7,
    "attan": 8,
    "nian": 9,
}
_ORDINALS = {
    "forsta": 1,
    "andra": 2,
    "tredje": 3,
    "fjarde": 4,
    "femte": 5,
    "sjatte": 6,
    "sjunde": 7,
    "attonde": 8,
    "nionde": 9,
}
_GO = (
    r"(?:gar|gick precis|gar nu|ska borja|borjar|borjat|borjade|laser|pluggar"
    r"|elev|hon|han|jag|son|dotter|kille|tjej|pojke|flicka)"
)
_CLASS = re.compile(r"\b(?:arskurs|ak|klass|ars kurs|grade)\s*([1-9])[a-f]?\b")
_NUMBERED = re.compile(rf"\b{_GO}\b[^.!?]{{0,30}}?\b(?:i|en|pa)\s+([1-9])\s?:?(?:an?\b|[a-f]\b|e klass)")
_NAMED = re.compile(rf"\b{_GO}\b[^.!?]{{0,30}}?\b(?:i|en|pa|alltsa|sista)\s+({'|'.join(_NAMES)})\b")
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\s+(?:klass|ring|aret)\b")
_UPPER = re.compile(r"\b(?:gymnasiet|gymnasie\w*|gymnasium|gymmet|gymnasist|ring)\b")
_PRESCHOOL = re.compile(r"\b(?:gar|borjar|borjat)\b[^.!?]{0,20}?\b(?:forskoleklass|sexarsverksamhet)\w*")


def find_school_year(text: str) -> int | None:
    """0 for förskoleklass, 1 to 9 for grundskolan, 10 to 12 for gymnasiet, or None."""
    folded = fold(text)
    if _PRESCHOOL.search(folded):
        return 0
    year = _year(folded)
    if year in (1, 2, 3) and _UPPER.search(folded):
        return year + 9
    return year


def _year(folded: str) -> int | None:
    found = _CLASS.search(folded) or _NUMBERED.search(folded)
    if found:
        return int(found[1])
    found = _NAMED.search(folded)
    if found:
        return _NAMES[found[1]]
    found = _ORDINAL.search(folded)
    return _ORDINALS[found[1]] if found else None
