"""What is kept of Rasa's rules is what Rasa's rules say, and whatever is unusual is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.commands.train import model_path
from bot.settings import ROOT

pytestmark = pytest.mark.slow
RULES = sorted((ROOT / "data" / "rules").glob("*.yml"))
ENTITIES: list[list[dict[str, str]]] = [[], [{"entity": "age", "value": "16"}, {"entity": "place", "value": "Farsta"}]]


def rules(path: Path) -> Iterator[tuple[str, str]]:
    """The intent and the action of each rule of a file."""
    for rule in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["rules"]:
        assert rule.keys() == {"rule", "steps"}, f"{path.name}: foreseen.py knows no conditions: {rule['rule']}"
        intent, action = rule["steps"]
        yield intent["intent"], action["action"]


PAIRS = [pair for path in RULES for pair in rules(path)]


@pytest.fixture(scope="module")
def processor() -> Any:
    from rasa.core.agent import Agent

    from bot.understanding.shortcuts import take_shortcuts

    path = model_path(ROOT / "models")
    assert path.exists(), "train first: python -m bot train"
    take_shortcuts()
    return Agent.load(str(path)).processor


def tracker(processor: Any, *events: Any) -> Any:
    """A talk of one earlier turn, and then these events."""
    from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    earlier = [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
        UserUttered("hej", {"name": "greet"}),
        ActionExecuted("utter_greet"),
        BotUttered("Hej!"),
        SlotSet("need", "parenting"),
        ActionExecuted("action_listen"),
    ]
    return DialogueStateTracker.from_events("talk", [*earlier, *events], processor.domain.slots)


def said(intent: str, entities: list[dict[str, str]] | None = None) -> Any:
    from rasa.shared.core.events import UserUttered

    return UserUttered("…", {"name": intent, "confidence": 1.0}, entities or [])


def as_plain(prediction: Any) -> Any:
    events = [(type(event), event.as_dict().keys(), getattr(event, "use_text_for_featurization", None))
              for event in prediction.events]  # fmt: skip
    return prediction.probabilities, prediction.policy_name, prediction.hide_rule_turn, events


@pytest.mark.parametrize("entities", ENTITIES, ids=["nothing_named", "age_and_place"])
@pytest.mark.parametrize(("intent", "action"), PAIRS)
def test_what_is_kept_is_what_the_rules_say(
    processor: Any, intent: str, action: str, entities: list[dict[str, str]]
) -> None:
    from rasa.shared.core.events import ActionExecuted, BotUttered

    asked = type(processor)._predict_next_with_tracker.__wrapped__
    done = [ActionExecuted(action), BotUttered("Det finns hjälp.")]
    for then, following in (([], action), (done, "action_listen")):
        events = [said(intent, entities), *then]
        for time in ("first", "second"):
            foreseen = processor._predict_next_with_tracker(tracker(processor, *events))
            by_rasa = asked(processor, tracker(processor, *events))
            assert as_plain(foreseen) == as_plain(by_rasa), time
            assert processor.domain.action_names_or_texts[foreseen.max_confidence_index] == following


def test_an_intent_without_a_rule_is_what_rasa_makes_of_it(processor: Any) -> None:
    asked = type(processor)._predict_next_with_tracker.__wrapped__
    talk = tracker(processor, said("no_such_intent"))
    assert as_plain(processor._predict_next_with_tracker(talk)) == as_plain(asked(processor, talk))


def test_the_events_of_a_kept_turn_are_of_now(processor: Any) -> None:
    first, second = (processor._predict_next_with_tracker(tracker(processor, said("parenting"))) for _ in range(2))
    assert first.events and first.events[0] is not second.events[0]
    assert first.events[0].timestamp < second.events[0].timestamp


def test_what_the_rules_might_look_at_besides_is_left_to_them(processor: Any) -> None:
    from rasa.shared.core.events import ActionExecutionRejected, ActiveLoop, FollowupAction, UserUttered
    from rasa.shared.core.slots import TextSlot
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.understanding.foreseen import turn_of

    usual = said("parenting")
    assert turn_of(tracker(processor, usual)) is not None
    for odd in (ActiveLoop("a_form"), ActionExecutionRejected("action_answer_need"), FollowupAction("action_listen")):
        assert turn_of(tracker(processor, usual, odd)) is None
    assert turn_of(tracker(processor)) is not None, "the earlier turn"
    slots = [TextSlot("mood", mappings=[{"type": "custom"}], influence_conversation=True)]
    assert turn_of(DialogueStateTracker.from_events("talk", [UserUttered("hej", {"name": "greet"})], slots)) is None
    assert turn_of(DialogueStateTracker.from_events("talk", [], [])) is None


def test_a_memory_that_is_full_is_no_obstacle(processor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.understanding.foreseen.ENOUGH", 0)
    monkeypatch.setitem(processor.__dict__, "foreseen", {})
    prediction = processor._predict_next_with_tracker(tracker(processor, said("parenting")))
    assert processor.domain.action_names_or_texts[prediction.max_confidence_index] == "action_answer_need"
    assert not processor.foreseen
