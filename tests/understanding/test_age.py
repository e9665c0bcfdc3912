import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.understanding.age import OLDEST, find_age, find_school_year
from bot.understanding.age_rules import load_age_rules
from bot.understanding.numbers import Number, near_number, number, split_compounds
from bot.understanding.vocabulary import VocabularyError
from bot.understanding.whose import label_files

TODAY = date(2026, 11, 22)
FILE = YAML(typ="safe").load(Path(__file__).with_name("ages.yml").read_text(encoding="utf-8"))
AGES = [(str(text), None if age == "none" else age) for age, texts in FILE.items() for text in texts]


def test_there_are_enough_ages_to_go_by() -> None:
    assert len(AGES) >= 200


@pytest.mark.parametrize(("text", "age"), AGES)
def test_the_age_is_that_of_the_one_the_help_is_for(text: str, age: int | None) -> None:
    assert find_age(text, TODAY) == age


@pytest.mark.parametrize(("text", "age"), [case for case in AGES if case[1]])
def test_capitals_and_stretching_change_nothing(text: str, age: int) -> None:
    assert find_age(f"  {text.upper()} ", TODAY) == age


@pytest.mark.parametrize(("month", "age"), [(3, 15), (11, 16)])
def test_a_year_of_birth_gives_the_likelier_age(month: int, age: int) -> None:
    assert find_age("född 2010", date(2026, month, 1)) == age


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("han går i åttan", 8),
        ("min son går i sexan", 6),
        ("hon går i 7an", 7),
        ("årskurs 9", 9),
        ("åk 4", 4),
        ("går i klass 5b", 5),
        ("min dotter går i nian", 9),
        ("hon går i ettan på gymnasiet", 10),
        ("jag går sista, alltså trean på gymnasiet", 12),
        ("han har börjat i förskoleklass, går i förskoleklass nu", 0),
        ("åttonde klass", 8),
        ("hon bor i min tvåa i Rågsved", None),
        ("han går på gymnasiet", None),
        ("ettan snus", None),
    ],
)
def test_the_school_year_is_read_apart_from_the_age(text: str, year: int | None) -> None:
    assert find_school_year(text) == year
    assert find_age(text, TODAY) is None


@pytest.mark.parametrize(
    ("word", "value"),
    [("15", 15), ("femton", 15), ("tjugotva", 22), ("nittionio", 99), ("16,5", 16), ("15-16", 15), ("15/16", 15)],
)
def test_numbers_are_read_in_figures_and_words(word: str, value: int) -> None:
    found = number(word)
    assert found and found.value == value


@pytest.mark.parametrize("word", ["16.30", "15/11", "1500", "112", "24/7", "2010-05-12", "12345678901234567890"])
def test_a_figure_that_cannot_be_an_age_has_no_value(word: str) -> None:
    found = number(word)
    assert found and found.value is None


@pytest.mark.parametrize("word", ["en", "ett", "hej", "tonaring"])
def test_a_word_that_is_no_number_is_none(word: str) -> None:
    assert number(word) is None


def test_a_misspelt_teen_is_mended_and_an_ordinary_word_is_not() -> None:
    assert near_number("fjortonn") == Number(14, in_words=True)
    assert near_number("mannen") is None


def test_a_compound_of_a_number_is_read_as_two_words() -> None:
    assert list(split_compounds(["femtonaring", "tjugo", "tva", "ar"])) == ["femton", "aring", "tjugotva", "ar"]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("groups: {PERSON: [barn]}\nrules: [{aeg: [N år]}]", "'aeg'"),
        ("groups: {PERSON: [barn]}\nrules: [{age: [år gammal]}]", "holds no N"),
        ("groups: {PERSON: [barn]}\nrules: [{age: ['N (år|)']}]", "empty choice"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(tmp_path: Path, rules: str, says: str) -> None:
    path = tmp_path / "age.yml"
    path.write_text(rules, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"age\.yml") as error:
        load_age_rules(path)
    assert says in str(error.value)


@given(st.text(max_size=300))
def test_any_text_has_an_age_or_none(text: str) -> None:
    age = find_age(text, TODAY)
    assert age is None or 0 <= age <= OLDEST


@given(st.integers(min_value=1, max_value=99), st.sampled_from(["{} år", "jag är {}", "min son på {}", "{}"]))
def test_every_age_in_figures_is_read(age: int, sentence: str) -> None:
    assert find_age(sentence.format(age), TODAY) == age


@given(st.text(max_size=100))
def test_any_text_has_a_school_year_or_none(text: str) -> None:
    assert find_school_year(text) in (None, *range(13))


@pytest.mark.parametrize("text", ["han går i 9a #orolig", "15a#", "#15", "min son är 15 #"])
def test_a_number_sign_that_was_typed_is_no_number(text: str) -> None:
    assert find_age(text) in (None, 15)


@pytest.mark.parametrize(
    ("text", "role", "age"),
    [
        ("jag gav min sexåring en smäll", "self", None),
        ("finns det nån grupp för en kille på sjutton", "self", 17),
        ("my parents found someone for me, I'm 18", "self", 18),
        ("min kille är fem år och biter andra barn", "child", 5),
        ("storasyster på tre nyper bebisen", "child", 3),
        ("hon har en son på fyra som är ensam hemma", "other", 4),
        ("hur får man en 13åring att lägga sig", "child", 13),
        ("min pojke elva år har sedlar under sängen", "child", 11),
        ("hon ser ut som fjorton", "other", 14),
        ("he's maybe nine", "other", 9),
        ("vi är femton, hon sover hos oss", "other", 15),
    ],
)
def test_with_the_role_known_the_age_is_of_the_one_it_is_about(text: str, role: str, age: int | None) -> None:
    assert find_age(text, TODAY, role) == age


def test_nine_ages_in_ten_that_people_read_are_found() -> None:
    """The ages beside the role labels: read by people, for messages of 14 topics."""
    lines = [line for path in label_files() for line in path.read_text(encoding="utf-8").splitlines()]
    read = [label for label in map(json.loads, lines) if label["age"] is not None]
    found = sum(find_age(label["text"], TODAY, label["role"]) == label["age"] for label in read)
    assert len(read) > 1500 and found / len(read) >= 0.94
