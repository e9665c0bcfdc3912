"""Who is at the other end: staff, nobody, or the assistant again; and what counts as read."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.database import transaction
from bot.tables import cases, thread_messages
from tests.chat.own_case import company, leave_the_page
from tests.chat.running import Door
from tests.chat.test_contact import leave
from tests.chat.test_receipt_and_thread import a_case, back, staff_write


@pytest.fixture
def door(patient_door: Door) -> Door:
    return patient_door


def test_the_person_sees_who_is_there_and_when_nobody_is(door: Door) -> None:
    _, receipt, case_id = a_case(door)
    token = back(door, receipt).body["token"]
    assert company(door, token) == "Ingen av personalen är här just nu. Du kan skriva ändå, och svaret kommer här."
    staff_write(door, case_id, "Hej!", "Sam")
    assert company(door, token) == "Du skriver nu med Sam."
    assert "skickat till Sam. Svaret" in door.say(token, "hej").text
    leave_the_page(door, case_id)
    assert company(door, token) == "Sam är inte här just nu. Du kan skriva ändå, och svaret kommer här."
    told = door.say(token, "är du kvar?")
    assert "inte är här just nu" in told.texts[0] and told.body["messages"][0]["service"]["hours"]


def test_when_staff_have_given_the_talk_back_the_assistant_answers_and_a_second_hand_over_works(door: Door) -> None:
    token, receipt, first = a_case(door)
    assert company(door, token) == ""
    staff_write(door, first, "Hej!", "Sam")
    with transaction(door.engine) as connection:
        connection.execute(update(cases).where(cases.c.id == first).values(given_back_at=door.clock()))
    assert company(door, token).startswith("Sam har lämnat samtalet. Nu svarar assistenten igen")
    assert door.say(token, "en fråga till").texts == ["du skrev: en fråga till"]
    assert "skickat" in door.say(back(door, receipt).body["token"], "och till er").text, "a code leads to staff"
    leave(door, token)
    second = next(row.id for row in door.rows(cases) if row.id != first)
    staff_write(door, second, "Hej igen!", "Kim")
    assert "skickat till Kim" in door.say(token, "hej Kim").text
    with transaction(door.engine) as connection:
        connection.execute(update(cases).where(cases.c.id == second).values(given_back_at=door.clock()))
    staff_write(door, first, "Jag är tillbaka.", "Sam")
    assert "skickat till Sam" in door.say(token, "hej Sam").text, "whoever writes again has the talk again"


def test_what_the_stream_has_brought_is_read_when_the_page_says_so(door: Door) -> None:
    token, _, case_id = a_case(door)
    staff_write(door, case_id, "ett")
    row = door.rows(thread_messages)[0]
    assert door.call("POST", "/api/read", token, json={"id": f"t{row.id - 1}"}).status == 204
    assert door.rows(thread_messages)[0].read_at is None
    assert door.call("POST", "/api/read", token, json={"id": f"t{row.id}"}).status == 204
    assert door.rows(thread_messages)[0].read_at is not None
    assert door.call("POST", "/api/read", token, json={"id": "m1"}).status == 422
    assert door.call("POST", "/api/read", door.open(), json={"id": f"t{row.id}"}).status == 204


def test_without_script_what_stands_on_the_page_is_read_and_other_pages_read_nothing(door: Door) -> None:
    token, _, case_id = a_case(door)
    staff_write(door, case_id, "ett")
    door.form("/chatt/radera", token=token)
    door.form("/om-chatten", token=token)
    assert door.rows(thread_messages)[0].read_at is None
    assert "ett" in door.form("/chatt", token=token).body
    assert door.rows(thread_messages)[0].read_at is not None
