"""A number or an address that was typed in the talk: asked about, used on a yes, and never kept otherwise."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.chat.masking import find_pieces
from bot.chat.own_case.remembered import KEPT_SECONDS, Remembered, typed_contact
from bot.handover.contact import Contact, read_contact
from bot.tables import cases, contacts, messages, outbox
from tests.chat.running import Answer, Door

CALL, QUIET, MAIL = "Ja, ring. Ni får lämna meddelande", "Ja, ring, men lämna inget meddelande", "Ja, skriv dit"


def choices(answer: Answer) -> Mapping[str, str]:
    return {one["label"]: one["id"] for message in answer.body["messages"] for one in message["choices"]}


def on_disk(door: Door) -> bytes:
    return b"".join(path.read_bytes() for path in door.settings.data_directory.glob("door.db*"))


@pytest.mark.parametrize(
    ("label", "kept"),
    [(CALL, Contact("+46701740605", "", True, True)), (QUIET, Contact("+46701740605", "", True, False))],
)
def test_a_typed_number_is_asked_about_and_called_on_a_yes(door: Door, label: str, kept: Contact) -> None:
    token = door.open()
    asked = door.say(token, "ring mig på 070-174 06 05 tack")
    assert "Vill du att vi ringer det numret?" in asked.text
    told = door.say(token, choice=choices(asked)[label])
    assert "Vi har tagit emot" in told.text
    (case,) = door.rows(cases)
    with door.engine.connect() as connection:
        assert read_contact(connection, case.id, door.settings.encryption_keys) == kept
    assert case.channel == "callback"
    assert [notice.kind for notice in door.rows(outbox)] == ["new_case"]
    assert len(next(one["case"]["receipt"] for one in told.body["messages"] if one["case"])) == 16


def test_a_typed_mail_address_is_asked_about_too(door: Door) -> None:
    token = door.open()
    asked = door.say(token, "mejla mig på kim98@live.se")
    assert "Vill du att vi skriver till den adressen?" in asked.text
    door.say(token, choice=choices(asked)[MAIL])
    with door.engine.connect() as connection:
        found = read_contact(connection, door.rows(cases)[0].id, door.settings.encryption_keys)
    assert found == Contact("", "kim98@live.se")


def test_the_number_is_nowhere_on_disk_before_the_yes_and_sealed_after_it(door: Door) -> None:
    token = door.open()
    asked = door.say(token, "ring 070-174 06 05")
    for trace in (b"1740605", b"174 06 05"):
        assert trace not in on_disk(door)
    assert door.rows(contacts) == []
    door.say(token, choice=choices(asked)[CALL])
    for trace in (b"1740605", b"174 06 05"):
        assert trace not in on_disk(door)
    assert len(door.rows(contacts)) == 1
    assert "1740605" not in str(door.rasa.asked)


def test_without_a_yes_nobody_has_it(door: Door) -> None:
    token = door.open()
    door.say(token, "ring 070-174 06 05")
    door.say(token, "nej förresten")
    assert (door.rows(cases), door.rows(contacts)) == ([], [])


def test_a_second_yes_opens_no_second_case(door: Door) -> None:
    token = door.open()
    asked = door.say(token, "ring 070-174 06 05")
    once = "5f0d2a6e-6c8e-4a0e-9c9b-3a0a4a9d7d11"
    first = door.say(token, choice=choices(asked)[CALL], message_id=once)
    assert door.say(token, choice=choices(asked)[CALL], message_id=once).body == first.body
    again = door.say(token, choice=choices(asked)[QUIET])
    assert [one["form"] for one in again.body["messages"]] == [None, "contact"]
    assert len(door.rows(cases)) == 1


def test_when_the_memory_is_gone_the_form_comes_instead(door: Door) -> None:
    token = door.open()
    asked = door.say(token, "ring 070-174 06 05")
    door.parts.typed.clock = lambda: 1e9
    told = door.say(token, choice=choices(asked)[CALL])
    assert "Skriv det i formuläret" in told.text
    assert told.body["messages"][-1]["form"] == "contact"
    assert door.rows(cases) == []


@pytest.mark.parametrize("leave", ["forget", "leave"])
def test_whoever_leaves_or_deletes_takes_it_along(door: Door, leave: str) -> None:
    token = door.open()
    door.say(token, "ring 070-174 06 05")
    if leave == "forget":
        door.call("DELETE", "/api/conversations", token)
    else:
        door.form("/chatt/avsluta", token=token)
    assert not door.parts.typed._typed


def test_a_yes_that_cannot_be_stored_promises_nothing(door: Door) -> None:
    token = door.open()
    asked = door.say(token, "ring 070-174 06 05")
    with door.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE contacts RENAME TO away_contacts")
    told = door.say(token, choice=choices(asked)[CALL])
    assert told.status == 503
    assert "ingen har tagit emot det än" in told.text
    assert door.rows(cases) == []


def test_it_works_while_rasa_is_away(door: Door) -> None:
    token = door.open()
    door.run(door._rasa_runner.cleanup())
    asked = door.say(token, "ring 070-174 06 05")
    assert "Vi har tagit emot" in door.say(token, choice=choices(asked)[CALL]).text


@pytest.mark.parametrize(
    "text", ["ring 070-174 06 05 eller 070-174 06 06", "ring 0939-123 45 67", "min brors pnr är 990214-2386", "hej"]
)
def test_several_unusable_or_none_are_not_offered(door: Door, text: str) -> None:
    asked = door.say(door.open(), text)
    assert not {CALL, QUIET, MAIL} & set(choices(asked))


def test_a_service_number_is_not_offered(door: Door) -> None:
    assert typed_contact("ska jag ringa 08-508 00 508", door.parts.spared) is None


def test_the_transcript_says_the_choice_and_not_the_number(door: Door) -> None:
    token = door.open()
    asked = door.say(token, "ring 070-174 06 05")
    door.say(token, choice=choices(asked)[QUIET])
    assert [row.text for row in door.rows(messages) if row.sender == "person"] == ["ring [telefonnummer]", QUIET]


def test_pieces_are_found_as_they_are_hidden() -> None:
    assert find_pieces("ring 070–174 06 05", "telefonnummer") == ["070-174 06 05"]


def test_memory_has_an_end() -> None:
    seconds = [0.0]
    remembered = Remembered(lambda: seconds[0])
    for number in range(6_000):
        remembered.keep(str(number), Contact("+46701740605"))
    assert len(remembered._typed) <= 5_000
    seconds[0] = KEPT_SECONDS + 1
    assert remembered.look("5999") is None
    assert "46701740605" not in repr(remembered)
