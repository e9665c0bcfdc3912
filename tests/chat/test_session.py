"""Sessions: made by the server, known by a hash, dead when they should be."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta

import pytest

from bot.chat import session as sessions
from bot.tables import conversations, metadata
from tests.chat.running import Door


def test_a_token_has_256_bits_and_only_its_keyed_hash_is_stored(door: Door) -> None:
    token = door.open()
    assert len(base64.urlsafe_b64decode(token + "==")) == 32
    (row,) = door.rows(conversations)
    assert row.token_hash == hmac.digest(b"hash-key-of-a-test", b"session token\0" + token.encode(), "sha256").hex()
    assert not any(token in str(door.rows(table)) for table in metadata.sorted_tables)
    file = door.settings.data_directory / "door.db"
    assert door.engine.dialect.name != "sqlite" or token not in file.read_bytes().decode("latin-1")


def test_a_token_that_the_client_chose_opens_nothing_and_makes_nothing(door: Door) -> None:
    chosen = "A" * 43
    door.call("POST", "/api/conversations", chosen, json={"token": chosen})
    assert door.say(chosen, "hej").status == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic {token}", "{token}", "Bearer {token}x", pytest.param("Bearer x" * 500, id="long")],
)
def test_anything_but_the_bearer_token_is_refused(door: Door, header: str) -> None:
    value = header.replace("{token}", door.open())[:4000]
    answer = door.say("", "hej", headers={"Authorization": value} if value else {})
    assert answer.status == 401
    assert "112" in answer.text


def test_a_token_in_the_address_opens_nothing(door: Door) -> None:
    assert door.call("GET", f"/api/messages?token={door.open()}").status == 401


def test_a_session_dies_after_the_idle_time_and_stays_dead(door: Door) -> None:
    token = door.open()
    door.clock.moved = timedelta(minutes=door.settings.session_idle_minutes, seconds=1)
    assert door.say(token, "hej").status == 401
    assert door.call("GET", "/api/messages", token).status == 401


def test_each_message_starts_the_idle_time_anew(door: Door) -> None:
    token = door.open()
    for minutes in (20, 40, 60):
        door.clock.moved = timedelta(minutes=minutes)
        assert door.say(token, "hej").status == 200


def test_reading_the_news_counts_as_being_there(door: Door) -> None:
    token = door.open()
    for minutes in (20, 40, 60):
        door.clock.moved = timedelta(minutes=minutes)
        assert door.call("GET", "/api/messages", token).status == 200


def test_a_token_is_compared_in_constant_time(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    token, compared = door.open(), []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(sessions.hmac, "compare_digest", compare)
    assert door.say(token, "hej").status == 200
    assert compared


def test_ending_a_session_kills_its_token_and_keeps_the_transcript_for_the_retention(door: Door) -> None:
    token = door.open()
    door.say(token, "hej")
    answer = door.form("/chatt/avsluta", token=token)
    assert (answer.status, answer.headers["Location"]) == (303, door.settings.exit_url)
    assert door.say(token, "hej").status == 401
    (row,) = door.rows(conversations)
    assert row.token_hash is None
    assert row.ended_at is not None


def test_leaving_with_an_unknown_token_still_leaves(door: Door) -> None:
    assert door.form("/chatt/avsluta", token="nobody's").status == 303


def test_one_session_never_sees_anothers_messages_or_choices(door: Door) -> None:
    from tests.chat.standin import answer, message

    async def offering(_body: dict[str, object]) -> tuple[int, object]:
        return answer(message("välj", choices=[{"label": "Ja", "payload": "/affirm"}]))

    door.rasa.script = offering
    mine, other = door.open(), door.open()
    said = door.say(mine, "hemligt")
    choice = said.body["messages"][0]["choices"][0]["id"]
    assert door.say(other, choice=choice).status == 422
    assert door.call("GET", f"/api/messages?after={said.body['messages'][0]['id']}", other).body["messages"] == []
