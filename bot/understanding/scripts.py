"""Languages that are known by their letters: whatever is not written in Latin ones.

Where several languages share a script, letters that only one of them has decide, then small words. Sources: the Unicode
charts of each block, and the alphabets of Persian (پ چ ژ گ), Sorani (ە ڕ ڵ ێ ۆ), Tigrinya (ኣ ቐ), Ukrainian (ґ є і ї)
and Serbian (ђ ј љ њ ћ џ).
"""

from __future__ import annotations

import re
from collections.abc import Callable

# A message belongs to a script when it has this part of the letters: a Swedish sentence may quote one Arabic word.
PART = 0.5
OTHER = "other"
_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff\uff21-\uff5a]")
_SORANI = re.compile("[\u06d5\u0695\u06b5\u06ce\u06c6]")
_PERSIAN = re.compile("[پچژگکی]|\\b(سلام|من|است|مرا|مه|این|از|که|را)\\b")
_ARABIC_ONLY = re.compile("[ةىيك]")
_TIGRINYA = re.compile("[ኣቐቑቒቓቔቕቖቘቚቛቜቝ]|\\b(ክንደይ|ምስ|ናብ|እዩ|እያ|ድማ|ከመይ|ካብ|ዶ)\\b|ይ\\b")
_AMHARIC = re.compile("[አጸ]|\\b(ነው|ስለ|እና|ስንት|ላይ|ምን|የት)\\b|[ሁውሽልሉ]\\b")
_UKRAINIAN = re.compile("[ґєії]|\\b(що|це|як|хочу з|та|добрий|свого|мого|мене|сина|чоловік|донька)\\b", re.IGNORECASE)
_RUSSIAN_ONLY = re.compile("[ыэёъ]", re.IGNORECASE)
_SERBIAN = re.compile("[ђјљњћџ]", re.IGNORECASE)


def language_of_script(text: str) -> str | None:
    """The language of a text whose letters are not Latin; None for Latin letters, "other" for an unknown script."""
    if text.isascii():
        return None
    foreign = _FOREIGN.findall(text)
    if not foreign or len(foreign) < PART * len(_LETTER.findall(text)):
        return None
    middle = ord(sorted(foreign)[len(foreign) // 2])
    return next((tell(text) for low, high, tell in _BLOCKS if low <= middle <= high), OTHER)


def _arabic(text: str) -> str:
    if _SORANI.search(text):
        return "ckb"
    return "fa" if _PERSIAN.search(text) and not _ARABIC_ONLY.search(text) else "ar"


def _ethiopic(text: str) -> str:
    return "ti" if len(_TIGRINYA.findall(text)) >= len(_AMHARIC.findall(text)) else "am"


def _cyrillic(text: str) -> str:
    if _SERBIAN.search(text):
        return "bs"
    return "uk" if _UKRAINIAN.search(text) and not _RUSSIAN_ONLY.search(text) else "ru"


def _always(language: str) -> Callable[[str], str]:
    return lambda _: language


_BLOCKS: tuple[tuple[int, int, Callable[[str], str]], ...] = (
    (0x0400, 0x052F, _cyrillic),
    (0x0600, 0x06FF, _arabic),
    (0x0E00, 0x0E7F, _always("th")),
    (0x1200, 0x139F, _ethiopic),
    (0x4E00, 0x9FFF, _always("zh")),
)
