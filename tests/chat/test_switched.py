"""The off switch at the door: numbers instead of answers, danger first, and everything that is staff's goes on."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest

from bot.chat.switched import FRESH_SECONDS, Switched
from bot.database import transaction
from bot.switch import set_switch
from bot.tables import cases, messages
from tests.chat.running import Door
from tests.chat.test_away import take_away
from tests.chat.test_contact import leave
from tests.chat.test_receipt_and_thread import a_case, back

NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)


def switch(door: Door, off: bool) -> None:
    """As an operator does it, in another process; then the few seconds that the door may take."""
    with transaction(door.engine) as connection:
        assert set_switch(connection, off, "fel svar om nummer", "admin-id", NOW)
    deadline = time.monotonic() + 10
    while door.call("GET", "/healthz").body["switched_off"] is not off:
        assert time.monotonic() < deadline, "the door did not see the switch"
        time.sleep(0.1)


def test_a_question_gets_the_numbers_and_rasa_is_not_asked(door: Door) -> None:
    token = door.open()
    switch(door, off=True)
    told = door.say(token, "vad kostar det?")
    assert told.status == 200
    assert "avstängd" in told.texts[0]
    assert "08-508 00 508" in [one["service"]["phone"] for one in told.body["messages"] if one["service"]]
    assert door.rasa.asked == []


def test_danger_is_still_answered_first(door: Door) -> None:
    switch(door, off=True)
    told = door.say(door.open(), "han andas inte")
    assert told.body["messages"][0]["urgent"] == "emergency"
    assert "112" in told.texts[0]


def test_a_message_is_stored_and_marked(door: Door) -> None:
    token = door.open()
    switch(door, off=True)
    door.say(token, "hej")
    said = next(row for row in door.rows(messages) if row.sender == "person")
    assert (said.text, said.understood) == ("hej", {"decision": "off"})


def test_a_button_that_would_open_a_case_promises_nothing(door: Door) -> None:
    from tests.chat.standin import answer, message

    async def offer(_body: object) -> tuple[int, object]:
        return answer(message("välj", choices=[{"label": "Få svar här", "payload": "/answer_later"}]))

    door.rasa.script = offer
    token = door.open()
    choice = door.say(token, "hej").body["messages"][0]["choices"][0]["id"]
    switch(door, off=True)
    told = door.say(token, choice=choice)
    assert "Vi har tagit emot" not in told.text
    assert door.rows(cases) == []


@pytest.mark.parametrize("path", ["/chatt", "/api/conversations"])
def test_page_and_api_say_it_before_anything_is_written(door: Door, path: str) -> None:
    switch(door, off=True)
    shown = door.call("GET", path).body if path == "/chatt" else door.call("POST", path, json={}).text
    assert "Assistenten är avstängd just nu" in shown
    if path == "/chatt":
        assert "tel:0850800508" in shown


def test_a_thread_with_staff_goes_on(door: Door) -> None:
    _, receipt, case_id = a_case(door)
    switch(door, off=True)
    came = back(door, receipt)
    assert came.status == 200
    told = door.say(came.body["token"], "är ni där?")
    assert "avstängd" not in told.text
    assert "skickat" in told.text
    assert case_id


def test_the_contact_form_goes_on(door: Door) -> None:
    token = door.open()
    switch(door, off=True)
    assert leave(door, token).status == 201


def test_healthz_says_off_without_calling_it_a_fault(door: Door) -> None:
    door.relay_lives()
    switch(door, off=True)
    health = door.call("GET", "/healthz")
    assert (health.status, health.body["status"]) == (200, "off")
    door.rasa.ready = False
    health = door.call("GET", "/healthz")
    assert (health.status, health.body["degraded"], health.body["switched_off"]) == (503, ["rasa"], True)


def test_switched_on_again_rasa_answers(door: Door) -> None:
    token = door.open()
    switch(door, off=True)
    switch(door, off=False)
    assert door.say(token, "hej").texts == ["du skrev: hej"]


def test_a_database_that_goes_away_does_not_switch_it_on(door: Door) -> None:
    switch(door, off=True)
    with door.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE switches RENAME TO away_switches")
    time.sleep(FRESH_SECONDS)
    assert "avstängd" in door.say(door.open(), "hej").text


def test_a_door_that_cannot_read_the_switch_at_all_answers_as_always(door: Door) -> None:
    take_away(door, ("database",))
    assert door.call("GET", "/chatt").status == 200


def test_it_is_read_once_in_two_seconds_however_many_ask(door: Door) -> None:
    class Counting:
        seconds, reads = 0.0, 0

        def clock(self) -> float:
            return self.seconds

        def read(self, work: object) -> object:
            self.reads += 1
            return door.parts.read(work)  # type: ignore[arg-type]

    counting = Counting()
    switched = Switched(counting.clock)
    for _ in range(50):
        door.run(switched.is_off(counting))  # type: ignore[arg-type]
    assert counting.reads == 1
    counting.seconds += FRESH_SECONDS
    door.run(switched.is_off(counting))  # type: ignore[arg-type]
    assert counting.reads == 2
