"""Cases that an answer brings: told only when they are committed, and then always."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from bot.database import transaction
from bot.handover.case import HandOver, open_case
from bot.handover.receipt import receipt_hash
from bot.tables import cases
from tests.chat.running import Door
from tests.chat.standin import answer, message


def open_a_case(door: Door, body: dict[str, Any], service: str = "exit_programme", hours: int | None = 24) -> str:
    """What the action server would do: commit a case for this message."""
    wanted = HandOver(body["conversation_id"], body["message_id"], service, "leave_crime", None, "receipt")
    with transaction(door.engine) as connection:
        return open_case(connection, wanted, hours, door.clock()).id


def test_a_committed_case_brings_its_receipt_and_its_deadline(door: Door) -> None:
    async def handing_over(body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Vi har tagit emot.", case={"id": open_a_case(door, body)}))

    door.rasa.script = handing_over
    token, once = door.open(), str(uuid.uuid4())
    (told,) = door.say(token, "hjälp mig lämna", message_id=once).body["messages"]
    (again,) = door.say(token, "hjälp mig lämna", message_id=once).body["messages"]
    assert told["case"] == again["case"]
    assert len(told["case"]["receipt"]) == 16
    assert told["case"]["due_at"].endswith("Z")
    (case,) = door.rows(cases)
    assert case.receipt_hash == receipt_hash(told["case"]["receipt"], door.settings.hash_key)


def test_a_case_that_is_not_committed_is_never_told_of(door: Door) -> None:
    """Row 1: a dead action server still lets the promise be said."""

    async def lying(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Vi har tagit emot.", case={"id": "a" * 32}))

    door.rasa.script = lying
    said = door.say(door.open(), "hjälp mig lämna")
    assert "tagit emot" not in said.text
    assert "112" in said.text


def test_a_case_of_another_talk_is_never_told_of(door: Door) -> None:
    others: list[str] = []

    async def mixing(body: dict[str, Any]) -> tuple[int, Any]:
        others.append(open_a_case(door, body))
        return answer(message("Vi har tagit emot.", case={"id": others[0]}))

    door.rasa.script = mixing
    assert "tagit emot" in door.say(door.open(), "ett").text
    second = door.say(door.open(), "två")
    receipts = [one["case"]["receipt"] for one in second.body["messages"] if one["case"]]
    assert second.status == 200
    assert len(receipts) <= 2  # its own committed case may be told of, the other's never
    assert all(row.id != others[0] or row.receipt_hash for row in door.rows(cases))


def test_a_case_whose_answer_was_cut_off_is_shown(door: Door) -> None:
    async def cut_off(body: dict[str, Any]) -> tuple[int, Any]:
        open_a_case(door, body)
        return 500, {"error": "failed"}

    door.rasa.script = cut_off
    token, once = door.open(), str(uuid.uuid4())
    said = door.say(token, "hjälp mig lämna", message_id=once)
    assert "Vi har tagit emot" in said.text
    assert [one["case"] for one in said.body["messages"] if one["case"]]
    assert door.say(token, "hjälp mig lämna", message_id=once).body["messages"] == said.body["messages"]


def test_a_case_that_was_committed_after_the_time_out_is_shown_later(door: Door) -> None:
    late: list[dict[str, Any]] = []

    async def too_slow(body: dict[str, Any]) -> tuple[int, Any]:
        late.append(body)
        await asyncio.sleep(3)
        return answer(message("Vi har tagit emot."))

    door.rasa.script = too_slow
    token, once = door.open(), str(uuid.uuid4())
    first = door.say(token, "hjälp mig lämna", message_id=once)
    assert "tagit emot" not in first.text
    assert first.body["listen"] is True
    open_a_case(door, late[0])
    news = door.call("GET", "/api/messages?after=" + first.body["messages"][-1]["id"], token)
    assert "Vi har tagit emot" in news.text
    assert "Vi har tagit emot" in door.say(token, "hjälp mig lämna", message_id=once).text
    assert door.call("GET", "/api/messages?after=" + news.body["messages"][-1]["id"], token).body["messages"] == []


def test_a_promise_names_a_time_only_where_the_catalogue_does(door: Door) -> None:
    async def cut_off(body: dict[str, Any]) -> tuple[int, Any]:
        open_a_case(door, body, service="contact_centre", hours=None)
        return 500, {}

    door.rasa.script = cut_off
    said = door.say(door.open(), "hjälp")
    assert "Vi vet inte när någon svarar" in said.text
    assert next(one["case"] for one in said.body["messages"] if one["case"])["due_at"] is None
