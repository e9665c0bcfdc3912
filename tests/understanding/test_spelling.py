import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.spelling import Speller

SPELLER = Speller.of({"ej": "inte", "typ": ""}, ["tabletter", "pistol"], ["tabletten", "piston"])


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("tabeltter", "tabletter"),
        ("tabletterr", "tabletter"),
        ("tablettr", "tabletter"),
        ("tabletten", "tabletten"),
        ("xabletter", "xabletter"),
        ("tblettr", "tblettr"),
        ("piston", "piston"),
        ("ej", "inte"),
        ("typ nu", " nu"),
        ("i natt", "inatt"),
        ("i kvall kom han", "ikvall kom han"),
        ("can't", "cant"),
        ("can’t", "cant"),
    ],
)
def test_a_word_is_mended_only_when_it_is_near_a_crisis_word(written: str, mended: str) -> None:
    assert SPELLER.mend(written) == mended


@given(st.text())
def test_mending_never_fails_and_never_mends_twice(text: str) -> None:
    once = Speller.of({}, ["tabletter", "pistol"], []).mend(text)
    assert Speller.of({}, ["tabletter", "pistol"], []).mend(once) == once or "i " in once or "j " in once
