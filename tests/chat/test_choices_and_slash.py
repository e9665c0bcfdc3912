"""Buttons are opaque ids, and nothing that is typed is a command."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from bot.chat.web.incoming import harmless
from bot.tables import messages
from tests.chat.running import Door
from tests.chat.standin import answer, message


async def offering(_body: dict[str, Any]) -> tuple[int, Any]:
    return answer(
        message("välj", choices=[{"label": "Ja tack", "payload": "/affirm"}, {"label": "Nej", "payload": "/deny"}])
    )


def test_a_choice_reaches_rasa_as_its_payload_and_the_transcript_as_its_label(door: Door) -> None:
    door.rasa.script = offering
    token = door.open()
    choice = door.say(token, "hej").body["messages"][0]["choices"][0]
    assert door.say(token, choice=choice["id"]).status == 200
    assert door.rasa.asked[-1]["payload"] == "/affirm"
    assert "text" not in door.rasa.asked[-1]
    assert [row.text for row in door.rows(messages) if row.sender == "person"] == ["hej", "Ja tack"]


def test_a_choice_may_be_used_again_while_it_stands_on_the_page(door: Door) -> None:
    door.rasa.script = offering
    token = door.open()
    choice = door.say(token, "hej").body["messages"][0]["choices"][1]["id"]
    assert [door.say(token, choice=choice).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("forged", ["0", "/affirm", "affirm", "x" * 12, "../../etc", '{"a":1}', "å"])
def test_a_forged_choice_is_refused_and_stores_nothing(door: Door, forged: str) -> None:
    token = door.open()
    assert door.say(token, choice=forged).status == 422
    assert door.rows(messages) == []
    assert door.rasa.asked == []


@pytest.mark.parametrize("choice", [1, True, None, ["a"], {"id": "a"}, "", "x" * 41])
def test_a_choice_of_the_wrong_type_is_refused(door: Door, choice: Any) -> None:
    body = {"id": str(uuid.uuid4()), "choice": choice}
    assert door.call("POST", "/api/messages", door.open(), json=body).status == 422


def test_a_human_can_be_asked_for_at_any_time(door: Door) -> None:
    token = door.open()
    assert door.say(token, choice="human").status == 200
    assert door.rasa.asked[-1]["payload"] == "/human"


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        " /restart",
        "//restart",
        "／restart",
        "\u200b/restart",
        "\u2060\ufeff／\u200d/restart",
        "⁄restart",
        "∕restart",
        "\u00a0/restart",
        "\t\n /restart",
        "⧸restart",
        "\u0338/restart",
    ],
)
def test_a_typed_slash_is_never_a_command(door: Door, typed: str) -> None:
    """Row 6: stock Rasa obeys `/restart` and `/intent{"slot": …}` from anybody."""
    assert door.say(door.open(), typed).status == 200
    assert door.rasa.asked[-1] == {**door.rasa.asked[-1], "text": "restart"}
    assert "payload" not in door.rasa.asked[-1]


def test_only_slashes_become_a_question_mark_for_rasa() -> None:
    assert harmless("///") == "?"


def test_a_slash_inside_a_text_stays() -> None:
    assert harmless("hen är 12/13 år") == "hen är 12/13 år"
