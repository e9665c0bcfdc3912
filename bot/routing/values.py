"""One value of services.yml at a time: a text, a number, a date, a telephone number, opening hours, an address.

Each reader returns the value or raises `BadValue` with the name of the sentence that explains it (`words.yml`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import phonenumbers

from bot.routing.hours import OpeningHours
from bot.routing.hours_text import HoursError, parse_hours
from bot.routing.words import load_words

_PHONE = re.compile(r"\d[\d -]*\d")
_URL = re.compile(r"https?://[^\s]+\.[^\s]+")
SHORT_NUMBER_DIGITS = 6


class BadValue(ValueError):  # noqa: N818  (it is no error of the program but of the file)
    """`problem` names a sentence under `problems` of words.yml, `values` fill it."""

    def __init__(self, problem: str, **values: object) -> None:
        super().__init__(problem)
        self.problem = problem
        self.values = values


def read_text(raw: Any) -> str:
    """A text that promises no more than the city can hold."""
    if not isinstance(raw, str):
        raise BadValue("not_text")
    text = " ".join(raw.split())
    if not text:
        raise BadValue("empty")
    for phrase in load_words()["never_say"]:
        if phrase in text.lower():
            raise BadValue("never_say", phrase=phrase)
    return text


def read_url(raw: Any) -> str:
    """An http(s) address."""
    if not isinstance(raw, str) or not _URL.fullmatch(raw):
        raise BadValue("bad_url")
    return raw


def read_phone(raw: Any) -> str:
    """A Swedish number as its owner groups it; three to six digits only if it is a known service number."""
    if not isinstance(raw, str):
        raise BadValue("not_text")
    digits = re.sub(r"\D", "", raw)
    number = _parsed(raw) if _PHONE.fullmatch(raw) else None
    if number is None:
        raise BadValue("bad_phone", value=raw)
    if len(digits) <= SHORT_NUMBER_DIGITS:
        valid = phonenumbers.is_valid_short_number_for_region(number, "SE")
    else:
        valid = phonenumbers.is_valid_number_for_region(number, "SE")
    if not valid:
        raise BadValue("bad_phone", value=raw)
    return raw


def _parsed(raw: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(raw, "SE")
    except phonenumbers.NumberParseException:
        return None


def read_hours(raw: Any) -> OpeningHours:
    """Opening hours as in `hours_text.py`."""
    if not isinstance(raw, str):
        raise BadValue("not_text")
    try:
        return parse_hours(raw)
    except HoursError as error:
        raise BadValue("bad_hours", part=error.part) from error


def read_date(raw: Any) -> date:
    """A day, as YAML reads 2026-11-22."""
    if isinstance(raw, datetime) or not isinstance(raw, date):
        raise BadValue("not_date")
    return raw


def read_truth(raw: Any) -> bool:
    """True or false, never a text."""
    if not isinstance(raw, bool):
        raise BadValue("not_truth")
    return raw


def read_count(raw: Any) -> int:
    """A whole number of hours."""
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        raise BadValue("not_number")
    return raw
