"""The shortcuts give the answers that Rasa's own way gives."""

from __future__ import annotations

from typing import Any

import pytest

SLOT = {"event": "slot", "name": "need", "value": "parenting", "timestamp": None}
LISTS: list[list[Any]] = [[], [SLOT], [{"event": "slot", "name": "age", "value": None}, SLOT]]
ODD: list[Any] = [
    {**SLOT, "name": 3},
    {**SLOT, "more": 1},
    {**SLOT, "timestamp": "now"},
    {"event": "slot", "name": "need"},
    {"event": "restart"},
    {"name": "need", "value": 1},
    "slot",
]


@pytest.fixture(scope="module")
def validator() -> Any:
    from jsonschema import Draft7Validator
    from rasa.core.actions.action import RemoteAction

    return Draft7Validator(RemoteAction.action_response_format_spec())


@pytest.mark.parametrize("events", LISTS)
def test_what_is_let_through_is_right_by_the_schema(validator: Any, events: list[Any]) -> None:
    from bot.understanding.shortcuts import only_sets_slots

    result = {"events": events, "responses": [{"text": "hej"}]}
    assert only_sets_slots(result) and validator.is_valid(result)


@pytest.mark.parametrize("event", ODD)
def test_everything_else_is_left_to_the_schema(event: Any) -> None:
    from bot.understanding.shortcuts import only_sets_slots

    assert not only_sets_slots({"events": [SLOT, event]})


@pytest.mark.parametrize("result", [None, [], {"events": {}}, {"responses": "hej"}, {"responses": ["hej"]}])
def test_a_reply_of_another_form_is_left_to_the_schema(result: Any) -> None:
    from bot.understanding.shortcuts import only_sets_slots

    assert not only_sets_slots(result)


def test_a_wrong_reply_still_fails_the_turn() -> None:
    from jsonschema import ValidationError
    from rasa.core.actions.action import RemoteAction

    from bot.understanding.shortcuts import take_shortcuts

    take_shortcuts()
    action = RemoteAction("action_answer_need", None)
    assert action._validate_action_result({"events": [SLOT], "responses": []})
    with pytest.raises(ValidationError):
        action._validate_action_result({"events": [{"event": "slot", "name": "need"}], "responses": []})


def test_events_are_known_by_the_same_names_as_in_rasas_walk() -> None:
    from rasa.shared.core.events import Event
    from rasa.shared.utils.common import all_subclasses

    from bot.understanding.shortcuts import take_shortcuts

    take_shortcuts()
    kinds = all_subclasses(Event)
    first = {name: next(kind for kind in kinds if kind.type_name == name) for name in {k.type_name for k in kinds}}
    assert len(first) > 20 and all(Event.resolve_by_type(name) is kind for name, kind in first.items())
    assert Event.resolve_by_type("topic") is None and Event.resolve_by_type("?", Event) is Event
    with pytest.raises(ValueError, match="Unknown event name"):
        Event.resolve_by_type("?")
