from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.understanding.urgent import Urgent, UrgentRulesError, load_rules, urgent

MESSAGES = YAML(typ="safe").load(Path(__file__).with_name("urgent_messages.yml").read_text(encoding="utf-8"))
DANGER = [(case, text) for case, texts in MESSAGES["danger"].items() for text in texts]
# These groups say how a message is written, not which sentence is the answer.
ANY_CASE = ("foreign", "beside_an_idiom")
HARMLESS = MESSAGES["harmless"]
RULES = """
spelling: {inte: ej}
fillers: typ
crisis: tabletter
ordinary: tablettes
classes: {gun: pistol granat}
idioms: [dör av skratt]
signs:
  weapon: {any: [hittat (<gun>)], unless: [film]}
  film: {any: [filmen]}
cases:
  - {case: weapon, kind: emergency, when: [weapon]}
"""


def test_there_is_enough_to_go_by() -> None:
    assert len(DANGER) >= 200
    assert len(HARMLESS) >= 200


@pytest.mark.parametrize(("case", "text"), DANGER)
def test_danger_is_found(case: str, text: str) -> None:
    found = urgent(text)
    assert found is not None
    assert case in ANY_CASE or found.case == case


@pytest.mark.parametrize("text", HARMLESS)
def test_everyday_words_raise_nothing(text: str) -> None:
    assert urgent(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "han andas inte",
        "jag vill inte leva längre",
        "pappa slår mamma nu",
        "jag hittade en pistol i min sons byrålåda",
        "min dotter har tagit en hel karta alvedon",
    ],
)
@pytest.mark.parametrize(
    "written",
    [
        str.upper,
        lambda text: text.translate(str.maketrans("åäö", "aao")),
        lambda text: text.replace("a", "aaa", 1),
        lambda text: f"  {text}!!!",
        lambda text: f"Hej! Jag undrar vad föräldrakursen kostar. {text}",
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace(" ", "  \n", 1) if text.startswith("han") else text,
    ],
)
def test_danger_is_found_however_it_is_written(text, written) -> None:
    assert urgent(written(text)) is not None


@pytest.mark.parametrize(
    "text", ["hon är medvetslös", "hon är medvtslös", "hon är medvetsllös", "hon är medevtslös", "hon är medvetslos"]
)
def test_one_slip_of_the_finger_hides_nothing(text: str) -> None:
    assert urgent(text) is not None


@pytest.mark.parametrize(
    ("past", "now"),
    [
        ("han slog mig förra året", "förra året slog han mig, och nu slår han mig igen, hjälp"),
        ("i filmen blir en man skjuten", "vi såg en film och nu slår han mig nu"),
        ("jag var rädd när jag var liten", "jag var rädd när jag var liten. Han står utanför dörren med kniv"),
    ],
)
def test_what_is_over_or_told_raises_nothing_and_what_goes_on_does(past: str, now: str) -> None:
    assert urgent(past) is None
    assert urgent(now) is not None


def test_danger_to_life_goes_before_thoughts_of_suicide() -> None:
    found = urgent("min bror vill dö, han har tagit alla sina tabletter och går inte att väcka")
    assert found is not None
    assert (found.kind, found.case) == ("emergency", "unconscious")


def test_the_finding_tells_kind_case_and_words() -> None:
    assert urgent("Hej. Han andas inte.") == Urgent("emergency", "unconscious", "andas inte")


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    urgent(text)


@given(st.text(alphabet="aåäösjälvmordtbeniktgr \n.!?'\"()|*<>_", max_size=400))
def test_no_swedish_like_text_makes_it_fail(text: str) -> None:
    assert urgent(text) == urgent(text)


@given(st.sampled_from([text for _, text in DANGER]))
def test_what_is_polite_around_a_danger_does_not_hide_it(text: str) -> None:
    assert urgent(f"Hej. {text}\nTack för hjälpen.") is not None


def rules_in(folder: Path, text: str) -> Path:
    path = folder / "urgent.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rules_of_another_file_are_read(tmp_path: Path) -> None:
    rules = load_rules(rules_in(tmp_path, RULES))
    assert rules.seen("jag har typ hittat en pistol") == [{"weapon": "hittat en pistol"}]
    assert [set(signs) for signs in rules.seen("i filmen har hon hittat en pistol")] == [{"film"}]


def test_every_sign_is_used() -> None:
    rules = load_rules()
    used = {sign for case in rules.cases for group in (*case.when, case.unless) for sign in group}
    for voids in (*rules.voids.values(), *rules.lasting.values()):
        used |= voids
    assert {name for name, _ in rules.signs.entries} == used


def test_a_lasting_sign_voids_the_next_sentence_until_it_is_ended(tmp_path: Path) -> None:
    lasting = RULES.replace("film: {any: [filmen]}", "film: {until: [now], any: [filmen]}\n  now: {any: [nu]}")
    rules = load_rules(rules_in(tmp_path, lasting))
    assert rules.seen("Jag såg filmen. Hon har hittat en pistol.") == [{"film": "filmen"}, {}]
    assert "weapon" in rules.seen("Jag såg filmen. Nu har jag hittat en pistol.")[1]


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("when: [weapon]", "when: [knife]", "'knife' is not a sign"),
        ("when: [weapon]", "when: []", "case 'weapon', field 'when'"),
        ("kind: emergency", "kind: alarm", "case 'weapon', field 'kind'"),
        ("film: {any", "film: {until: [nu], any", "'nu' is not a sign"),
        ("<gun>", "<guns>", "<guns> is not a class"),
        ("hittat (<gun>)", "'hittat (<gun>'", "check its brackets"),
        ("[filmen]", "filmen", "sign 'film', field 'any'"),
        ("[filmen]", "[]", "sign 'film', field 'any'"),
        ("[filmen]", "[filmen typ]", "'typ' is a filler"),
        ("cases:\n  - {case: weapon, kind: emergency, when: [weapon]}", "cases: []", "field 'cases'"),
        ("classes: {gun: pistol granat}", "classes: {}", "field 'classes'"),
    ],
)
def test_a_mistake_in_the_rules_is_named(tmp_path: Path, right: str, wrong: str, complaint: str) -> None:
    assert right in RULES
    with pytest.raises(UrgentRulesError, match="urgent") as caught:
        load_rules(rules_in(tmp_path, RULES.replace(right, wrong)))
    assert complaint in str(caught.value)
