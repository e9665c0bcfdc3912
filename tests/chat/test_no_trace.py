"""Nothing of what a person writes or leaves shows up in a log, and nothing of who they are anywhere."""

from __future__ import annotations

import logging
import uuid
from typing import Any

import pytest

from tests.chat.running import Door
from tests.chat.test_contact import leave
from tests.chat.test_receipt_and_thread import a_case, back

CANARY = "kanariefagel"
HIDDEN = ("850709-9805", "0701234567", "kanarie.fagel@exempel.se", "Kanariegatan 12")
ADDRESS = "203.0.113.77"


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Any:
    """All that was logged or printed so far."""
    caplog.set_level(logging.DEBUG)

    def read() -> str:
        out, err = capfd.readouterr()
        return caplog.text + out + err

    return read


def test_no_word_number_address_token_or_code_reaches_a_log(door: Door, everything: Any) -> None:
    token, receipt, _ = a_case(door)
    headers = {"X-Forwarded-For": ADDRESS, "User-Agent": f"{CANARY}-agent"}
    door.say(token, f"{CANARY} {' '.join(HIDDEN)}", headers=headers)
    door.say(token, CANARY * 300, headers=headers)
    door.say(token, CANARY, choice=CANARY)
    door.say("wrong-" + CANARY, CANARY)
    door.call("POST", "/api/messages", token, data=(CANARY + "\udcff").encode("utf-8", "replace"))
    leave(door, token, say_if_other=CANARY)
    leave(door, token, phone=CANARY)
    back(door, receipt)
    back(door, CANARY)
    door.form("/chatt", token=token, id=str(uuid.uuid4()), text=CANARY)
    door.run(door._rasa_runner.cleanup())
    door.say(token, CANARY)
    door.call("GET", f"/api/messages?after={CANARY}", token)
    with door.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE messages RENAME TO away")
    door.say(token, CANARY)
    door.form("/chatt", token=token, id=str(uuid.uuid4()), text=CANARY)
    logged = everything().lower()
    for trace in (CANARY, token, receipt, ADDRESS, *HIDDEN):
        assert trace.lower() not in logged


def test_masked_kinds_stand_in_no_column_of_the_database(door: Door) -> None:
    token, receipt, _ = a_case(door)
    door.say(token, f"hej {' '.join(HIDDEN)}", headers={"X-Forwarded-For": ADDRESS})
    back_token = back(door, receipt).body["token"]
    door.say(back_token, f"hej {' '.join(HIDDEN)}")
    stored = b"".join(path.read_bytes() for path in door.settings.data_directory.glob("door.db*"))
    for trace in (*HIDDEN, token, back_token, receipt, ADDRESS, "1234567", "9805"):
        assert trace.encode() not in stored


def test_masked_kinds_never_reach_rasa(door: Door) -> None:
    door.say(door.open(), f"hej {' '.join(HIDDEN)}")
    assert not [trace for trace in HIDDEN if trace in str(door.rasa.asked)]
