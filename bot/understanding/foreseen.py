"""What Rasa does next is kept: for one turn of a talk its rules always say the same.

Our rules are one intent and one action each (`data/rules/`, held by a test), so what comes next depends on the intent,
the entities and what was done since the person wrote. Rasa compares all rules with the whole tracker instead, twice a
message (2.7 ms). Whatever is unusual, such as a form of Rasa's, a rejected action or one asked for by another, is asked
of the rules.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Hashable
from functools import wraps

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

SILENT = (BotUttered, SlotSet, DefinePrevUserUtteredFeaturization)
"""Events that no rule of ours looks at: no slot influences the conversation (`turn_of` makes sure)."""
ENOUGH = 5_000
"""So many turns are kept, far more than there are: a new model has a processor, and a memory, of its own."""


def foresee() -> None:
    """Let every processor keep what its rules have said; call it once."""
    ask = MessageProcessor._predict_next_with_tracker

    @wraps(ask)
    def predict(self: MessageProcessor, tracker: DialogueStateTracker) -> PolicyPrediction:
        turn = turn_of(tracker)
        if turn is None:
            return ask(self, tracker)
        kept = self.__dict__.setdefault("foreseen", {})
        if turn not in kept:
            if len(kept) >= ENOUGH:
                return ask(self, tracker)
            kept[turn] = ask(self, tracker)
        return _afresh(kept[turn])

    MessageProcessor._predict_next_with_tracker = predict


def turn_of(tracker: DialogueStateTracker) -> Hashable | None:
    """All that the rules look at in a turn; None where they might look at more."""
    if tracker.followup_action or tracker.active_loop or any(s.influence_conversation for s in tracker.slots.values()):
        return None
    done: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            named = frozenset((e.get("entity"), e.get("role"), e.get("group")) for e in event.entities)
            return event.intent_name, named, tuple(done)
        if isinstance(event, ActionExecuted):
            done.append(event.action_name)
        elif not isinstance(event, SILENT):
            return None
    return None


def _afresh(kept: PolicyPrediction) -> PolicyPrediction:
    prediction = copy.copy(kept)
    prediction.events = [_now(event) for event in kept.events]
    return prediction


def _now(event: Event) -> Event:
    said = copy.copy(event)
    said.timestamp = time.time()
    return said
