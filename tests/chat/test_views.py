"""What a card shows beside the text above it."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.chat.running import Door
from tests.chat.standin import answer, message

CARD = {"id": "exit_programme", "district": None}


def said(door: Door, text: str) -> dict[str, Any]:
    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message(text, service=CARD))

    door.rasa.script = script
    return dict(door.say(door.open(), "hej").body["messages"][0]["service"])


@pytest.mark.parametrize("form", ["{about}", "Stödet. {about} Det går fort.", "Stödet.  {spaced}"])
def test_a_card_leaves_out_what_the_text_says_already(door: Door, form: str) -> None:
    about = said(door, "Här finns hjälp.")["about"]
    assert about
    told = said(door, form.format(about=about, spaced=about.replace(" ", "\n")))
    assert told["about"] == ""
    assert told["phone"] and told["hours"]


def test_a_card_under_another_text_keeps_its_own(door: Door) -> None:
    assert said(door, "Här finns hjälp.")["about"]


def test_without_script_the_sentence_stands_once_too(door: Door) -> None:
    about = said(door, "Här finns hjälp.")["about"]

    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message(f"Stödet. {about}", service=CARD))

    door.rasa.script = script
    token = door.open()
    door.say(token, "hej")
    page = BeautifulSoup(door.form("/chatt", token=token).body, "html.parser")
    assert page.select_one("#log").get_text().count(about) == 1  # type: ignore[union-attr]
