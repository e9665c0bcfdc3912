"""When the exit is prominent and no copy is offered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chat.running import Door
from tests.chat.standin import answer, message
from tests.chat.test_contact import leave
from tests.chat.test_forms import hidden, parsed

SENSITIVE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "leaving crime": ({}, {"need": "leave_crime"}),
    "violence": ({}, {"need": "partner_violence"}),
    "honour": ({}, {"need": "honour_violence"}),
    "a child that is harmed": ({}, {"need": "child_welfare"}),
    "only guessed at": ({}, {"need": None, "choices": ["parenting", "honour_violence"]}),
    "a service for it": ({"service": {"id": "violence_centre", "district": None}}, {"need": "human"}),
    "a line for it": ({"service": {"id": "women_line", "district": None}}, {"need": "human"}),
    "danger": ({"urgent": "emergency"}, {"need": "substance_use"}),
}


@pytest.mark.parametrize(("said", "understood"), SENSITIVE.values(), ids=SENSITIVE)
def test_a_sensitive_talk_is_so_in_the_answer_and_on_the_page(
    door: Door, said: dict[str, Any], understood: dict[str, Any]
) -> None:
    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Så här.", **said), **understood)

    door.rasa.script = script
    token = door.open()
    assert door.say(token, "hej").body["sensitive"] is True
    soup = parsed(door.form("/chatt", token=token))
    assert "strong" in soup.select_one(".exit")["class"]  # type: ignore[index]
    assert "hidden" in soup.select_one("#copy").attrs  # type: ignore[union-attr]
    assert "hidden" not in soup.select_one("#copy-off").attrs  # type: ignore[union-attr]


def test_it_stays_so_when_the_talk_goes_on_to_something_else(door: Door) -> None:
    async def script(body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Ja."), need="leave_crime" if "lämna" in body["text"] else "parenting")

    door.rasa.script = script
    token = door.open()
    assert [door.say(token, text).body["sensitive"] for text in ("barn", "lämna", "barn")] == [False, True, True]


def test_an_ordinary_talk_is_calm(door: Door) -> None:
    token = door.open()
    assert door.say(token, "hej").body["sensitive"] is False
    soup = parsed(door.form("/chatt", token=token))
    assert "strong" not in soup.select_one(".exit")["class"]  # type: ignore[index]
    assert "hidden" in soup.select_one("#copy-off").attrs  # type: ignore[union-attr]


def test_where_the_assistant_was_away_nobody_knows_so_it_counts(door: Door) -> None:
    door.rasa.script = lambda _body: _fail()
    assert door.say(door.open(), "hej").body["sensitive"] is True


async def _fail() -> tuple[int, Any]:
    return 500, {}


def test_whoever_comes_back_to_a_sensitive_case_has_a_prominent_exit(door: Door) -> None:
    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Så.", service={"id": "exit_programme", "district": None}), need="leave_crime")

    door.rasa.script = script
    token = door.open()
    door.say(token, "jag vill lämna")
    code = next(one["case"]["receipt"] for one in leave(door, token).body["messages"] if one["case"])
    for page in (back := door.form("/kvittens", code=code), door.form("/chatt", **hidden(back, "say"))):
        assert "strong" in parsed(page).select_one(".exit")["class"]  # type: ignore[index]


@pytest.mark.parametrize("path", ["/om-chatten", "/tillganglighet", "/chatt/radera"])
def test_the_exit_is_as_prominent_on_the_pages_beside_the_talk(door: Door, path: str) -> None:
    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Så."), need="honour_violence")

    assert "strong" not in parsed(door.form(path, token=door.open())).select_one(".exit")["class"]  # type: ignore[index]
    door.rasa.script = script
    token = door.open()
    door.say(token, "hej")
    assert "strong" in parsed(door.form(path, token=token)).select_one(".exit")["class"]  # type: ignore[index]
