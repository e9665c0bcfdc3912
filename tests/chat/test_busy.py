"""More people than Rasa can answer: some wait a little, the rest get the numbers in time, and Rasa is not buried."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from bot.chat.assistant import AT_A_TIME
from tests.chat.running import Answer, Door
from tests.chat.standin import slowly


def all_say(door: Door, count: int) -> list[Answer]:
    tokens = [door.open() for _ in range(count)]

    async def one(token: str) -> Answer:
        body = {"id": str(uuid.uuid4()), "text": "hej"}
        return await door.send("POST", "/api/messages", token, json=body)

    async def together() -> list[Any]:
        return await asyncio.gather(*(one(token) for token in tokens))

    return door.run(together())


def test_rasa_never_works_on_more_than_its_share(door: Door) -> None:
    door.rasa.script = slowly(0.1)
    answers = all_say(door, 3 * AT_A_TIME)
    assert door.rasa.most_busy <= AT_A_TIME
    assert {answer.text for answer in answers} == {"du skrev: hej"}


def test_who_finds_no_place_gets_the_numbers_and_is_not_sent_to_rasa(door: Door) -> None:
    door.rasa.script = slowly(30)
    answers = all_say(door, 2 * AT_A_TIME)
    assert len(door.rasa.asked) == AT_A_TIME
    assert {answer.status for answer in answers} == {200}
    assert all("Just nu kan jag inte svara" in answer.text for answer in answers)
