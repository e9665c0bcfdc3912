"""Deleting a talk: what goes, what stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.database import transaction
from bot.handover.disposal import delete_again
from bot.handover.ledger import CONVERSATION, Ledger
from bot.tables import cases, contacts, conversations, messages, trackers
from tests.chat.running import Door
from tests.chat.test_contact import leave


def test_deleting_takes_transcript_tracker_and_session(door: Door) -> None:
    token = door.open()
    door.say(token, "hej")
    conversation = door.rows(conversations)[0].id
    with transaction(door.engine) as connection:
        connection.execute(insert(trackers).values(conversation_id=conversation, state="{}", updated_at=door.clock()))
    assert door.call("DELETE", "/api/conversations", token).status == 204
    assert (door.rows(conversations), door.rows(messages), door.rows(trackers)) == ([], [], [])
    assert door.rasa.forgotten == [conversation]


def test_the_token_is_dead_after_deleting_and_deleting_again_is_refused(door: Door) -> None:
    token = door.open()
    assert door.call("DELETE", "/api/conversations", token).status == 204
    assert door.say(token, "hej").status == 401
    assert door.call("DELETE", "/api/conversations", token).status == 401


def test_a_case_stays_and_its_receipt_still_opens_it(door: Door) -> None:
    token = door.open()
    told = leave(door, token)
    receipt = next(one["case"]["receipt"] for one in told.body["messages"] if one["case"])
    assert door.call("DELETE", "/api/conversations", token).status == 204
    assert (len(door.rows(cases)), len(door.rows(contacts)), len(door.rows(messages))) == (1, 1, 0)
    assert door.call("POST", "/api/receipt", json={"code": receipt}).status == 200


def test_only_the_own_talk_is_deleted(door: Door) -> None:
    mine, other = door.open(), door.open()
    door.say(mine, "hej")
    door.say(other, "hej")
    door.call("DELETE", "/api/conversations", mine)
    assert len(door.rows(messages)) == 2
    assert door.say(other, "hej").status == 200


def test_deleting_works_while_rasa_is_away(door: Door) -> None:
    token = door.open()
    door.say(token, "hej")
    door.run(door._rasa_runner.cleanup())
    assert door.call("DELETE", "/api/conversations", token).status == 204
    assert door.rows(messages) == []


def test_deleting_by_form_asks_first_and_says_what_stays(door: Door) -> None:
    token = door.open()
    leave(door, token)
    asked = door.form("/chatt/radera", token=token)
    assert asked.status == 200
    assert "finns kvar" in asked.body
    assert len(door.rows(messages)) > 0
    done = door.form("/chatt/radera", token=token, confirm="1")
    assert "raderat" in done.body
    assert "finns kvar" in done.body
    assert door.rows(messages) == []


def test_a_deleted_talk_does_not_come_back_with_a_restored_backup(door: Door) -> None:
    token = door.open()
    door.say(token, "hej")
    (talk,), said = door.rows(conversations), door.rows(messages)
    assert door.call("DELETE", "/api/conversations", token).status == 204
    with transaction(door.engine) as connection:
        connection.execute(insert(conversations), dict(talk._mapping))
        connection.execute(insert(messages), [dict(row._mapping) for row in said])
    ledger = Ledger.of(door.settings)
    assert ledger.read()[CONVERSATION] == (talk.id,)
    assert delete_again(door.engine, ledger).conversations == 1
    assert (door.rows(conversations), door.rows(messages)) == ([], [])


def test_whoever_wants_a_talk_gone_does_not_wait_for_a_ledger_that_is_away(
    door: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = door.open()
    door.say(token, "hej")
    (tmp_path / "ledger").write_text("a file where the folder should be")
    assert door.call("DELETE", "/api/conversations", token).status == 204
    assert (door.rows(conversations), door.rows(messages)) == ([], [])
    assert "could not be noted in the ledger" in caplog.text
