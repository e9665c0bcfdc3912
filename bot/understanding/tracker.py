"""One row a conversation: slots and the last turn.

Rasa's SQL tracker store keeps a row an event and reads them all back each turn (38 ms at turn 5, 329 ms at
turn 500). Our
transcript is the record of what was said; the dialogue needs only the slots and the latest message, so that is all that
is kept, at constant cost. A failing database raises: see `channel.py`, which takes Rasa's fail-safe wrapper away.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import bindparam, delete, insert, select, update

from bot.database import create_database_engine, now, reading, transaction
from bot.settings import Settings
from bot.tables import trackers

KEPT_TURNS = 1
# Asked with every message, so they stand ready.
_STATE = select(trackers.c.state).where(trackers.c.conversation_id == bindparam("talk"))
_CHANGED = update(trackers).where(trackers.c.conversation_id == bindparam("talk"))
_NEW = insert(trackers)


class OneRowTrackerStore(TrackerStore):
    """Named by dotted path in deploy/endpoints.yml."""

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        """Open the database of the settings; Rasa passes nothing else that is needed."""
        self._engine = create_database_engine(Settings.from_environment().database_url)
        super().__init__(
            domain,
            event_broker,
            **{k: v for k, v in kwargs.items() if k == "retrieve_events_from_previous_conversation_sessions"},
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store slots and the last turn.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database is away; never swallowed.
        """
        state = json.dumps([event.as_dict() for event in _kept(tracker)])
        await asyncio.to_thread(self._write, tracker.sender_id, state)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker as it was left, or None."""
        state = await asyncio.to_thread(self._read, sender_id)
        if state is None:
            return None
        events = deserialise_events(json.loads(state))
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots if self.domain else [])

    async def delete(self, sender_id: str) -> None:
        """Forget the conversation."""
        await asyncio.to_thread(self._delete, sender_id)

    async def keys(self) -> Iterable[str]:
        """All conversations that have a tracker."""
        with reading(self._engine) as connection:
            return [row[0] for row in connection.execute(select(trackers.c.conversation_id))]

    def _write(self, sender_id: str, state: str) -> None:
        with transaction(self._engine) as connection:
            values = {"state": state, "updated_at": now()}
            if not connection.execute(_CHANGED, {"talk": sender_id, **values}).rowcount:
                connection.execute(_NEW, {"conversation_id": sender_id, **values})

    def _read(self, sender_id: str) -> str | None:
        with reading(self._engine) as connection:
            row = connection.execute(_STATE, {"talk": sender_id}).first()
        return None if row is None else str(row[0])

    def _delete(self, sender_id: str) -> None:
        with transaction(self._engine) as connection:
            connection.execute(delete(trackers).where(trackers.c.conversation_id == sender_id))


def _kept(tracker: DialogueStateTracker) -> list[Event]:
    """A session start, the slots as they stand, and the events of the last turn."""
    events = list(tracker.events)
    starts = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) <= KEPT_TURNS:
        return events
    slots = [SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value is not None]
    return [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        *slots,
        ActionExecuted("action_listen"),
        *events[starts[-KEPT_TURNS] :],
    ]
