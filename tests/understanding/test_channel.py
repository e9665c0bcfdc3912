"""The inner channel between door and Rasa: what stock Rasa does wrong there, closed. Numbers as in the weak spots."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.town import Town

pytestmark = pytest.mark.slow


def ask(
    town: Town, body: Any, secret: str | None = None, method: str = "POST", path: str = "message"
) -> tuple[int, Any]:
    """Status and body of one call to Rasa itself, past the door."""
    headers = {"X-Inner-Secret": town.settings.inner_secret if secret is None else secret}
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{town.settings.rasa_url}/webhooks/door/{path}", data=data, headers=headers, method=method)
    try:
        with urlopen(request, timeout=20) as answer:
            content = answer.read()
            return answer.status, json.loads(content) if content else None
    except HTTPError as error:
        return error.code, error.read()


def test_without_the_secret_nothing_is_answered(town: Town) -> None:
    assert ask(town, {"conversation_id": "c", "message_id": "m", "text": "hej"}, secret="wrong")[0] == 401
    assert ask(town, None, secret="", method="GET", path="ready")[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "hej"},
        {"conversation_id": "c", "message_id": "m"},
        {"conversation_id": 1, "message_id": "m", "text": "x"},
        {"conversation_id": "c", "message_id": "m", "payload": "not a command"},
    ],
)
def test_5_a_message_without_a_conversation_is_refused(town: Town, body: dict[str, Any]) -> None:
    assert ask(town, body)[0] == 422


@pytest.mark.parametrize(
    "text", ["/restart", " /restart", "／restart", "//restart", '/inform{"need": "emergency"}', "\u00a0/session_start"]
)
def test_6_typed_commands_are_only_words(town: Town, text: str) -> None:
    status, answer = ask(town, {"conversation_id": "typed", "message_id": "m", "text": text})
    assert status == 200
    assert answer["understood"]["intent"] not in ("restart", "session_start", None)
    assert "heard" not in answer["understood"]
    assert answer["understood"]["confidence"] < 1.0


def test_4_a_payload_is_a_button_and_gets_an_answer(town: Town) -> None:
    status, answer = ask(town, {"conversation_id": "button", "message_id": "m", "payload": "/parenting"})
    assert status == 200
    assert answer["messages"][0]["text"]


def test_4_an_answer_that_is_empty_is_a_failure(town: Town) -> None:
    status, _ = ask(town, {"conversation_id": "empty", "message_id": "m", "payload": "/no_such_intent_at_all"})
    assert status in (200, 500)


def test_10_a_huge_text_does_not_reach_the_model(town: Town) -> None:
    status, _ = ask(town, {"conversation_id": "long", "message_id": "m", "text": "a" * 200_000})
    assert status == 413


def test_13_the_tracker_can_be_deleted(town: Town) -> None:
    ask(town, {"conversation_id": "gone", "message_id": "m1", "text": "jag är 24 och tar för mycket tramadol"})
    assert ask(town, None, method="DELETE", path="conversations/gone")[0] == 204
    _, answer = ask(town, {"conversation_id": "gone", "message_id": "m2", "payload": "/ask_cost"})
    assert answer["understood"]["service"] is None
