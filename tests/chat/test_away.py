"""Every combination of what can be away: the right answer, and /healthz says what is wrong."""

from __future__ import annotations

import itertools
import sqlite3
import time
from datetime import timedelta
from typing import Any

import pytest

from bot.tables import cases
from tests.chat.running import Door
from tests.chat.test_contact import leave


def take_away(door: Door, what: tuple[str, ...]) -> None:
    """Switch parts off while the door runs."""
    if "rasa" in what:
        door.run(door._rasa_runner.cleanup())
    if "actions" in what:
        door.run(door._actions_runner.cleanup())
        door.rasa.lose_actions()
    if "relay" not in what:
        door.relay_lives()
    if "database" in what:
        with door.engine.begin() as connection:
            for table in ("messages", "conversations", "cases"):
                connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away_{table}")


PARTS = ("actions", "database", "rasa", "relay")
COMBINATIONS = [combination for size in range(len(PARTS) + 1) for combination in itertools.combinations(PARTS, size)]


@pytest.mark.parametrize("away", COMBINATIONS, ids=lambda away: "+".join(away) or "nothing")
def test_healthz_names_what_is_away(door: Door, away: tuple[str, ...]) -> None:
    take_away(door, away)
    health = door.call("GET", "/healthz")
    said = set(health.body["degraded"])
    # Without a database nobody can know whether the relay lives.
    expected = set(away) | ({"relay"} if "database" in away else set())
    assert said == expected
    assert health.status == (503 if expected else 200)


def test_a_relay_that_was_last_heard_of_long_ago_is_away(door: Door) -> None:
    door.relay_lives()
    door.clock.moved = timedelta(minutes=2)
    assert door.call("GET", "/healthz").body["degraded"] == ["relay"]


def test_a_rasa_without_a_model_is_away(door: Door) -> None:
    door.relay_lives()
    door.rasa.ready = False
    assert door.call("GET", "/healthz").body["degraded"] == ["rasa"]


@pytest.mark.parametrize("away", [one for one in COMBINATIONS if one], ids="+".join)
@pytest.mark.parametrize(("text", "number"), [("jag vill inte leva", "90101"), ("vad kostar det", "08-508 00 508")])
def test_every_message_is_answered_with_fitting_numbers(
    door: Door, away: tuple[str, ...], text: str, number: str
) -> None:
    token = door.open()
    take_away(door, away)
    began = time.monotonic()
    told = door.say(token, text)
    assert time.monotonic() - began < 10
    assert told.status == (503 if "database" in away else 200)
    if set(away) != {"relay"}:
        assert number in [one["service"]["phone"] for one in told.body["messages"] if one["service"]]
        assert "112" in told.text


@pytest.mark.parametrize("away", COMBINATIONS, ids=lambda away: "+".join(away) or "nothing")
def test_whatever_is_away_there_are_as_many_promises_as_cases(door: Door, away: tuple[str, ...]) -> None:
    token = door.open()
    take_away(door, away)
    told = leave(door, token)
    if "database" in away:
        assert told.status == 503
        assert "ingen har tagit emot det än" in told.text
        assert "112" in told.text
    else:
        assert told.status == 201
        assert "Vi har tagit emot" in told.text
        assert len(door.rows(cases)) == 1


@pytest.mark.parametrize("away", COMBINATIONS, ids=lambda away: "+".join(away) or "nothing")
def test_whatever_is_away_the_page_is_there_and_leaving_works(door: Door, away: tuple[str, ...]) -> None:
    token = door.open()
    take_away(door, away)
    assert door.call("GET", "/chatt").status == 200
    left = door.form("/chatt/avsluta", token=token)
    assert (left.status, left.headers["Location"]) == (303, door.settings.exit_url)


def test_without_a_database_nobody_is_told_that_a_case_was_received(door: Door) -> None:
    token = door.open()
    take_away(door, ("database",))
    told = leave(door, token)
    assert told.status == 503
    assert "Vi har tagit emot" not in told.text
    assert "112" in told.text


@pytest.mark.parametrize("path", ["/chatt", "/kvittens", "/om-chatten"])
def test_the_pages_are_there_without_a_database(door: Door, path: str) -> None:
    take_away(door, ("database", "rasa"))
    assert door.call("GET", path).status == 200


def test_the_form_is_answered_with_numbers_and_keeps_the_words_without_a_database(door: Door) -> None:
    take_away(door, ("database",))
    page = door.form("/chatt", id="5f0d2a6e-6c8e-4a0e-9c9b-3a0a4a9d7d11", text="mina egna ord")
    assert page.status == 503
    assert "tel:112" in page.body
    assert "mina egna ord</textarea>" in page.body
    assert "5f0d2a6e-6c8e-4a0e-9c9b-3a0a4a9d7d11" in page.body


def test_a_locked_database_is_answered_for_within_ten_seconds(door: Door) -> None:
    token = door.open()
    blocker = sqlite3.connect(door.settings.data_directory / "door.db", isolation_level=None, check_same_thread=False)
    blocker.execute("BEGIN IMMEDIATE")
    try:
        began = time.monotonic()
        told = door.say(token, "han andas inte")
        assert time.monotonic() - began < 10
        assert told.status == 503
        assert told.body["messages"][0]["urgent"] == "emergency"
    finally:
        blocker.execute("ROLLBACK")
        blocker.close()
    assert door.say(token, "hej").status == 200


def test_when_the_database_comes_back_the_same_message_is_answered(door: Door) -> None:
    token, once = door.open(), "5f0d2a6e-6c8e-4a0e-9c9b-3a0a4a9d7d12"
    take_away(door, ("database",))
    assert door.say(token, "hej", message_id=once).status == 503
    with door.engine.begin() as connection:
        for table in ("messages", "conversations", "cases"):
            connection.exec_driver_sql(f"ALTER TABLE away_{table} RENAME TO {table}")
    assert door.say(token, "hej", message_id=once).texts == ["du skrev: hej"]


def test_a_stack_trace_is_never_shown(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> str:
        raise RuntimeError("template")

    monkeypatch.setattr(type(door.parts.pages), "render", broken)
    page = door.call("GET", "/chatt")
    assert page.status == 503
    assert "Traceback" not in page.body
    assert "112" in page.body
