"""The shortcuts give the answers that Rasa's own way gives."""

from __future__ import annotations

import ast
import inspect
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


def test_an_action_gets_the_slots_and_the_latest_message() -> None:
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import SlotSet, UserUttered
    from rasa.shared.core.slots import AnySlot
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.utils.endpoints import EndpointConfig
    from rasa_sdk import Tracker

    from bot.understanding.shortcuts import take_shortcuts

    take_shortcuts()
    said = UserUttered("hej", {"name": "greet"}, message_id="m1", parse_data={"intent": {"name": "greet"}, "heard": 1})
    slots = [AnySlot("need", mappings=[{"type": "custom"}])]
    tracker = DialogueStateTracker.from_events("talk", [SlotSet("need", "parenting"), said], slots)
    action = RemoteAction("action_answer_need", EndpointConfig("http://127.0.0.1", enable_selective_domain=True))
    sent = action._action_call_format(tracker, Domain.empty())
    assert sent.keys() == {"next_action", "sender_id", "tracker", "version"}
    assert (sent["next_action"], sent["sender_id"]) == ("action_answer_need", "talk")
    got = Tracker.from_dict(sent["tracker"])
    assert got.slots["need"] == "parenting" and got.latest_message["message_id"] == "m1" and not got.events
    assert got.latest_message["heard"] == 1
    assert len(tracker.events) == 2


def test_only_what_is_shown_in_the_log_was_copied() -> None:
    """Rasa's processor uses `copy` for its log alone; were it used for anything else, that would have to be copied."""
    import rasa.core.processor

    tree = ast.parse(inspect.getsource(rasa.core.processor))
    logged = [
        inner
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
        for inner in ast.walk(call)
        if isinstance(inner, ast.Attribute) and ast.unparse(inner) == "copy.deepcopy"
    ]
    used = [found for found in ast.walk(tree) if isinstance(found, ast.Name) and found.id == "copy"]
    assert len(logged) == len(used) > 0


def test_a_domain_is_empty_or_filled_as_rasa_says() -> None:
    from rasa.shared.core.domain import Domain

    from bot.understanding.shortcuts import take_shortcuts

    take_shortcuts()
    assert Domain.empty().is_empty()
    assert not Domain.from_yaml("actions: [action_answer_need]").is_empty()
    assert not Domain.from_yaml("intents: [greet]").is_empty()
