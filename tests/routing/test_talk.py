"""The values of a talk: from Rasa's slots and parse data, and back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.routing.talk import TOPICS, Heard, Talk

FULL = Talk("youth_at_risk", "youth_team", 15, True, "Rågsved", "farsta", True, "child", "place", "leave_crime", 1)


@pytest.mark.parametrize("talk", [Talk(), FULL], ids=["empty", "full"])
def test_a_talk_comes_back_from_its_slots_unchanged(talk: Talk) -> None:
    assert Talk.from_slots(talk.to_slots()) == talk


def test_every_field_is_written_so_that_rasa_forgets_what_was_forgotten() -> None:
    slots = Talk().to_slots()
    assert slots.keys() == Talk.__dataclass_fields__.keys()
    assert slots["age"] is None and slots["age_withheld"] is False and slots["misses"] == 0


def test_an_unset_slot_takes_the_default() -> None:
    assert Talk.from_slots({"need": "parenting", "misses": None, "age_withheld": None}) == Talk(need="parenting")


def test_a_slot_of_somebody_else_is_left_alone() -> None:
    assert Talk.from_slots({"need": "parenting", "session_started_metadata": {}}) == Talk(need="parenting")


def test_an_age_of_nought_is_an_age() -> None:
    assert Talk.from_slots({"age": 0}).age == 0


def typed(intent: str, **heard: Any) -> dict[str, Any]:
    return {"intent": {"name": intent}, "heard": heard, "entities": []}


def pressed(intent: str, **entities: str) -> dict[str, Any]:
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    return {"intent": {"name": intent}, "entities": found}


def test_typed_text_brings_what_the_component_heard() -> None:
    parsed = typed("substance_use", need="substance_use", age=16, districts=["farsta"], decision="answer", reason="x")
    expected = Heard("substance_use", "answer", "substance_use", age=16, districts=("farsta",))
    assert Heard.from_parse(parsed) == expected


def test_a_typed_question_has_no_need_of_its_own() -> None:
    assert Heard.from_parse(typed("ask_cost", need=None, question="cost")).need is None


def test_lists_from_json_become_tuples() -> None:
    heard = Heard.from_parse(typed("clarify", choices=["parenting", "human"], districts=["farsta", "skarpnack"]))
    assert heard.choices == ("parenting", "human")
    assert heard.districts == ("farsta", "skarpnack")


@pytest.mark.parametrize("need", [*TOPICS, "other_city"])
def test_a_button_names_its_need_by_its_intent(need: str) -> None:
    assert Heard.from_parse(pressed(need)).need == need


@pytest.mark.parametrize("intent", ["human", "confidentiality", "affirm", "wont_say", "inform", "emergency"])
def test_a_button_with_a_step_of_its_own_names_no_need(intent: str) -> None:
    assert Heard.from_parse(pressed(intent)) == Heard(intent=intent)


def test_a_place_button_brings_its_district() -> None:
    heard = Heard.from_parse(pressed("inform", place="Enskededalen", district="skarpnack"))
    assert (heard.place, heard.district, heard.districts) == ("Enskededalen", "skarpnack", ("skarpnack",))


def test_a_danger_button_brings_its_case() -> None:
    assert Heard.from_parse(pressed("emergency", urgent_case="quiet")).urgent_case == "quiet"


@pytest.mark.parametrize("parsed", [{}, {"intent": None}, {"intent": {}, "heard": None, "entities": None}])
def test_an_empty_parse_is_heard_as_nothing(parsed: dict[str, Any]) -> None:
    assert Heard.from_parse(parsed) == Heard()


@pytest.mark.parametrize(
    ("heard", "asks"),
    [
        (Heard(intent="parenting", question="cost"), "cost"),
        (Heard(intent="ask_wait"), "wait"),
        (Heard(intent="ask_wait", question="cost"), "cost"),
        (Heard(intent="confidentiality"), "secrecy"),
        (Heard(intent="confidentiality", question="police_told"), "police_told"),
        (Heard(intent="parenting"), None),
        (Heard(), None),
    ],
)
def test_what_is_asked_comes_from_the_text_before_the_intent(heard: Heard, asks: str | None) -> None:
    assert heard.asks == asks
