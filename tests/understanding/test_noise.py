"""Typing slips for the training messages."""

from __future__ import annotations

import pytest
from rapidfuzz.distance import OSA

from bot.understanding.noise import slipped

TEXTS = [
    "Min son, 15, har börjat röka på och jag är rädd att han inte vågar säga något.",
    "Jag vågar inte gå hem i kväll, någon väntar utanför porten och jag kan inte ringa.",
    "Hur anmäler man sig till en föräldrakurs om man bor i Hässelby och arbetar på kvällarna?",
    "hej",
    "",
    "å",
    "😀 1234 ÅÄÖ",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_text_always_gets_the_same_slips(text: str) -> None:
    assert slipped(text) == slipped(text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_with_slips_can_still_be_read(text: str) -> None:
    """Some letters differ, most stand: a copy that nobody could read would teach nothing."""
    assert OSA.normalized_similarity(slipped(text), text.lower()) > 0.7 or len(text) < 12


def test_most_longer_texts_get_slips() -> None:
    changed = [text for text in (f"{TEXTS[0]} {number}" for number in range(100)) if slipped(text) != text.lower()]
    assert len(changed) > 90


def test_short_words_keep_their_letters() -> None:
    assert {slipped(f"du {number} vi") for number in range(50)} == {f"du {number} vi" for number in range(50)}
