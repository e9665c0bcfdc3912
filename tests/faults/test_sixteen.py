"""The real five processes: every combination of a dead Rasa, dead actions, a dead database and a dead relay.

One walk through all sixteen, ordered so that Rasa, which takes longest to start, is stopped once. SQLite cannot be
stopped; its tables are renamed, so that every statement fails as it would on a lost disk.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.sentences import Sentences
from tests.town import Resident, Town, call

pytestmark = pytest.mark.slow
SENTENCES = Sentences.load("demo")
TABLES = ("messages", "conversations", "cases")
LATE = SENTENCES.text("utter_label_answer_later")
COMBINATIONS = [
    {name for name, away in zip(("rasa", "actions", "relay", "database"), row, strict=True) if away}
    for row in itertools.product((False, True), repeat=4)
]


@contextmanager
def without_database(town: Town, away: bool) -> Iterator[None]:
    """Its tables are not there."""
    path = town.settings.database_url.removeprefix("sqlite:///")

    def rename(start: str, end: str) -> None:
        with sqlite3.connect(path, timeout=10) as connection:
            for table in TABLES:
                connection.execute(f"ALTER TABLE {start}{table} RENAME TO {end}{table}")

    if away:
        rename("", "away_")
    try:
        yield
    finally:
        if away:
            rename("away_", "")


def a_minute_of_silence(town: Town) -> None:
    """The relay is stopped for real; that nobody has heard of it for a minute is made so."""
    with sqlite3.connect(town.settings.database_url.removeprefix("sqlite:///"), timeout=10) as connection:
        connection.execute("UPDATE heartbeats SET at = '2020-01-01 00:00:00.000000' WHERE process = 'relay'")


def wait_for_health(town: Town, expected: set[str], seconds: float = 75) -> None:
    """Until /healthz names exactly these."""
    deadline, seen = time.monotonic() + seconds, {"?"}
    while seen != expected:
        assert time.monotonic() < deadline, f"/healthz said {seen} instead of {expected}"
        seen = set(call(town.chat, "GET", "/healthz").body.get("degraded", []))
        time.sleep(0.3)


def check(town: Town, away: set[str]) -> None:
    """Danger, a question and a hand-over, each with the right answer for what is away."""
    resident = town.resident()
    resident.say("min brorsa vill hoppa av men han vågar inte ringa")
    button = resident.last.choices.get(LATE)
    with without_database(town, "database" in away):
        wait_for_health(town, away | ({"relay"} if "database" in away else set()))
        check_danger(Resident(town.chat, resident.token))
        if button:
            check_hand_over(Resident(town.chat, resident.token), button, away)
        began = time.monotonic()
        answer = Resident(town.chat, resident.token).say("vad finns det för föräldrakurser?")
        assert time.monotonic() - began < 10
        assert answer.status == (503 if "database" in away else 200), away
        degraded = SENTENCES.text("utter_door_degraded") in answer.text
        assert degraded is bool(away & {"rasa", "actions", "database"}), (away, answer.text)
        assert not degraded or any(message["service"] for message in answer.messages)


def check_danger(resident: Resident) -> None:
    """112 stands first, whatever is away, within ten seconds."""
    began = time.monotonic()
    answer = resident.say("han andas inte")
    assert time.monotonic() - began < 10
    assert answer.messages[0]["urgent"] == "emergency", answer.body
    assert "112" in answer.text


def check_hand_over(resident: Resident, button: str, away: set[str]) -> None:
    """A promise exactly where a case was committed."""
    answer = resident._post({"id": "5f0d2a6e-6c8e-4a0e-9c9b-3a0a4a9d7d11", "choice": button})
    promised = "Vi har tagit emot" in answer.text
    assert promised is not bool(away & {"rasa", "actions", "database"}), (away, answer.text)
    assert promised is any(message["case"] for message in answer.messages)


def test_every_combination_of_dead_parts_gets_the_right_answer_and_health_names_them(town: Town) -> None:
    stopped: set[str] = set()
    try:
        for away in COMBINATIONS:
            processes = away - {"database"}
            for name in processes - stopped:
                town.stop(name)
            for name in stopped - processes:
                town._control("start", name)
            stopped = processes
            if "relay" in stopped:
                a_minute_of_silence(town)
            # Whoever came before may still be starting: the state is right before anybody writes.
            wait_for_health(town, processes)
            check(town, away)
    finally:
        for name in sorted(stopped):
            town._control("start", name)
        town.wait_until_healthy()


def test_row_9_a_talk_that_rasa_had_fallen_mute_in_is_noticed_and_healed(town: Town) -> None:
    """After ten predictions without a rest stock Rasa never answers in this conversation again."""
    import json

    resident = town.resident()
    resident.say("vad kostar en föräldrakurs?")
    path = town.settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path, timeout=10) as connection:
        conversation, state = connection.execute(
            "SELECT conversation_id, state FROM trackers ORDER BY updated_at DESC LIMIT 1"
        ).fetchone()
        events = [event for event in json.loads(state) if event.get("name") != "action_listen"]
        stuck = {"event": "action", "name": "action_route", "policy": None, "confidence": 1.0, "timestamp": time.time()}
        changed = json.dumps([*events, *[stuck] * 10])
        connection.execute("UPDATE trackers SET state = ? WHERE conversation_id = ?", (changed, conversation))
    for text in ("vad finns det för föräldrakurser?", "vad kostar det?"):
        answer = resident.say(text)
        assert answer.status == 200
        assert SENTENCES.text("utter_door_degraded") not in answer.text
        assert answer.text
    assert "Rasa had gone mute in a talk" in town.logs()
