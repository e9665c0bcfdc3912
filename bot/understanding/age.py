"""How old the person is whom the help is for."""

from __future__ import annotations

import re
from datetime import date

from bot.understanding.text import fold

_YEARS = re.compile(
    r"\b(\d{1,2})\s*-?\s*(?:ar(?!\s+sedan)|aring|arig|bast)\w*\b|\b(?:ar|fyller|fyllt)\s+(\d{1,2})\b|^\s*(\d{1,2})\s*$"
)


def find_age(text: str, today: date | None = None) -> int | None:  # noqa: ARG001
    """First version: digits only."""
    found = _YEARS.search(fold(text))
    return int(next(group for group in found.groups() if group)) if found else None


def find_school_year(text: str) -> int | None:  # noqa: ARG001
    """First version."""
    return None
