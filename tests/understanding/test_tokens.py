import pytest

from bot.understanding.tokens import tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hej du, 15 ar", ["hej", "du", ",", "15", "ar"]),
        ("15-arig 16,5 16.30 15-16", ["15", "-", "arig", "16,5", "16.30", "15-16"]),
        ("tv4 sa3duni 15aring", ["tv4", "sa3duni", "15", "aring"]),
        ("a_b  c", ["a", "b", "c"]),
        ("", []),
    ],
)
def test_words_numbers_and_marks_are_cut_apart(text: str, found: list[str]) -> None:
    assert tokens(text) == found
