"""How a `Turn` becomes Rasa messages and slot events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.routing.talk import Choice, Heard, Saying, Talk, Turn
from bot.sentences import Sentences


@dataclass(frozen=True)
class Told:
    """What an action works on: the talk so far, the message heard, and the ids that make a hand-over happen once."""

    talk: Talk
    heard: Heard
    conversation_id: str
    message_id: str


def told(tracker: Tracker) -> Told:
    """From Rasa's tracker; the message id is the page's own, handed on by the door."""
    latest = tracker.latest_message
    return Told(
        Talk.from_slots(tracker.slots), Heard.from_parse(latest), tracker.sender_id, latest.get("message_id") or ""
    )


def say(
    dispatcher: CollectingDispatcher, sentences: Sentences, turn: Turn, before: Mapping[str, Any]
) -> list[EventType]:
    """Hand every message of the turn to Rasa and return the slots that are not as they were `before`.

    Most stay as they are, and each one that is sent is read, checked, replayed and stored by Rasa.

    A message in a language for which there is no text (bot/routing/unspoken.py) is left out.
    """
    for saying in turn.sayings:
        if not sentences.has(saying.sentence, saying.language):
            continue
        spoken = sentences.of(saying.language)
        dispatcher.utter_message(
            text=spoken.text(saying.sentence, **saying.values),
            buttons=[_button(choice, spoken) for choice in saying.choices],
            json_message=_custom(saying, spoken.language_of(saying.sentence)),
        )
    after = turn.talk.to_slots().items()
    return [SlotSet(name, value) for name, value in after if name not in before or before[name] != value]


def _button(choice: Choice, sentences: Sentences) -> dict[str, str]:
    label = choice.label if choice.literal else sentences.text(choice.label)
    return {"title": label, "payload": choice.payload}


def _custom(saying: Saying, language: str) -> dict[str, Any]:
    service = {"id": saying.service, "district": saying.district} if saying.service else None
    case = {"id": saying.case_id} if saying.case_id else None
    return {"service": service, "urgent": saying.urgent, "case": case, "form": saying.form, "language": language}
