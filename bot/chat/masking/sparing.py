"""What looks like a personal detail and is none: sums, times, dates, ages, and the phone numbers of services."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.chat.masking.seen import Seen, Span

# Short numbers that every phone in Sweden knows. The catalogue's numbers come on top (bot/chat/parts.py).
SERVICE_NUMBERS = frozenset({"112", "11313", "11414", "1177", "90101", "90390", "116111", "116117", "116006", "11888"})
SPARED = "spared"
_Group = tuple[int, int]

_UNITS = (
    r"kr\b|kronor|sek\b|:-|spänn|tusen|tusenlapp|miljon|lax|euro|år|ar\b|års|åring|aring|mån|veck|dag|gång|gang|timm|"
    r"tim\b|min\b|minut|kg|gram|g\b|cl\b|ml\b|mg\b|km\b|meter|m2|st\b|procent|personer|barn\b|%|€"
)
# A date with these behind it is the beginning of a personal number.
_LAST_FOUR = r"[ .\-+/]{0,3}(?:\d{4}|\d\d[ \-]{1,3}\d\d|[A-Z]{1,2}\d)"
_CLOCK = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_HARMLESS = (
    re.compile(rf"(?<![\d.:])(?<!\+46 ){_CLOCK}\s?(?:-|till|och)\s?{_CLOCK}(?![ .\-]?[\d:])", re.I),
    re.compile(rf"(?<![\d-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!{_LAST_FOUR})"),
    re.compile(r"(?<![\d/])(?:[12]?\d|3[01])/(?:1[0-2]|0?[1-9])(?:[ -](?:19|20)\d\d)?(?![ \-]?\d|/)"),
    re.compile(r"(?<!\d)(?:19|20)\d\d ?- ?(?:19|20)\d\d(?![ -]?\d)"),
    re.compile(rf"(?<![\d+])(?:[1-9]\d{{0,2}}(?:[ .]\d{{3}})+|[1-9]\d{{0,7}})(?:,\d+)? ?-?(?:{_UNITS})", re.I),
)
_BORN = re.compile(r"(?:född|fodd|f\.|born|pnr|personn\w*|person nr)\W{0,3}(?:den )?$", re.I)
_RUN = re.compile(r"\+?\d(?:[ ().\-/]{0,3}\d){2,}")
_GROUP = re.compile(r"\+?\d+")
_COUNTRY = re.compile(r"^(?:\+|00)46\(?0?\)?")


def find_spared(seen: Seen, spared: frozenset[str]) -> list[Span]:
    """Pieces that no finder may look at."""
    harmless = list(_harmless(seen.text))
    return [*harmless, *_services(seen.without(harmless).text, spared)]


def national_digits(text: str) -> str:
    """A phone number as national digits: "+46 8-508 00 508" → "0850800508"."""
    plain = re.sub(r"[^\d+]", "", text)
    return _COUNTRY.sub("0", plain) if _COUNTRY.match(plain) else plain.lstrip("+")


def _harmless(text: str) -> Iterator[Span]:
    for pattern in _HARMLESS:
        for match in pattern.finditer(text):
            if not _BORN.search(text[max(0, match.start() - 20) : match.start()]):
                yield Span(match.start(), match.end(), SPARED)


def _services(text: str, spared: frozenset[str]) -> Iterator[Span]:
    """Service numbers that stand alone, or beside a whole number of another kind ("112 0701234567")."""
    for run in _RUN.finditer(text):
        groups = [(run.start() + found.start(), run.start() + found.end()) for found in _GROUP.finditer(run.group())]
        yield from _in_run(text, groups, spared)


def _in_run(text: str, groups: list[_Group], spared: frozenset[str]) -> Iterator[Span]:
    # From both ends only, and only if what stays is whole: "070-765 43 112" is one phone number, whatever it ends with.
    sizes = range(min(5, len(groups)), 0, -1)
    for size in sizes:
        head, tail = groups[:size], groups[-size:]
        for piece, rest in ((head, groups[size:]), (tail, groups[:-size])):
            if _digits(text, piece) in spared and _whole(text, rest, spared):
                yield Span(piece[0][0], piece[-1][1], SPARED)
                yield from _in_run(text, rest, spared)
                return


def _whole(text: str, groups: list[_Group], spared: frozenset[str]) -> bool:
    """Nothing, or service numbers only, or digits that make a phone number or a personal number by themselves."""
    if not groups:
        return True
    digits = _digits(text, groups)
    if digits.startswith("0"):
        return len(digits) == 10 if digits.startswith("07") else len(digits) in (8, 9, 10)
    if len(digits) in (10, 12):
        return True
    sizes = range(1, min(5, len(groups)) + 1)
    return any(_digits(text, groups[:n]) in spared and _whole(text, groups[n:], spared) for n in sizes)


def _digits(text: str, groups: list[_Group]) -> str:
    return national_digits(text[groups[0][0] : groups[-1][1]]) if groups else ""
