from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.understanding.question import find_question, load_questions
from bot.understanding.text import fold
from bot.understanding.vocabulary import VocabularyError

FILE = YAML(typ="safe").load(Path(__file__).with_name("question_messages.yml").read_text(encoding="utf-8"))
QUESTIONS = [(text, question) for question, texts in FILE.items() if question != "none" for text in texts]
CUES = (
    "cues: {opens: [hur], verbs: [kan], asked_about: [man], before: [och], asks: [undrar], asks_pairs: [vill veta]}\n"
)


def test_there_are_enough_questions_to_go_by() -> None:
    assert len(QUESTIONS) >= 200
    assert len(FILE["none"]) >= 50


def test_every_question_of_the_file_is_tried() -> None:
    assert set(FILE) - {"none"} == set(load_questions().order)


@pytest.mark.parametrize(("text", "question"), QUESTIONS)
def test_the_question_is_heard(text: str, question: str) -> None:
    assert find_question(text) == question


@pytest.mark.parametrize(("text", "question"), [case for case in QUESTIONS if case[0].endswith("?")])
def test_the_question_is_heard_without_dots_in_a_longer_message(text: str, question: str) -> None:
    assert find_question(f"Hej igen och god kväll på er. {fold(text)}") == question


@pytest.mark.parametrize("text", FILE["none"])
def test_a_plain_statement_is_no_question(text: str) -> None:
    assert find_question(text) is None


def test_what_is_asked_goes_before_what_is_told() -> None:
    assert find_question("min son slår mig. vad kostar kursen?") == "cost"


def test_the_graver_question_goes_first() -> None:
    assert find_question("vad kostar det och tar ni mina barn?") == "custody"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (CUES + "questions: {cost: {any: [kostar]}}", "question 'cost', field 'asked'"),
        (CUES + "questions: {cost: {asked: ['(kostar']}}", "'(kostar' is not a phrase"),
        ("cues: {opens: [hur]}\nquestions: {cost: {asked: [kostar]}}", "field 'verbs'"),
    ],
)
def test_a_wrong_list_of_questions_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "questions.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"questions\.yml") as error:
        load_questions(path)
    assert says in str(error.value)


@given(st.text(max_size=300))
def test_any_text_has_a_question_or_none(text: str) -> None:
    assert find_question(text) in (None, *load_questions().order)
