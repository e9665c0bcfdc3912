"""What the door says itself is in the language of the talk, also when Rasa is away."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from bot.sentences import Sentences
from tests.chat.running import Door
from tests.chat.standin import answer, message
from tests.chat.test_away import take_away

ENGLISH = Sentences.load("demo").of("en")
DANGER = "my husband is hitting me right now"


def speaks(language: str):  # type: ignore[no-untyped-def]
    """A stand-in for Rasa that answers in a language, with a card."""

    async def script(_: object) -> tuple[int, object]:
        card = {"id": "mini_maria", "district": None}
        return answer(message("…", service=card, language=language), need="substance_use")

    return script


def test_without_rasa_english_is_answered_in_english_with_english_cards(door: Door) -> None:
    token = door.open()
    take_away(door, ("rasa",))
    told = door.say(token, "how do I get help with my son who smokes weed?")
    assert told.texts[0] == ENGLISH.text("utter_door_degraded")
    assert {one["lang"] for one in told.body["messages"]} == {"en"}
    cards = [one["service"] for one in told.body["messages"] if one["service"]]
    assert any("contact centre" in card["name"] and card["hours"] == "opening hours not known" for card in cards)


def test_without_rasa_another_language_is_answered_in_swedish_and_english(door: Door) -> None:
    token = door.open()
    take_away(door, ("rasa",))
    told = door.say(token, "mam problem z synem, prosze o pomoc")
    assert [one["lang"] for one in told.body["messages"][:2]] == ["sv", "en"]
    assert "08-508 00 508" in [one["service"]["phone"] for one in told.body["messages"] if one["service"]]


def test_danger_in_english_is_answered_in_english_without_rasa(door: Door) -> None:
    token = door.open()
    take_away(door, ("rasa",))
    first = door.say(token, DANGER).body["messages"][0]
    assert first["text"].startswith("Call 112") and first["urgent"] == "emergency" and first["lang"] == "en"


def test_danger_in_another_language_that_rasa_overlooks_is_answered_in_both(door: Door) -> None:
    token = door.open()
    messages = door.say(token, "زوجي يضربني الآن").body["messages"]
    assert [one["text"][:8] for one in messages[:2]] == ["Ring 112", "Call 112"]
    assert all(one["urgent"] == "emergency" for one in messages[:2])


def test_what_was_hidden_is_told_in_the_language_of_the_message(door: Door) -> None:
    token = door.open()
    told = door.say(token, "please call me, my number is 070-123 45 67 and I am at home")
    assert "a phone number" in told.texts[0]
    assert ENGLISH.text("utter_label_call_back") in [
        c["label"] for one in told.body["messages"] for c in one["choices"]
    ]


def test_the_talk_stays_english_for_a_button_the_form_and_an_ok(door: Door) -> None:
    token = door.open()
    door.rasa.script = speaks("en")
    door.say(token, "my son smokes weed every day")
    assert door.say(token, "ok").body["messages"][0]["service"]["about"].startswith("Advice and support")
    left = door.call("POST", "/api/contact", token, json={"id": str(uuid.uuid4()), "phone": "070-123 45 67"})
    assert left.status == 201 and left.texts[0].startswith("We have received it")


def test_a_card_is_drawn_in_the_language_that_it_was_said_in(door: Door) -> None:
    token = door.open()
    door.rasa.script = speaks("sv")
    assert door.say(token, "min son röker").body["messages"][0]["service"]["name"] == "Mini Maria"
    door.rasa.script = speaks("en")
    assert "help for young people" in door.say(token, "my son smokes").body["messages"][0]["service"]["name"]


@pytest.mark.parametrize("text", ["my son is so " + "very " * 600, "min son är så " + "väldigt " * 400])
def test_a_text_that_is_too_long_is_refused_in_its_language(door: Door, text: str) -> None:
    told = door.say(door.open(), text)
    assert told.status == 413
    assert told.text.startswith("That was too long" if text.startswith("my") else "Det blev för långt")


def test_a_text_in_another_language_that_is_too_long_is_refused_in_both(door: Door) -> None:
    told = door.say(door.open(), "prosze o pomoc dla mojej siostry " * 100)
    assert told.status == 413
    assert [one["lang"] for one in told.body["messages"] if one["urgent"] is None][-2:] == ["sv", "en"]


def test_a_text_that_rasa_says_in_an_approved_language_keeps_its_mark(door: Door) -> None:
    token = door.open()
    door.rasa.script = speaks("so")
    assert door.say(token, "caawimaad").body["messages"][-1]["lang"] == "so"


def test_in_live_danger_is_answered_with_the_minimal_text_until_somebody_approves(tmp_path: Path) -> None:
    door = Door(tmp_path, mode="live")
    try:
        token = door.open()
        take_away(door, ("rasa",))
        first = [door.say(token, text).texts[0] for text in ("min man slår mig nu", DANGER)]
        assert first == [s.text("utter_urgent_minimal") for s in (Sentences.load("live"), ENGLISH)]
    finally:
        door.stop()
