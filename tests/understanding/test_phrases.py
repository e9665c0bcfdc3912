import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.concepts import load_concepts
from bot.understanding.phrases import PhraseBook, PhraseError, check_phrase, compile_phrase, first_match
from bot.understanding.question import load_questions
from bot.understanding.role_signs import load_signs
from bot.understanding.service_names import load_service_names
from bot.understanding.substances import load_substances
from bot.understanding.text import fold


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("andas inte", "hon andas inte"),
        ("andas inte", "hon andas ju nästan inte"),
        ("mord*", "det är mordbrand"),
        ("(ta|tar|tog) livet", "han tog livet"),
        ("(ta livet|dö) nu", "ska jag ta livet nu"),
        ("(själv|mord)*", "självmordstankar"),
        ("vill (att)? dö", "jag vill dö"),
        ("vill (att)? dö", "jag vill att dö"),
        ('"andas inte"', "han andas, inte"),
        ("på _ väg", "på min väg"),
        ("ÄTA båten", "ata baten"),
    ],
)
def test_a_phrase_finds(phrase: str, text: str) -> None:
    assert first_match([phrase], fold(text)) is not None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("andas inte", "inte andas"),
        ("andas inte", "andas och vi vet det inte"),
        ("mord*", "amord"),
        ("dö", "döpa"),
        ('"andas inte"', "andas ju inte"),
        ("på _ väg", "på väg"),
    ],
)
def test_a_phrase_passes_by(phrase: str, text: str) -> None:
    assert first_match([phrase], fold(text)) is None


@pytest.mark.parametrize("phrase", ["", "  ", "(a|b", "a)", '"a', "(a|(b))", "()", "(a|)", "(|a)", "(a)b"])
def test_a_broken_phrase_is_an_error_that_shows_it(phrase: str) -> None:
    with pytest.raises(PhraseError, match="is not a phrase"):
        compile_phrase(phrase)


def test_a_phrase_of_nothing_but_gaps_cannot_be_looked_up() -> None:
    with pytest.raises(PhraseError, match="at least one word"):
        PhraseBook.of({"empty": ["_ _"]})


def test_a_book_finds_in_its_own_order() -> None:
    book = PhraseBook.of({"last": ["grå häst"], "first": ["häst*"]})
    assert [name for name, _ in book.find("en gra hast")] == ["last", "first"]
    assert book.names("en hastkur") == {"first"}
    assert book.names("en ko") == set()


@given(st.text(alphabet="abå _.,\n", max_size=60))
def test_a_book_finds_what_its_phrases_find(text: str) -> None:
    phrases = ["a b", "(ab|ba)*", '"a b" å', "ab _ a", "b (a)? b"]
    book, folded = PhraseBook.of({phrase: [phrase] for phrase in phrases}), fold(text)
    assert {name for name, _ in book.find(folded)} == {p for p in phrases if first_match([p], folded)}


@given(st.text(alphabet='ab |()*?"_', max_size=20))
def test_whatever_passes_the_check_can_be_compiled(phrase: str) -> None:
    try:
        check_phrase(phrase)
    except PhraseError:
        return
    compile_phrase(phrase)


def test_every_phrase_of_the_lexicon_and_the_word_files_can_be_compiled() -> None:
    """They are compiled when they are tried: nobody's message is to be the first to find out."""
    questions, substances = load_questions(), load_substances()
    books = load_concepts(), load_signs().book, load_service_names().book, questions.asked, substances.book
    assert all(book.compiled().entries for book in books)
