from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.understanding.people import find_people
from bot.understanding.person_words import load_words
from bot.understanding.persons import find_persons
from bot.understanding.role_signs import load_signs
from bot.understanding.substances import load_substances
from bot.understanding.text import fold
from bot.understanding.tokens import tokens
from bot.understanding.vocabulary import VocabularyError

FILE = YAML(typ="safe").load(Path(__file__).with_name("people_messages.yml").read_text(encoding="utf-8"))
RULES = Path("bot/understanding")
ROLES = [
    (text, role, relation)
    for role, relations in FILE["roles"].items()
    for relation, texts in relations.items()
    for text in texts
]
SUBSTANCES = [(text, substance) for substance, texts in FILE["substances"].items() for text in texts]


def said(value: str | None) -> str:
    return value or "-"


def test_there_are_enough_people_to_go_by() -> None:
    assert len(ROLES) >= 130
    assert len(SUBSTANCES) >= 60


@pytest.mark.parametrize(("text", "role", "relation"), ROLES)
def test_the_role_is_whose_need_it_is(text: str, role: str, relation: str) -> None:
    found = find_people(text)
    assert (said(found.role), said(found.relation)) == (role, relation)


@pytest.mark.parametrize(("text", "role", "relation"), ROLES)
def test_no_dots_and_capitals_change_nothing(text: str, role: str, relation: str) -> None:
    found = find_people(fold(text).upper())
    assert (said(found.role), said(found.relation)) == (role, relation)


@pytest.mark.parametrize(("text", "substance"), SUBSTANCES)
def test_the_drug_is_known_by_its_everyday_names(text: str, substance: str) -> None:
    assert said(find_people(text).substance) == substance


def test_a_drug_that_is_named_goes_before_one_that_is_hinted_at() -> None:
    assert find_people("han knarkar, det är tramadol").substance == "tramadol"
    assert find_people("han röker hasch").substance == "cannabis"


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        ("min systers son", ["relative"]),
        ("min son och dotter", ["son", "daughter"]),
        ("min lilla trotsiga 15-åriga son", ["son"]),
        ("min yngsta syster", ["sibling"]),
        ("mannen i porten", []),
        ("t.ex. man kan", []),
    ],
)
def test_a_chain_of_people_is_one_person(text: str, relations: list[str]) -> None:
    assert [person.relation for person in find_persons(tokens(fold(text)))] == relations


def test_every_relation_of_a_chain_is_known() -> None:
    words = load_words()
    assert set(words.kin.values()) <= {*words.roles, "same"}
    assert set(load_signs().writers.values()) <= set(words.roles)


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("role: child", "role: barn", "relation 'son', field 'role'"),
        ("is: grandchild", "is: barnbarn", "kin, line 1, field 'is'"),
        ("of: [parent], to: [parent]", "of: [parent], to: [pappa]", "unknown relations: pappa"),
        ("  mine: [", "  mines: [", "cues, field 'mine'"),
    ],
)
def test_a_wrong_list_of_people_is_refused_with_its_place(tmp_path: Path, wrong: str, right: str, says: str) -> None:
    text = (RULES / "people.yml").read_text(encoding="utf-8")
    assert wrong in text
    path = tmp_path / "people.yml"
    path.write_text(text.replace(wrong, right, 1), encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"people\.yml") as error:
        load_words(path)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("substances: {cola: {any: ['(a|b']}}", "substance 'cola', field 'any'"),
        ("substances: {cola: {any: cola}}", "must be a list"),
        ("substances: {}", "field 'substances'"),
        ("- substances", "must be a table"),
        ("substances: [", "not readable as YAML"),
    ],
)
def test_a_wrong_list_of_drugs_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "substances.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"substances\.yml") as error:
        load_substances(path)
    assert says in str(error.value)


def test_a_wrong_sign_is_refused_with_its_place(tmp_path: Path) -> None:
    text = (RULES / "people.yml").read_text(encoding="utf-8").replace("    - mig själv det gäller\n", "    - (mig\n")
    path = tmp_path / "people.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyError, match="signs, field 'self'"):
        load_signs(path)


@given(st.text(max_size=300))
def test_any_text_has_people_or_none(text: str) -> None:
    found = find_people(text)
    assert found.role in (None, "self", "child", "other")
    assert found.relation is None or found.relation in load_words().roles


@given(
    st.lists(
        st.sampled_from(
            [
                "min",
                "son",
                "dotter",
                "jag",
                "slår",
                "mig",
                "systers",
                "gäller",
                "inte",
                "utan",
                ",",
                ".",
                "15",
                "som",
                "mamma",
                "är",
            ]
        )
    )
)
def test_any_order_of_telling_words_is_read(said_words: list[str]) -> None:
    assert find_people(" ".join(said_words)).role in (None, "self", "child", "other")


@pytest.mark.parametrize(
    ("text", "violent"),
    [
        ("Jag har slagit min fru och vill sluta", True),
        ("ja knuffade min kille igår", True),
        ("jag är rädd att jag ska skada min sambo", True),
        ("jag vill sluta slå", True),
        ("min man slår mig", False),
        ("jag slog tillbaka när han slog mig", False),
        ("hur får jag honom att sluta slå mig", False),
        ("jag tror att han slår henne", False),
        ("jag blir slagen", False),
        ("vi slår gräset på lördag", False),
    ],
)
def test_the_one_who_says_that_they_hit_is_heard(text: str, violent: bool) -> None:
    assert find_people(text).violent is violent


@pytest.mark.parametrize(
    ("text", "hurt"),
    [
        ("min man dricker för mycket och när han är full slår han mig", True),
        ("min man dricker för mycket", False),
        ("jag har slagit min sambo", False),
    ],
)
def test_whoever_says_that_somebody_hurts_them_is_heard(text: str, hurt: bool) -> None:
    assert find_people(text).hurt is hurt
