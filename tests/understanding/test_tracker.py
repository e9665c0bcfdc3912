"""Rasa's memory of a conversation: one row, of one size. Real trackers, a real SQLite file."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography.fernet import Fernet
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.database import create_database_engine, reading
from bot.tables import metadata, trackers
from bot.understanding.tracker import KEPT_TURNS, OneRowTrackerStore

# Importing Rasa takes ten seconds.
pytestmark = pytest.mark.slow
DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [parenting]
slots:
  need: {type: any, influence_conversation: false, mappings: [{type: custom}]}
  misses: {type: any, influence_conversation: false, mappings: [{type: custom}]}
"""
)


@pytest.fixture(autouse=True)
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty schema, in the environment that the store reads."""
    address = database_url
    values = {"INNER_SECRET": "a", "HASH_KEY": "b", "ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    for name, value in {**values, "DATABASE_URL": address}.items():
        monkeypatch.setenv(f"VAGVISAREN_{name}", value)
    metadata.create_all(create_database_engine(address))
    return address


@pytest.fixture
def store() -> OneRowTrackerStore:
    return OneRowTrackerStore(DOMAIN)


def rows(url: str) -> list[Any]:
    with reading(create_database_engine(url)) as connection:
        return list(connection.execute(select(trackers.c.conversation_id, func.length(trackers.c.state))))


def new_tracker(name: str = "one") -> DialogueStateTracker:
    tracker = DialogueStateTracker(name, DOMAIN.slots)
    tracker.update_with_events([ActionExecuted("action_session_start"), SessionStarted()], DOMAIN)
    return tracker


def turn(tracker: DialogueStateTracker, number: int) -> None:
    """One message of the same length every time, a slot, an answer."""
    events = [
        ActionExecuted("action_listen"),
        UserUttered(f"message {number:04}", {"name": "parenting", "confidence": 1.0}),
        ActionExecuted("action_answer_need"),
        BotUttered(f"answer {number:04}"),
        SlotSet("misses", number % 7),
    ]
    tracker.update_with_events(events, DOMAIN)


async def talk(store: OneRowTrackerStore, turns: int, name: str = "one") -> None:
    """As Rasa does it: read back, go on, save."""
    for number in range(turns):
        tracker = await store.retrieve(name) or new_tracker(name)
        turn(tracker, number)
        await store.save(tracker)


def test_an_unknown_conversation_has_no_tracker(store: OneRowTrackerStore) -> None:
    assert asyncio.run(store.retrieve("nobody")) is None


@pytest.mark.parametrize("turns", [1, KEPT_TURNS, KEPT_TURNS + 1, 5])
def test_the_slots_and_the_latest_message_come_back(store: OneRowTrackerStore, turns: int) -> None:
    async def run() -> DialogueStateTracker | None:
        first = new_tracker()
        first.update(SlotSet("need", "leave_crime"), DOMAIN)
        await store.save(first)
        await talk(store, turns)
        return await store.retrieve("one")

    back = asyncio.run(run())
    assert back is not None
    assert (back.get_slot("need"), back.get_slot("misses")) == ("leave_crime", turns - 1)
    assert back.latest_message is not None and back.latest_message.text == f"message {turns - 1:04}"


def test_a_forgotten_slot_stays_forgotten(store: OneRowTrackerStore) -> None:
    async def run() -> DialogueStateTracker | None:
        tracker = new_tracker()
        tracker.update(SlotSet("need", "leave_crime"), DOMAIN)
        await store.save(tracker)
        await talk(store, KEPT_TURNS + 1)
        later = await store.retrieve("one")
        assert later is not None
        later.update(SlotSet("need", None), DOMAIN)
        await store.save(later)
        await talk(store, KEPT_TURNS + 1)
        return await store.retrieve("one")

    back = asyncio.run(run())
    assert back is not None and back.get_slot("need") is None


def test_a_conversation_is_one_row_that_does_not_grow(store: OneRowTrackerStore, url: str) -> None:
    asyncio.run(talk(store, 5))
    (after_5,) = rows(url)
    asyncio.run(talk(store, 45))
    (after_50,) = rows(url)
    # Times are written with up to a few figures more or less.
    assert after_50[1] == pytest.approx(after_5[1], rel=0.02)


def test_only_the_last_turns_are_kept(store: OneRowTrackerStore) -> None:
    async def run() -> DialogueStateTracker | None:
        await talk(store, 10)
        return await store.retrieve("one")

    back = asyncio.run(run())
    assert back is not None
    said = [event.text for event in back.events if isinstance(event, UserUttered)]
    assert said == [f"message {number:04}" for number in range(10 - KEPT_TURNS, 10)]


def test_a_deleted_conversation_is_gone_and_the_other_stays(store: OneRowTrackerStore, url: str) -> None:
    async def run() -> list[str]:
        await talk(store, 2, "one")
        await talk(store, 2, "two")
        await store.delete("one")
        await store.delete("nobody")
        assert await store.retrieve("one") is None
        return list(await store.keys())

    assert asyncio.run(run()) == ["two"]
    assert [row[0] for row in rows(url)] == ["two"]


def test_a_database_that_fails_is_never_silent(store: OneRowTrackerStore, url: str) -> None:
    metadata.drop_all(create_database_engine(url))
    tracker = new_tracker()
    turn(tracker, 0)
    for attempt in (lambda: store.save(tracker), lambda: store.retrieve("one"), lambda: store.delete("one")):
        with pytest.raises(SQLAlchemyError):
            asyncio.run(attempt())


def test_an_error_does_not_repeat_what_a_person_wrote(store: OneRowTrackerStore, url: str) -> None:
    metadata.drop_all(create_database_engine(url))
    tracker = new_tracker()
    tracker.update(UserUttered("min hemliga text"), DOMAIN)
    with pytest.raises(SQLAlchemyError) as error:
        asyncio.run(store.save(tracker))
    assert "hemliga" not in str(error.value)
