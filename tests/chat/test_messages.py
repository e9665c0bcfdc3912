"""The way of a message: stored first, answered once, in order, and never with a false yes."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from bot.tables import messages
from tests.chat.running import Door
from tests.chat.standin import answer, message, slowly


def test_the_message_is_stored_masked_before_rasa_is_asked(door: Door) -> None:
    seen: list[tuple[str, Any]] = []

    async def look(body: dict[str, Any]) -> tuple[int, Any]:
        with door.engine.connect() as connection:
            seen.append((body["text"], connection.execute(select(messages.c.text)).scalars().all()))
        return answer(message("ok"))

    door.rasa.script = look
    door.say(door.open(), "ring 0701234567 om min son 14 i Rinkeby")
    assert seen == [("ring [telefonnummer] om min son 14 i Rinkeby", ["ring [telefonnummer] om min son 14 i Rinkeby"])]


def test_the_person_is_told_what_was_hidden(door: Door) -> None:
    told = door.say(door.open(), "jag heter Ahmed, 0701234567").text
    assert "ett telefonnummer och ett namn" in told


def test_a_typed_number_can_be_left_in_the_form_instead(door: Door) -> None:
    token = door.open()
    offered = door.say(token, "0701234567").body["messages"][0]["choices"]
    form = next(choice["id"] for choice in offered if choice["label"] == "Bli uppringd")
    door.say(token, choice=form)
    assert door.rasa.asked[-1]["payload"] == "/call_back"


def test_the_same_id_again_brings_the_same_answer_and_asks_rasa_once(door: Door) -> None:
    token, once = door.open(), str(uuid.uuid4())
    first, second = door.say(token, "hej", message_id=once), door.say(token, "hej", message_id=once.upper())
    assert first.body == second.body
    assert len(door.rasa.asked) == 1
    assert len(door.rows(messages)) == 2


def test_the_same_id_while_the_first_is_in_flight_waits_for_its_answer(door: Door) -> None:
    door.rasa.script = slowly(0.5)
    token, body = door.open(), {"id": str(uuid.uuid4()), "text": "hej"}

    async def both() -> list[Any]:
        return await asyncio.gather(*(door.send("POST", "/api/messages", token, json=body) for _ in range(3)))

    answers = door.run(both())
    assert [one.status for one in answers] == [200, 200, 200]
    assert answers[0].body == answers[1].body == answers[2].body
    assert len(door.rasa.asked) == 1


def test_one_message_at_a_time_in_each_conversation_in_the_order_they_came(door: Door) -> None:
    door.rasa.script = slowly(0.1)
    token = door.open()

    async def burst() -> None:
        sent = []
        for number in range(6):
            body = {"id": str(uuid.uuid4()), "text": f"nummer {number}"}
            sent.append(asyncio.ensure_future(door.send("POST", "/api/messages", token, json=body)))
            await asyncio.sleep(0.02)
        await asyncio.gather(*sent)

    door.run(burst())
    assert door.rasa.most_busy == 1
    assert [body["text"] for body in door.rasa.asked] == [f"nummer {number}" for number in range(6)]


def test_different_conversations_do_not_wait_for_each_other(door: Door) -> None:
    door.rasa.script = slowly(0.4)
    tokens = [door.open() for _ in range(8)]

    async def all_at_once() -> None:
        sent = (door.send("POST", "/api/messages", t, json={"id": str(uuid.uuid4()), "text": "hej"}) for t in tokens)
        await asyncio.gather(*sent)

    began = time.monotonic()
    door.run(all_at_once())
    assert time.monotonic() - began < 2
    assert door.rasa.most_busy > 1


def test_many_who_write_at_the_same_moment_are_all_stored_and_answered(door: Door) -> None:
    """SQLite's lock knows no queue: without one of our own some of these starve."""

    async def one(number: int) -> list[str]:
        token = (await door.send("POST", "/api/conversations", json={})).body["token"]
        body = {"id": str(uuid.uuid4()), "text": f"nummer {number}"}
        return (await door.send("POST", "/api/messages", token, json=body)).texts

    async def everyone() -> list[list[str]]:
        return await asyncio.gather(*(one(number) for number in range(40)))

    assert door.run(everyone()) == [[f"du skrev: nummer {number}"] for number in range(40)]


def test_a_client_that_goes_away_cancels_nothing(door: Door) -> None:
    """Row 3 of the weak spots: Sanic cancels the handler, and Rasa would lose the message."""
    finished: list[str] = []

    async def slow(body: dict[str, Any]) -> tuple[int, Any]:
        await asyncio.sleep(0.6)
        finished.append(body["text"])
        return answer(message("klart"))

    door.rasa.script = slow
    token, once = door.open(), str(uuid.uuid4())

    async def give_up() -> None:
        impatient = aiohttp.ClientTimeout(total=0.2)
        with pytest.raises(asyncio.TimeoutError):
            await door.send("POST", "/api/messages", token, json={"id": once, "text": "hej"}, timeout=impatient)
        await asyncio.sleep(1)

    door.run(give_up())
    assert finished == ["hej"]
    assert door.say(token, "hej", message_id=once).texts == ["klart"]
    assert len(door.rasa.asked) == 1


def test_a_slow_rasa_is_answered_for_within_ten_seconds_with_numbers(door: Door) -> None:
    door.rasa.script = slowly(5)
    began = time.monotonic()
    said = door.say(door.open(), "min son dricker")
    assert time.monotonic() - began < door.settings.reply_timeout_seconds + 1.5
    assert said.status == 200
    assert "112" in said.text
    assert any(one["service"] and one["service"]["open_now"] for one in said.body["messages"])


def test_who_waits_behind_a_slow_message_is_answered_in_time_too(door: Door) -> None:
    door.rasa.script = slowly(5)
    token = door.open()

    async def two() -> list[Any]:
        bodies = [{"id": str(uuid.uuid4()), "text": text} for text in ("ett", "två")]
        return await asyncio.gather(*(door.send("POST", "/api/messages", token, json=body) for body in bodies))

    began = time.monotonic()
    assert [one.status for one in door.run(two())] == [200, 200]
    assert time.monotonic() - began < 2 * door.settings.reply_timeout_seconds


@pytest.mark.parametrize(
    "reply",
    [
        (500, {"error": "failed"}),
        (503, {"error": "no model"}),
        (401, {"error": "unauthorised"}),
        (200, {"messages": []}),
        (200, {"messages": [{"text": "", "choices": []}]}),
        (200, {"messages": "nonsense"}),
        (200, []),
        (200, "{broken"),
        (200, {"messages": [{"choices": [{"label": "utan payload"}]}]}),
    ],
)
def test_every_unusable_answer_becomes_numbers(door: Door, reply: tuple[int, Any]) -> None:
    async def broken(_body: dict[str, Any]) -> tuple[int, Any]:
        return reply

    door.rasa.script = broken
    said = door.say(door.open(), "hej")
    assert said.status == 200
    assert "112" in said.text
    assert any(one["service"] and one["service"]["phone"] for one in said.body["messages"])


def test_an_empty_reply_is_asked_for_once_more_since_the_tracker_is_new_then(door: Door) -> None:
    """Row 9: after ten predictions in a turn Rasa stays mute for ever."""

    async def mute_once(_body: dict[str, Any]) -> tuple[int, Any]:
        return (500, {"error": "empty reply"}) if len(door.rasa.asked) == 1 else answer(message("nu hör jag"))

    door.rasa.script = mute_once
    assert door.say(door.open(), "hej").texts == ["nu hör jag"]


def test_after_rasa_comes_back_the_talk_goes_on(door: Door) -> None:
    async def away(_body: dict[str, Any]) -> tuple[int, Any]:
        return 503, {}

    normal, door.rasa.script = door.rasa.script, away
    token = door.open()
    assert "112" in door.say(token, "hej").text
    door.rasa.script = normal
    assert door.say(token, "hallå").texts == ["du skrev: hallå"]


def test_danger_that_rasa_overlooked_is_answered_first(door: Door) -> None:
    said = door.say(door.open(), "min kompis andas inte").body["messages"]
    assert said[0]["urgent"] == "emergency"
    assert "112" in said[0]["text"]
    assert said[-1]["text"].startswith("du skrev")


def test_danger_that_rasa_has_answered_is_not_answered_twice(door: Door) -> None:
    async def alarmed(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Ring 112 nu.", urgent="emergency"))

    door.rasa.script = alarmed
    assert door.say(door.open(), "min kompis andas inte").texts == ["Ring 112 nu."]


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [("han andas inte", "emergency", "112"), ("jag vill inte leva längre", "suicide_risk", "90101")],
)
def test_without_rasa_danger_gets_the_numbers_of_that_danger(door: Door, text: str, kind: str, number: str) -> None:
    door.run(door._rasa_runner.cleanup())
    said = door.say(door.open(), text).body["messages"]
    assert said[0]["urgent"] == kind
    assert number in [one["service"]["phone"] for one in said if one["service"]]


def test_a_number_to_call_in_danger_stands_before_the_note_about_masking(door: Door) -> None:
    said = door.say(door.open(), "han andas inte, ring 0701234567").body["messages"]
    assert said[0]["urgent"] == "emergency"
    assert "telefonnummer" in said[-1]["text"]


def test_nothing_of_payloads_or_inner_ids_leaves_the_server(door: Door) -> None:
    async def offering(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("välj", choices=[{"label": "Ja", "payload": '/inform{"district": "jarva"}'}]))

    door.rasa.script = offering
    said = door.say(door.open(), "hej").body
    assert "payload" not in str(said)
    assert "/inform" not in str(said)
    assert set(said["messages"][0]["choices"][0]) == {"id", "label"}


def test_the_whole_talk_can_be_read_again_masked_and_only_by_its_own_session(door: Door) -> None:
    token = door.open()
    door.say(token, "ring 070-123 45 67")
    again = door.call("GET", "/api/conversations", token)
    assert [one["from"] for one in again.body["messages"]] == ["person", "bot", "bot"]
    assert "[telefonnummer]" in again.text and "070" not in again.text
    assert (again.body["listen"], again.body["sensitive"]) == (False, False)
    assert door.call("GET", "/api/conversations", door.open()).body["messages"] == []
    assert door.call("GET", "/api/conversations", "x" * 43).status == 401
