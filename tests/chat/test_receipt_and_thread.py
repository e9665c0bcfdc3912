"""Coming back with a receipt, and what staff and the person write to each other."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import close, take
from bot.tables import cases, messages, outbox, staff, thread_messages
from tests.chat.running import Answer, Door
from tests.chat.test_contact import leave


def a_case(door: Door) -> tuple[str, str, str]:
    """A conversation's token, its receipt and the case's id."""
    token = door.open()
    door.say(token, "något från samtalet")
    told = leave(door, token)
    receipt = next(one["case"]["receipt"] for one in told.body["messages"] if one["case"])
    return token, receipt, door.rows(cases)[-1].id


def staff_write(door: Door, case_id: str, text: str, alias: str = "Sam på socialrådgivningen") -> None:
    """A member of staff answers in the thread."""
    row = {
        "id": uuid.uuid4().hex,
        "name": uuid.uuid4().hex,
        "alias": alias,
        "password_hash": "-",
        "role": "case_worker",
    }
    with transaction(door.engine) as connection:
        connection.execute(insert(staff).values(**row, services=[], created_at=door.clock()))
        thread.post(connection, case_id, "staff", text, door.clock(), staff_id=row["id"])


def back(door: Door, code: Any) -> Answer:
    return door.call("POST", "/api/receipt", json={"code": code})


def test_a_receipt_opens_the_thread_and_nothing_of_the_earlier_talk(door: Door) -> None:
    token, receipt, case_id = a_case(door)
    staff_write(door, case_id, "Hej, vi kan ses i morgon.")
    opened = back(door, receipt)
    assert opened.status == 200
    assert opened.texts == ["Hej, vi kan ses i morgon."]
    assert opened.body["messages"][0]["from"] == "staff"
    assert opened.body["messages"][0]["name"] == "Sam på socialrådgivningen"
    assert opened.body["token"] != token
    assert "samtalet" not in str(opened.body)
    assert door.call("GET", "/api/messages", opened.body["token"]).texts == ["Hej, vi kan ses i morgon."]


@pytest.mark.parametrize("spelling", ["{0} {1} {2} {3}", "{0}-{1}-{2}-{3}", " {0}{1}{2}{3} "])
def test_a_receipt_may_be_written_in_groups(door: Door, spelling: str) -> None:
    _, receipt, _ = a_case(door)
    groups = [receipt[start : start + 4] for start in range(0, 16, 4)]
    assert back(door, spelling.format(*groups)).status == 200


@pytest.mark.parametrize(
    ("code", "status"),
    [("1" * 16, 404), ("123", 422), ("", 422), (None, 422), (1234567890123456, 422), ("x" * 16, 422)],
)
def test_a_code_that_opens_nothing_is_refused_and_makes_no_session(door: Door, code: Any, status: int) -> None:
    a_case(door)
    refused = back(door, code)
    assert refused.status == status
    assert refused.text
    assert "token" not in refused.body


def test_a_code_whose_last_day_has_passed_is_told_so_and_how_to_start_again(door: Door) -> None:
    _, receipt, _ = a_case(door)
    door.clock.moved = timedelta(days=door.settings.receipt_days, minutes=1)
    refused = back(door, receipt)
    assert refused.status == 404
    assert "gäller inte längre" in refused.text


def test_guessing_of_codes_is_slowed_down(door: Door) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}
    statuses = [
        door.call("POST", "/api/receipt", json={"code": f"{number:016}"}, headers=headers).status
        for number in range(10)
    ]
    assert statuses[-1] == 429
    assert statuses.count(404) == 6


def test_messages_in_a_receipt_session_go_to_staff_and_not_to_rasa(door: Door) -> None:
    _, receipt, _ = a_case(door)
    asked = len(door.rasa.asked)
    token = back(door, receipt).body["token"]
    once = str(uuid.uuid4())
    told = door.say(token, "jag kan på tisdag, ring 0701234567", message_id=once)
    again = door.say(token, "jag kan på tisdag, ring 0701234567", message_id=once)
    assert told.body == again.body
    assert "skickat" in told.text
    assert len(door.rasa.asked) == asked
    (row,) = door.rows(thread_messages)
    assert (row.sender, row.text) == ("person", "jag kan på tisdag, ring [telefonnummer]")
    assert "person_wrote" in [notice.kind for notice in door.rows(outbox)]


def test_danger_in_a_receipt_session_is_answered_first_and_alarms_staff(door: Door) -> None:
    _, receipt, _ = a_case(door)
    told = door.say(back(door, receipt).body["token"], "de kommer hit ikväll och ska skjuta mig")
    assert told.body["messages"][0]["urgent"] == "emergency"
    assert "skickat" in told.texts[-1]
    assert door.rows(cases)[0].acute


def test_before_staff_have_written_the_assistant_goes_on_answering(door: Door) -> None:
    token, _, _ = a_case(door)
    assert door.say(token, "en fråga till").texts == ["du skrev: en fråga till"]


def test_after_staff_have_written_messages_go_to_them(door: Door) -> None:
    token, _, case_id = a_case(door)
    staff_write(door, case_id, "Hej!")
    asked = len(door.rasa.asked)
    told = door.say(token, "hej tillbaka")
    assert "Sam på socialrådgivningen" in told.text
    assert len(door.rasa.asked) == asked
    assert [row.text for row in door.rows(thread_messages)] == ["Hej!", "hej tillbaka"]


def test_when_the_case_is_closed_the_assistant_answers_again(door: Door) -> None:
    token, _, case_id = a_case(door)
    staff_write(door, case_id, "Hej!")
    staff_id = door.rows(thread_messages)[0].staff_id
    with transaction(door.engine) as connection:
        take(connection, case_id, staff_id, door.clock())
        close(connection, case_id, staff_id, "advice_given", door.clock())
    assert door.say(token, "en sak till").texts == ["du skrev: en sak till"]


def test_news_since_a_message_are_staffs_alone_and_come_once(door: Door) -> None:
    token, _, case_id = a_case(door)
    last = door.say(token, "hej").body["messages"][-1]["id"]
    staff_write(door, case_id, "ett")
    first = door.call("GET", f"/api/messages?after={last}", token)
    assert first.texts == ["ett"]
    staff_write(door, case_id, "två")
    assert door.call("GET", f"/api/messages?after={first.body['messages'][-1]['id']}", token).texts == ["två"]
    assert door.call("GET", "/api/messages?after=t999999", token).texts == []


@pytest.mark.parametrize("after", ["", "x", "m", "t", "m-1", "t1;drop", "m99999999999999999999999"])
def test_a_strange_place_to_start_from_is_harmless(door: Door, after: str) -> None:
    token, _, case_id = a_case(door)
    staff_write(door, case_id, "ett")
    assert door.call("GET", f"/api/messages?after={after}", token).texts == ["ett"]


def test_what_the_person_has_on_the_screen_counts_as_read(door: Door) -> None:
    token, _, case_id = a_case(door)
    staff_write(door, case_id, "ett")
    assert door.rows(thread_messages)[0].read_at is None
    door.call("GET", "/api/messages", token)
    assert door.rows(thread_messages)[0].read_at is not None


async def listen(door: Door, token: str, seconds: float) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"}
    heard = b""
    async with door.http.get(door.url + "/api/events", headers=headers) as stream:
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end and not stream.content.at_eof():
            try:
                heard += await asyncio.wait_for(stream.content.readany(), 0.5)
            except asyncio.TimeoutError:
                continue
    return stream.status, heard.decode()


def test_the_stream_brings_staffs_messages_and_signs_of_life(door: Door) -> None:
    token, _, case_id = a_case(door)

    async def write_later() -> tuple[int, str]:
        listening = asyncio.ensure_future(listen(door, token, 4))
        await asyncio.sleep(0.7)
        await asyncio.to_thread(staff_write, door, case_id, "Rad ett\nrad två")
        return await listening

    status, heard = door.run(write_later())
    assert status == 200
    assert ": \n\n" in heard
    data = next(line for line in heard.splitlines() if line.startswith("data: "))
    assert json.loads(data[6:])["text"] == "Rad ett\nrad två"
    assert heard.count("event: message") == 1


def test_the_stream_says_when_the_session_has_ended(door: Door) -> None:
    token, _, _ = a_case(door)

    async def end_later() -> tuple[int, str]:
        listening = asyncio.ensure_future(listen(door, token, 5))
        await asyncio.sleep(0.5)
        await door.send("POST", "/chatt/avsluta", data={"token": token})
        return await listening

    assert "event: ended" in door.run(end_later())[1]


def test_one_session_may_hold_only_a_few_streams_and_gets_them_back(door: Door) -> None:
    token, _, _ = a_case(door)

    async def many() -> list[int]:
        listening = [asyncio.ensure_future(listen(door, token, 2)) for _ in range(6)]
        first = [status for status, _ in await asyncio.gather(*listening)]
        await asyncio.sleep(2)
        return [*first, (await listen(door, token, 0.5))[0]]

    statuses = door.run(many())
    assert sorted(statuses[:6]) == [200, 200, 200, 200, 429, 429]
    assert statuses[-1] == 200


def test_a_receipt_session_cannot_open_new_cases(door: Door) -> None:
    _, receipt, _ = a_case(door)
    assert leave(door, back(door, receipt).body["token"]).status == 422
    assert len(door.rows(cases)) == 1


def test_a_receipt_session_leaves_no_copy_of_the_talk_with_the_assistant(door: Door) -> None:
    _, receipt, _ = a_case(door)
    before = len(door.rows(messages))
    back(door, receipt)
    assert len(door.rows(messages)) == before
