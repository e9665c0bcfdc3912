"""Every refusal: the right status, messages to the person, and nothing stored that should not be."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from bot.tables import conversations, messages
from tests.chat.running import Door

JSON = {"Content-Type": "application/json"}


def body(**fields: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "text": "hej", **fields}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/messages"),
        ("GET", "/api/messages"),
        ("GET", "/api/events"),
        ("POST", "/api/contact"),
        ("POST", "/api/feedback"),
        ("DELETE", "/api/conversations"),
    ],
)
def test_a_call_without_a_token_is_refused_with_numbers(door: Door, method: str, path: str) -> None:
    options = {"json": {**body(), "phone": "0701234567"}} if method == "POST" else {}
    answer = door.call(method, path, **options)
    assert answer.status == 401
    assert "112" in answer.text
    assert door.rows(messages) == []


def test_two_thousand_characters_are_read(door: Door) -> None:
    assert door.say(door.open(), "å" * 2000).status == 200


@pytest.mark.parametrize("length", [2001, 10_000, 25_000])
def test_a_longer_text_is_refused_kindly_and_not_stored(door: Door, length: int) -> None:
    answer = door.say(door.open(), "a" * length)
    assert answer.status == 413
    assert "2 000 tecken" in answer.text
    assert (door.rows(messages), door.rasa.asked) == ([], [])


@pytest.mark.parametrize("size", [200_000, 1_000_000])
def test_a_huge_body_is_refused_as_json_with_messages(door: Door, size: int) -> None:
    """Row 10: 50,000 characters blocked stock Rasa for 15.8 s."""
    answer = door.say(door.open(), "a" * size)
    assert answer.status == 413
    assert answer.body["messages"]
    assert door.say(door.open(), "hej").status == 200


def test_danger_in_a_text_that_is_too_long_is_answered_all_the_same(door: Door) -> None:
    answer = door.say(door.open(), "han andas inte. " + "a" * 2001)
    assert answer.status == 413
    assert answer.body["messages"][0]["urgent"] == "emergency"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx"]
)
@pytest.mark.parametrize("path", ["/api/conversations", "/api/messages", "/api/contact", "/api/receipt"])
def test_anything_but_json_is_refused_under_api(door: Door, path: str, kind: str) -> None:
    answer = door.call("POST", path, door.open(), data=json.dumps(body()).encode(), headers={"Content-Type": kind})
    assert answer.status == 415
    assert answer.body["messages"]


def test_json_with_a_charset_is_json(door: Door) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    data = json.dumps(body()).encode()
    assert door.call("POST", "/api/messages", door.open(), data=data, headers=headers).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "   \n\t"},
        {"text": "\u200b\u2060\ufeff"},
        {"text": "\x00\x00"},
        {"text": None},
        {"text": 5},
        {"text": ["hej"]},
        {"text": {"a": 1}},
        {"id": "1"},
        {"id": None},
        {"id": 7},
        {"id": "not-a-uuid-not-a-uuid-not-a-uuid-no-"},
        {"id": str(uuid.uuid4()).replace("-", "")},
        {"id": "{" + str(uuid.uuid4()) + "}"},
        {"choice": "abc"},
    ],
)
def test_a_wrong_message_is_refused_and_not_stored(door: Door, wrong: dict[str, Any]) -> None:
    answer = door.call("POST", "/api/messages", door.open(), json=body(**wrong))
    assert answer.status == 422
    assert answer.body["messages"][0]["text"]
    assert (door.rows(messages), door.rasa.asked) == ([], [])


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'"hej"', b"null", b"\xff\xfe", b'{"id": "\xff"}', b"[" * 50_000, b'{"text": "hej"}']
)
def test_a_body_that_is_no_object_is_refused(door: Door, raw: bytes) -> None:
    answer = door.call("POST", "/api/messages", door.open(), data=raw, headers=JSON)
    assert answer.status == 422
    assert answer.body["messages"]


def test_nul_and_half_surrogates_are_removed_from_a_text(door: Door) -> None:
    raw = json.dumps(body()).replace("hej", "h\\u0000e\\ud800j").encode()
    assert door.call("POST", "/api/messages", door.open(), data=raw, headers=JSON).status == 200
    assert door.rasa.asked[0]["text"] == "hej"


def test_marks_that_turn_the_reading_direction_are_removed(door: Door) -> None:
    door.say(door.open(), "h\u202eej\u2066")
    assert door.rasa.asked[0]["text"] == "hej"


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧 hej", "مرحبا", "<script>alert(1)</script>", "{{7*7}}", "'; DROP TABLE messages;--", "=1+1"]
)
def test_strange_but_honest_texts_go_through_unharmed(door: Door, text: str) -> None:
    assert door.say(door.open(), text).status == 200
    assert [row.text for row in door.rows(messages) if row.sender == "person"] == [text]


def test_too_many_messages_are_told_when_to_try_again_with_numbers(door: Door) -> None:
    token = door.open()
    answers = [door.say(token, "hej") for _ in range(40)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert "112" in refused[0].text
    assert any(one["service"] and one["service"]["phone"] for one in refused[0].body["messages"])
    assert len([row for row in door.rows(messages) if row.sender == "person"]) == 40 - len(refused)


def test_danger_in_a_message_that_came_too_fast_is_answered(door: Door) -> None:
    token = door.open()
    answers = [door.say(token, "han andas inte") for _ in range(40)]
    assert answers[-1].status == 429
    assert answers[-1].body["messages"][0]["urgent"] == "emergency"


@pytest.mark.parametrize("path", ["/api/nothing", "/api/messages/1"])
def test_an_unknown_address_under_api_is_answered_as_json(door: Door, path: str) -> None:
    answer = door.call("GET", path)
    assert (answer.status, answer.body["error"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("PUT", "/api/messages"), ("GET", "/api/contact"), ("DELETE", "/chatt")])
def test_a_wrong_method_is_refused_without_a_stack_trace(door: Door, method: str, path: str) -> None:
    answer = door.call(method, path)
    assert answer.status == 405
    assert "Traceback" not in str(answer.body)


def test_nothing_is_kept_of_refused_calls_but_the_sessions(door: Door) -> None:
    token = door.open()
    door.say(token, "")
    door.say(token, "a" * 3000)
    door.say("wrong", "hej")
    assert len(door.rows(conversations)) == 1
    assert door.rows(messages) == []


def test_a_failure_that_nobody_foresaw_is_answered_with_numbers_and_without_words_in_the_log(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(*_: Any) -> None:
        raise RuntimeError("kanariefågel")

    monkeypatch.setattr("bot.chat.hearing.mask", explode)
    answer = door.say(door.open(), "kanariefågel")
    assert answer.status == 503
    assert "112" in answer.text
    assert "kanariefågel" not in caplog.text
    assert "A request failed: RuntimeError" in caplog.text
