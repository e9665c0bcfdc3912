"""Wishes about one's own case, written in the talk: offered, never silently obeyed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from bot.tables import audit, thread_messages
from tests.chat.own_case import the_case
from tests.chat.running import Door
from tests.chat.standin import answer, message
from tests.chat.test_receipt_and_thread import a_case, back

STOP = [
    "sluta ringa mig",
    "Kontakta mig INTE mer!!",
    "vill inte att ni ringer hit",
    "ring mig inte",
    "please stop calling me",
]


@pytest.fixture
def door(patient_door: Door) -> Door:
    return patient_door


WITHDRAW = ["jag vill ta tillbaka ärendet", "dra tillbaka mitt ärende", "jag ångrar mig", "aa angrar mej"]


NOTHING = [
    "mitt ex slutar inte ringa mig",
    "hur får jag honom att sluta ringa mig",
    "ring inte polisen",
    "min man vill inte att jag kontaktar er",
    "kan ni ringa mig?",
]


@pytest.mark.parametrize(("words", "wish"), [*((w, "stop") for w in STOP), *((w, "withdraw") for w in WITHDRAW)])
def test_a_wish_in_words_is_offered_and_not_silently_obeyed(door: Door, words: str, wish: str) -> None:
    token, _, case_id = a_case(door)
    offered = door.say(token, words).body["messages"][-1]
    assert offered["choices"][1]["label"] in ("Nej, låt det vara", "No, leave it as it is")
    assert not door.rows(audit)
    kept = door.say(token, choice=offered["choices"][1]["id"])
    assert kept.text.startswith("Oka" if "please" in words else "Oke") and not door.rows(audit)
    once = str(uuid.uuid4())
    done = door.say(token, choice=offered["choices"][0]["id"], message_id=once)
    assert door.say(token, choice=offered["choices"][0]["id"], message_id=once).body == done.body
    assert [(row.action, row.case_id) for row in door.rows(audit)] == [
        ("person_stopped" if wish == "stop" else "person_withdrew", case_id)
    ]
    again = door.say(token, choice=offered["choices"][0]["id"])
    assert again.texts[0] in ("Det finns inget ärende att ändra här.", "There is no case to change here.")


@pytest.mark.parametrize("words", NOTHING)
def test_what_is_about_somebody_else_is_no_wish(door: Door, words: str) -> None:
    token, _, _ = a_case(door)
    assert "låt det vara" not in str(door.say(token, words).body)


def test_without_a_case_a_wish_is_a_message_like_any_other(door: Door) -> None:
    assert door.say(door.open(), "sluta ringa mig").texts == ["du skrev: sluta ringa mig"]


def test_a_wish_at_the_desk_reaches_staff_and_is_offered(door: Door) -> None:
    _, receipt, case_id = a_case(door)
    token = back(door, receipt).body["token"]
    told = door.say(token, "sluta ringa mig").body["messages"]
    assert "skickat" in told[0]["text"]
    done = door.say(token, choice=told[-1]["choices"][0]["id"])
    assert "meddelande om att inte kontakta dig" in done.text
    assert [row.text for row in door.rows(thread_messages)] == ["sluta ringa mig"], "the button is no letter"
    assert the_case(door).id == case_id and the_case(door).stopped_at


def test_danger_beside_a_wish_comes_first(door: Door) -> None:
    token, _, _ = a_case(door)
    told = door.say(token, "sluta ringa mig, de står utanför dörren med vapen nu").body["messages"]
    assert told[0]["urgent"] == "emergency" and told[-1]["choices"]


def test_what_else_was_understood_beside_a_wish_is_answered(door: Door) -> None:
    async def deletion(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Så raderas det."), question="deletion")

    token, _, _ = a_case(door)
    door.rasa.script = deletion
    texts = door.say(token, "jag ångrar mig, radera allt").texts
    assert texts[0] == "Så raderas det." and texts[-1].startswith("Vill du ta tillbaka ärendet?")
