"""Which of the questions people often ask stands in the text."""

from __future__ import annotations

from bot.understanding.phrases import first_match
from bot.understanding.text import fold

_FIRST = {
    "cost": ("(kostar|kosta|kostnad|gratis)",),
    "wait": ('"hur lang" (ko|vantetid|vantan)', "(vantetid|kotid)*"),
    "age": ('"hur gammal" (maste|behover|ska)', "(aldersgrans)*"),
    "hours": ("(oppettider|oppettid)*", '"nar (oppnar|stanger)"'),
    "language": ("(tolk|tolken)",),
    "secrecy": ("(tystnadsplikt|sekretess|anonym)*",),
}


def find_question(text: str) -> str | None:
    """First version: the plainest words."""
    folded = fold(text)
    return next((name for name, phrases in _FIRST.items() if first_match(phrases, folded)), None)
