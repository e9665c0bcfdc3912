"""Finding numbers that point at a person: personal numbers, phones, accounts, number plates.

Digits are looked at with up to three separators between, inside words too. What has the shape of a personal number is
hidden even if its check digit is wrong: people mistype, and a wrong guess costs nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from personnummer import personnummer

from bot.chat.masking.seen import Seen, Span
from bot.chat.masking.word_lists import word_list

_SEPARATOR = r"[ .\-+/]{0,3}"
# Year, month 01–12, day 01–31 or 61–91 (coordination number), then four, the first of which may be a letter (a reserve
# number of health care: "850709-R123", "T123").
_PERSONAL = re.compile(
    rf"(?<!\d)(?:(?:18|19|20){_SEPARATOR})?\d\d{_SEPARATOR}(?:0[1-9]|1[0-2]){_SEPARATOR}"
    rf"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01]){_SEPARATOR}(?:\d{{2}}{_SEPARATOR}\d{{2}}|[A-Z]\d{{3}}|[A-Z]{{2}}\d{{2}})(?!\d)",
    re.I,
)
_BIRTH = re.compile(
    r"(?:född|fodd|f\.|born|pnr|personn\w*|person nr|birthday)\W{0,3}(?:den )?"
    rf"((?:(?:19|20){_SEPARATOR})?\d\d{_SEPARATOR}(?:0[1-9]|1[0-2]){_SEPARATOR}(?:0[1-9]|[12]\d|3[01])(?:{_SEPARATOR}\d{{1,4}})?)(?!\d)",
    re.I,
)
_MONTH = r"(?:jan|feb|mars|apr|maj|jun|jul|aug|sep|okt|nov|dec)[a-z]*"
# "född den 14 februari 1999", with the last four or without; the last four alone, when they are said to be it.
_BIRTH_WORDS = re.compile(
    rf"(?:född|fodd|f\.|pnr)\W{{0,3}}(?:den )?"
    rf"(\d{{1,2}}\W{{0,2}}(?:e )?{_MONTH}\W{{0,2}}(?:19|20)?\d\d(?:{_SEPARATOR}\d{{4}})?)(?!\d)",
    re.I,
)
_LAST_FOUR = re.compile(r"\b(?:sista fyra|fyra sista)(?: siffror\w*)?\W{0,3}(?:är|ar|e)?\W{0,3}(\d{4})(?!\d)", re.I)
_PLAIN_BIRTH = re.compile(r"(?<!\d)(?:19\d\d|20[012]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")

_GAP = r"[ ().\-/,_*]{0,3}"
_MOBILE = re.compile(
    rf"(?<!\d)(?:\(?(?:\+|00){_GAP}46\)?{_GAP}(?:\(?0\)?)?|0){_GAP}7{_GAP}[02369](?:{_GAP}\d){{7}}(?!\d)"
)
# Letters that look like a zero, as people write them to get past a filter: "O7O-174O633".
_MOBILE_WITH_O = re.compile(rf"(?<!\w)[0oO]{_GAP}7{_GAP}[02369oO](?:{_GAP}[\doO]){{7}}(?!\w)")
_ABROAD = re.compile(rf"(?:\+|(?<!\d)00){_GAP}[1-9](?:{_GAP}\d){{6,14}}(?!\d)")
_NATIONAL = re.compile(rf"(?<!\d)\(?0{_GAP}[1-9](?:{_GAP}\d){{5,9}}(?!\d)")
_TRUNCATED = re.compile(rf"(?<!\d)7{_GAP}[02369](?:{_GAP}\d){{7}}(?!\d)")
_LOCAL = re.compile(r"(?<!\d)\d{2,3}[ \-]\d\d ?\d\d(?: ?\d\d)?(?!\d)")
_CALL = re.compile(
    r"\b(?:ring\w*|tel\w*|nummer|nummret|numret|nr|mobil\w*|sms\w*|nås|nas|swish\w*|call)\b[^\d\n]{0,25}$", re.I
)
_CALLED = re.compile(r"(?<!\d)\d(?:[ \-]?\d){4,12}(?!\d)")

_WORD_DIGITS = (
    r"(?:noll\w*|nolla|ett|en|två|tva|tvåa|tre|trea|fyra|fem|sex|sju|åtta|atta|nio|tio|sjuttio|sjuttitre|trettio|\d)"
)
_SPOKEN = re.compile(
    rf"\b(?:noll\w*|\+|plus)[\s,.\-]{{0,3}}{_WORD_DIGITS}(?:[\s,.\-]{{0,3}}{_WORD_DIGITS}){{4,14}}\b", re.I
)

_IBAN = re.compile(r"\b[A-Z]{2}\d\d(?:[ \-]?[A-Z0-9]{4}){3,7}(?:[ \-]?[A-Z0-9]{1,3})?\b", re.I)
_ACCOUNT = re.compile(
    r"\b(?:bankgiro\w*|bg|plusgiro\w*|pg|postgiro\w*|konto\w*|kontonr|clearing\w*|clnr|iban|kortnummer\w*|kortnr)\b"
    r"[^\d\n]{0,20}(\d(?:[ ,.\-]{0,3}\d){3,24})(?!\d)",
    re.I,
)
_LONG = re.compile(r"(?<!\d)\d(?:[ .\-/]{0,3}\d){6,}(?!\d)")

_LETTERS = "ABCDEFGHJKLMNOPRSTUWXYZ"
_PLATE = re.compile(rf"(?<![A-Za-zÅÄÖåäö0-9])([{_LETTERS}]{{3}})[ \-]?\d\d[0-9{_LETTERS}](?![A-Za-zÅÄÖåäö0-9])")
_SMALL_PLATE = re.compile(rf"(?<![\wåäö])[{_LETTERS.lower()}]{{3}}\d\d[0-9{_LETTERS.lower()}](?![\wåäö])")
_CAR = re.compile(r"\b(?:reg\w*|skylt\w*|plåt\w*|bil\w*|moped\w*|mc|volvo|bmw|audi|saab|toyota|mercedes|tesla)\b", re.I)
_NEAR_CAR = re.compile(rf"(?<![\wåäö])[{_LETTERS}]{{3}}[ \-]?\d\d[0-9{_LETTERS}](?![\wåäö])", re.I)


def find_personal_numbers(seen: Seen) -> Iterator[Span]:
    """Personal, coordination and reserve numbers, their look-alikes, and dates of birth said to be so."""
    for match in _PERSONAL.finditer(seen.text):
        if _is_valid(match.group()) or not _MOBILE.fullmatch(match.group()):
            yield Span(match.start(), match.end(), "personnummer")
    seen = seen.without(Span(m.start(), m.end(), "") for m in _PERSONAL.finditer(seen.text))
    for pattern in (_BIRTH, _BIRTH_WORDS, _PLAIN_BIRTH, _LAST_FOUR):
        spans = [Span(*match.span(match.lastindex or 0), "personnummer") for match in pattern.finditer(seen.text)]
        yield from spans
        seen = seen.without(spans)


def find_phones(seen: Seen) -> Iterator[Span]:
    """Swedish and foreign phone numbers, with or without the first zero."""
    for pattern in (_MOBILE, _MOBILE_WITH_O, _ABROAD, _NATIONAL, _TRUNCATED):
        spans = [Span(*match.span(), "telefonnummer") for match in pattern.finditer(seen.text)]
        yield from spans
        seen = seen.without(spans)
    called = [Span(*m.span(), "telefonnummer") for m in _CALLED.finditer(seen.text) if _is_called(seen.text, m)]
    yield from called
    yield from _library_finds(seen.without(called))


def find_number_words(seen: Seen) -> Iterator[Span]:
    """A phone number spelt out: "noll sju noll ett två tre …"."""
    yield from (Span(*match.span(), "telefonnummer") for match in _SPOKEN.finditer(seen.text))


def find_accounts(seen: Seen) -> Iterator[Span]:
    """IBAN, and what stands after "konto", "bankgiro" and the like."""
    ibans = [Span(*match.span(), "konto") for match in _IBAN.finditer(seen.text) if _is_iban(match)]
    yield from ibans
    yield from (Span(*match.span(1), "konto") for match in _ACCOUNT.finditer(seen.without(ibans).text))


def find_long_numbers(seen: Seen) -> Iterator[Span]:
    """Every other run of seven digits or more: whatever it is, it points at something."""
    for match in _LONG.finditer(seen.text):
        yield Span(*match.span(), "telefonnummer" if _LOCAL.fullmatch(match.group()) else "konto")


def find_plates(seen: Seen) -> Iterator[Span]:
    """Number plates: in capitals anywhere, in small letters when written together or beside a car."""
    large = [
        Span(*m.span(), "bilnummer")
        for m in _PLATE.finditer(seen.text)
        if m.group(1).lower() not in word_list("no_plates")
    ]
    small = [Span(*m.span(), "bilnummer") for m in _SMALL_PLATE.finditer(seen.without(large).text) if _no_word(m)]
    yield from (*large, *small)
    left = seen.without([*large, *small]).text
    if _CAR.search(left):
        yield from (Span(*m.span(), "bilnummer") for m in _NEAR_CAR.finditer(left) if _no_word(m))


def _is_valid(text: str) -> bool:
    digits = "".join(character for character in text if character.isdigit())
    return bool(len(digits) in (10, 12) and personnummer.valid(digits))


def _is_iban(match: re.Match[str]) -> bool:
    return sum(character.isdigit() for character in match.group()) >= 12


def _is_called(text: str, match: re.Match[str]) -> bool:
    return sum(c.isdigit() for c in match.group()) >= 6 and bool(
        _CALL.search(text[max(0, match.start() - 40) : match.start()])
    )


def _library_finds(seen: Seen) -> Iterator[Span]:
    finder = phonenumbers.PhoneNumberMatcher(seen.text, "SE", leniency=phonenumbers.Leniency.VALID, max_tries=20)
    yield from (Span(found.start, found.end, "telefonnummer") for found in finder)


def _no_word(match: re.Match[str]) -> bool:
    return match.group()[:3].lower() not in word_list("no_plates")
