"""A copy of the talk as a text file: what is in it, what is not, and when there is none."""

from __future__ import annotations

from typing import Any

from tests.chat.running import Door
from tests.chat.standin import answer, message
from tests.chat.test_contact import leave


async def with_card(_body: dict[str, Any]) -> tuple[int, Any]:
    return answer(message("Det finns <stöd> & råd.", service={"id": "parenting_support", "district": None}))


def test_a_copy_holds_who_said_what_as_plain_text(door: Door) -> None:
    door.rasa.script = with_card
    token = door.open()
    door.say(token, "min son vill inte gå till skolan\nvad gör jag")
    copy = door.form("/chatt/kopia", token=token)
    assert copy.status == 200
    assert copy.headers["Content-Type"].startswith("text/plain")
    assert copy.headers["Content-Disposition"] == 'attachment; filename="samtal.txt"'
    assert copy.body.startswith(
        "Du: min son vill inte gå till skolan\nvad gör jag\n\nAssistenten: Det finns <stöd> & råd.\n"
    )


def test_a_copy_holds_neither_what_was_masked_nor_the_receipt(door: Door) -> None:
    token = door.open()
    door.say(token, "ring 070-123 45 67")
    code = next(one["case"] for one in leave(door, token).body["messages"] if one["case"])
    copy = door.form("/chatt/kopia", token=token).body
    assert "[telefonnummer]" in copy and "070" not in copy
    assert code["receipt"] not in copy and code["receipt_in_groups"] not in copy


def test_a_sensitive_talk_gives_no_file_and_says_why(door: Door) -> None:
    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Så."), need="partner_violence")

    door.rasa.script = script
    token = door.open()
    door.say(token, "han slår mig")
    copy = door.form("/chatt/kopia", token=token)
    assert copy.status == 403
    assert "Content-Disposition" not in copy.headers
    assert "går inte att spara som fil" in copy.body


def test_a_dead_session_gives_no_file(door: Door) -> None:
    copy = door.form("/chatt/kopia", token="x" * 43)
    assert copy.status == 401 and "Content-Disposition" not in copy.headers
