"""One way to look at a text, whatever keyboard it came from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.text import fold, normalise, sentences, words

TYPED = st.text(alphabet="abcåäöéABCÅÄÖ 012.,!?-_\n\t\u200b", max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("RÄDD", "rädd", id="capitals"),
        pytest.param("sjuuuukt", "sjukt", id="a stretched vowel"),
        pytest.param("hjääälp mejjj", "hjälp mej", id="two stretched letters"),
        pytest.param("HJÄÄÄÄLP", "hjälp", id="stretched capitals"),
        pytest.param("full och rädd", "full och rädd", id="an ordinary double stays"),
        pytest.param("ring 1000 112", "ring 1000 112", id="figures are not emphasis"),
        pytest.param("va!!!", "va!!!", id="signs are not emphasis"),
        pytest.param("  två\t\n rader ", "två rader", id="one kind of space"),
        pytest.param("två\u00a0ord", "två ord", id="a hard space"),
        pytest.param("sui\u00adcid\u200b", "suicid", id="invisible characters"),
        pytest.param("\u202eabc\u202c", "abc", id="turned writing"),
        pytest.param("ha\u030ar", "hår", id="a ring typed apart"),
        pytest.param("ｈｅｊ ①", "hej 1", id="wide letters"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_text_is_normalised(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("Åsa är här", "asa ar har"), ("café à la crème", "cafe a la creme"), ("blå Ø æ", "bla o a")]
)
def test_a_folded_text_has_no_accents(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_a_decomposed_text_folds_as_a_composed_one() -> None:
    text = "Är på väg, hör av mig å säg till"
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(TYPED)
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert fold(normalise(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jag är rädd!", ["jag", "ar", "radd"]),
        ("15-årig son", ["15", "arig", "son"]),
        ("?!…", []),
    ],
)
def test_words_are_folded_and_in_order(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Han slår. Jag vet inte! Vad gör jag?", ["Han slår.", "Jag vet inte!", "Vad gör jag?"]),
        ("en rad\n\nen till", ["en rad", "en till"]),
        ("kl. 16.30 eller 112.", ["kl.", "16.30 eller 112."]),
        ("utan punkt", ["utan punkt"]),
        ("jo… kanske", ["jo…", "kanske"]),
        ("   ", ["   "]),
        ("", [""]),
    ],
)
def test_a_text_is_cut_into_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(TYPED)
def test_no_word_is_lost_when_a_text_is_cut(text: str) -> None:
    assert [word for part in sentences(text) for word in part.split()] == text.split()
