"""When secrecy ends is said before it matters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chat.running import Door
from tests.chat.standin import answer, message
from tests.chat.test_contact import about

SECRECY = {"young": "vilket barn det är", "crime": "När det gäller brott", "form": "Innan du lämnar ett nummer"}


@pytest.fixture
def door(patient_door: Door) -> Door:
    return patient_door


@pytest.mark.parametrize(
    ("words", "understood", "told"),
    [
        ("jag är 15", {"age": 15}, ["young"]),
        ("jag är 25", {"age": 25}, []),
        ("jag vill lämna", {"need": "leave_crime"}, ["crime"]),
        ("min son har rånat någon, han är 16", {"age": 16}, ["young", "crime"]),
        ("han säljer knark", {}, ["crime"]),
        ("berättar ni för polisen om brott?", {"question": "police_told"}, []),
        ("jag är 15", {"age": 15, "decision": "clarify"}, []),
    ],
)
def test_when_secrecy_ends_is_said_once_before_the_buttons(
    door: Door, words: str, understood: dict[str, Any], told: list[str]
) -> None:
    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        ways = [{"label": "Bli uppringd", "payload": "/call_back"}]
        return answer(message("Så här."), message("Hur vill du gå vidare?", choices=ways), **understood)

    door.rasa.script, token = script, door.open()
    texts = door.say(token, words).texts
    assert [name for name, part in SECRECY.items() if any(part in text for text in texts)] == told
    assert (texts[0], texts[-1]) == ("Så här.", "Hur vill du gå vidare?")
    assert door.say(token, words).texts == ["Så här.", "Hur vill du gå vidare?"], "once in a talk"


def test_when_secrecy_ends_is_said_before_the_form_each_time(door: Door) -> None:
    door.rasa.script, token = about("exit_programme"), door.open()
    for _ in range(2):
        told = door.say(token, "ring mig").body["messages"]
        assert SECRECY["form"] in told[0]["text"] and told[1]["form"] == "contact"


def test_beside_danger_nothing_of_secrecy_is_said(door: Door) -> None:
    texts = door.say(door.open(), "jag är 15 och de ska skjuta mig nu, jag har sålt knark").texts
    assert not [text for text in texts for part in SECRECY.values() if part in text]
