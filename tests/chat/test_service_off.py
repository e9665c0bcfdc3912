"""A service that staff have switched off: nothing is sent, and the person is told kindly whom to reach."""

from __future__ import annotations

import uuid

import pytest

from bot.database import transaction
from bot.switch import name_of, set_switch
from bot.tables import cases, contacts, outbox
from tests.chat.running import Door
from tests.chat.test_contact import FORM, about, leave
from tests.chat.test_typed import CALL, choices


def switch(door: Door, service: str, off: bool = True) -> None:
    with transaction(door.engine) as connection:
        set_switch(connection, off, "ingen personal", "admin", door.clock(), name_of(service))


def stored(door: Door) -> int:
    return len(door.rows(cases)) + len(door.rows(contacts)) + len(door.rows(outbox))


def test_a_form_that_was_open_when_the_service_was_switched_off_sends_nothing(door: Door) -> None:
    door.rasa.script = about("exit_programme", need="leave_crime")
    token, once = door.open(), str(uuid.uuid4())
    door.say(token, "jag vill lämna")
    switch(door, "exit_programme")
    told = leave(door, token, id=once)
    assert told.status == 409
    assert "ingenting är skickat" in told.text and "Vi har tagit emot" not in told.text
    shown = [message["service"] for message in told.body["messages"] if message["service"]]
    assert shown and all(service["phone"] for service in shown)
    assert stored(door) == 0
    switch(door, "exit_programme", off=False)
    assert leave(door, token, id=once).status == 201
    assert door.rows(cases)[0].service == "exit_programme"


def test_a_case_that_was_made_before_is_told_of_again_after_the_switch(door: Door) -> None:
    door.rasa.script = about("exit_programme", need="leave_crime")
    token, once = door.open(), str(uuid.uuid4())
    door.say(token, "jag vill lämna")
    first = leave(door, token, id=once)
    switch(door, "exit_programme")
    again = leave(door, token, id=once)
    assert (again.status, again.body) == (201, first.body)


def test_another_service_goes_on_taking_cases(door: Door) -> None:
    switch(door, "mini_maria")
    door.rasa.script = about("exit_programme", need="leave_crime")
    token = door.open()
    door.say(token, "jag vill lämna")
    assert leave(door, token).status == 201


def test_the_contact_centre_can_be_switched_off_too(door: Door) -> None:
    switch(door, "contact_centre")
    told = leave(door, door.open())
    assert (told.status, stored(door)) == (409, 0)
    assert "112" in told.text


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_page_without_script_says_so_too(door: Door, language: str) -> None:
    switch(door, "contact_centre")
    fields = {"phone": FORM["phone"], "safe_to_call": "yes", "token": door.open(), "id": str(uuid.uuid4())}
    page = door.call("POST", f"/chatt/kontakt?lang={language}", data=fields)
    assert page.status == 409
    said = "ingenting är skickat" if language == "sv" else "nothing has been sent"
    assert said in page.body and stored(door) == 0


def test_a_typed_number_is_not_sent_to_a_service_that_is_off(door: Door) -> None:
    token = door.open()
    asked = door.say(token, "ring mig på 070-174 06 05 tack")
    switch(door, "contact_centre")
    told = door.say(token, choice=choices(asked)[CALL])
    assert told.status == 200
    assert "ingenting är skickat" in told.text and stored(door) == 0
