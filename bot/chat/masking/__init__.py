"""Hiding what points out a person, before anything is stored, logged or sent to Rasa.

A list of finders, each sees what the earlier ones left. Rules cannot find everything: a name without a trigger and
without a capital, a nickname, or "den röda villan bredvid kyrkan" stays. The person is asked not to write such things,
and is told what was hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.chat.masking.addresses import find_addresses, find_emails, find_handles
from bot.chat.masking.names import find_names
from bot.chat.masking.numbers import (
    find_accounts,
    find_long_numbers,
    find_number_words,
    find_personal_numbers,
    find_phones,
    find_plates,
)
from bot.chat.masking.seen import Seen, Span, see
from bot.chat.masking.sparing import SERVICE_NUMBERS, find_spared

KINDS = ("personnummer", "telefonnummer", "e-post", "adress", "konto", "bilnummer", "användarnamn", "namn")
FINDERS: tuple[Callable[[Seen], Iterable[Span]], ...] = (
    find_emails,
    find_accounts,
    find_personal_numbers,
    find_phones,
    find_number_words,
    find_addresses,
    find_long_numbers,
    find_plates,
    find_handles,
    find_names,
)


@dataclass(frozen=True)
class Masked:
    """The text without what was hidden, and the kinds of it in the order of `KINDS`; never the content."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str, spared: frozenset[str] = SERVICE_NUMBERS) -> Masked:
    """Hide personal numbers, phone numbers, e-mail, addresses, accounts, number plates, user names and names.

    `spared` holds phone numbers of services as national digits ("0850800508"): they, ages, dates, times, sums of money
    and places survive. Pure, total, linear in the text's length.
    """
    seen, found = _find(text, spared)
    kinds = {span.kind for span in found}
    return Masked(seen.cut(text, found), tuple(kind for kind in KINDS if kind in kinds))


def find_pieces(text: str, kind: str, spared: frozenset[str] = SERVICE_NUMBERS) -> list[str]:
    """What `mask` would hide of one kind, as it is read: for whoever asks the person whether it may be used."""
    seen, found = _find(text, spared)
    return [seen.text[span.start : span.end] for span in found if span.kind == kind]


def _find(text: str, spared: frozenset[str]) -> tuple[Seen, list[Span]]:
    seen = see(text)
    left = seen.without(find_spared(seen, spared))
    found: list[Span] = []
    for finder in FINDERS:
        spans = list(finder(left))
        left = left.without(spans)
        found += spans
    return seen, found
