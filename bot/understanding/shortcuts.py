"""What Rasa does anew for each message though the answer is always the same: done once (docs/decisions/0002).

Together these were half of the processor time of an answer.
"""

from __future__ import annotations

from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import rasa.core.processor
from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.utils.common import all_subclasses

from bot.understanding.foreseen import foresee
from bot.understanding.runner import StraightRunner


@lru_cache(maxsize=1)
def take_shortcuts() -> None:
    """Replace some of Rasa's methods by ones that give the same answers; call it before a model is loaded."""
    _check_replies_once()
    _know_events_by_name()
    _see_at_once_that_a_domain_is_filled()
    _copy_nothing_for_the_log()
    _send_actions_no_events()
    foresee()
    rasa.core.processor.DaskGraphRunner = StraightRunner


def _check_replies_once() -> None:
    """The schema of action replies is built once (16 ms a reply), and the events that we send need none of it."""
    validator = Draft7Validator(RemoteAction.action_response_format_spec())

    def validate(_action: RemoteAction, result: dict[str, Any]) -> bool:
        if not only_sets_slots(result):
            validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate


def only_sets_slots(result: Any) -> bool:
    """Whether a reply holds messages and slots alone, each as the schema wants it.

    The schema compares every event with the 23 kinds that there are: 15 ms for the dozen slots of a talk.
    """
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    return (
        isinstance(events, list)
        and isinstance(responses, list)
        and all(isinstance(response, dict) for response in responses)
        and all(_sets_a_slot(event) for event in events)
    )


def _sets_a_slot(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and event.keys() <= {"event", "name", "value", "timestamp"}
        and event.get("event") == "slot"
        and isinstance(event.get("name"), str)
        and "value" in event
        and event.get("timestamp") is None
    )


def _know_events_by_name() -> None:
    """Rasa walks through all classes of events for each event that it reads: 0.2 ms, and a tracker holds dozens."""
    walk = Event.resolve_by_type

    @cache
    def known() -> dict[str, type[Event]]:
        # The first of a name counts, as in the walk.
        return {found.type_name: found for found in reversed(all_subclasses(Event))}

    def resolve(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        found = known().get(type_name)
        return walk(type_name, default) if found is None else found

    Event.resolve_by_type = staticmethod(resolve)


def _see_at_once_that_a_domain_is_filled() -> None:
    """Rasa writes out the whole domain, and an empty one, for each message (0.2 ms)."""
    compare = Domain.is_empty

    def is_empty(domain: Domain) -> bool:
        return not domain.user_actions and compare(domain)

    Domain.is_empty = is_empty


def _copy_nothing_for_the_log() -> None:
    """Rasa's processor copies events to their last string so that a log at level DEBUG may show them (0.3 ms)."""
    rasa.core.processor.copy = SimpleNamespace(deepcopy=lambda shown: shown)


def _send_actions_no_events() -> None:
    """An action reads the slots and the latest message; the events hold the message once more."""
    call = RemoteAction._action_call_format

    def call_format(action: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
        return dict(call(action, _WithoutEvents(tracker), domain), tracker=tracker.current_state(EventVerbosity.NONE))

    RemoteAction._action_call_format = call_format


class _WithoutEvents:
    """A tracker as far as the call of an action looks at it besides its state."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        self.sender_id = tracker.sender_id

    def current_state(self, _verbosity: EventVerbosity) -> None:
        """Written by the caller."""
