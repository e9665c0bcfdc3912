"""The contact form: committed together, promised afterwards, and nowhere in clear text."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.database import transaction
from bot.handover.case import HandOver, open_case, record_first_contact
from bot.handover.contact import Contact, read_contact
from bot.tables import cases, contacts, messages, outbox
from tests.chat.running import Answer, Door
from tests.chat.standin import answer, message

FORM = {
    "phone": "070-123 45 67",
    "email": "",
    "safe_to_call": True,
    "leave_message": False,
    "when": "efter 16",
    "say_if_other": "ring igen",
}


def about(service: str, **understood: Any) -> Any:
    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        named = {"id": service, "district": "jarva"}
        return answer(
            message("form", service=named, form="contact"),
            message("linje", service={"id": "bris", "district": None}),
            **understood,
        )

    return script


def leave(door: Door, token: str, **fields: Any) -> Answer:
    return door.call("POST", "/api/contact", token, json={"id": str(uuid.uuid4()), **FORM, **fields})


def test_contact_case_and_notice_are_committed_and_then_promised(door: Door) -> None:
    door.rasa.script = about("exit_programme", need="leave_crime")
    token = door.open()
    door.say(token, "jag vill lämna")
    told = leave(door, token)
    assert told.status == 201
    assert "Vi har tagit emot" in told.text
    (case,), (contact,), notices = door.rows(cases), door.rows(contacts), door.rows(outbox)
    assert (case.service, case.need, case.channel, case.district) == (
        "exit_programme",
        "leave_crime",
        "callback",
        "jarva",
    )
    assert contact.case_id == case.id
    assert [notice.kind for notice in notices] == ["new_case"]
    shown = next(one["case"] for one in told.body["messages"] if one["case"])
    assert shown["due_at"]
    assert len(shown["receipt"]) == 16


@pytest.mark.parametrize(("contacted", "said"), [(20, True), (19, False)])
def test_what_it_usually_takes_is_said_after_the_promise_when_twenty_have_been_reached(
    door: Door, contacted: int, said: bool
) -> None:
    with transaction(door.engine) as connection:
        before = door.clock() - timedelta(days=2)
        for number in range(contacted):
            earlier = HandOver("earlier", f"m{number}", "exit_programme", "leave_crime", None, "receipt")
            case = open_case(connection, earlier, 24, before)
            record_first_contact(connection, case.id, "siv", "phone", before + timedelta(hours=2.5))
    door.rasa.script = about("exit_programme", need="leave_crime")
    token = door.open()
    assert door.say(token, "jag vill lämna").status == 200
    texts = [message["text"] for message in leave(door, token).body["messages"]]
    promised = next(place for place, text in enumerate(texts) if "höra av sig senast" in text)
    assert (texts[promised + 1] == "Oftast får man kontakt inom 3 timmar. Det är inget löfte.") is said
    assert ("Oftast" in str(texts)) is said


def test_the_same_form_again_is_the_same_case_and_the_same_answer(door: Door) -> None:
    token, once = door.open(), str(uuid.uuid4())
    first, second = leave(door, token, id=once), leave(door, token, id=once)
    assert (first.status, first.body) == (second.status, second.body)
    assert len(door.rows(cases)) == 1


def test_two_of_the_same_form_at_once_make_one_case(door: Door) -> None:
    import asyncio

    token, once = door.open(), str(uuid.uuid4())

    async def both() -> list[Answer]:
        sent = [door.send("POST", "/api/contact", token, json={"id": once, **FORM}) for _ in range(4)]
        return await asyncio.gather(*sent)

    answers = door.run(both())
    assert [one.status for one in answers] == [201] * 4
    assert len(door.rows(cases)) == 1
    assert len({str(one.body) for one in answers}) == 1


def test_service_and_need_never_come_from_the_page(door: Door) -> None:
    door.rasa.script = about("exit_programme", need="leave_crime")
    token = door.open()
    door.say(token, "jag vill lämna")
    leave(door, token, service="child_protection", need="emergency", district="farsta", acute=True)
    (case,) = door.rows(cases)
    assert (case.service, case.need, case.district, case.acute) == ("exit_programme", "leave_crime", "jarva", False)


def test_without_a_service_in_the_talk_the_contact_centre_takes_it_and_no_time_is_promised(door: Door) -> None:
    told = leave(door, door.open())
    (case,) = door.rows(cases)
    assert (case.service, case.due_at) == ("contact_centre", None)
    assert "Vi vet inte när någon svarar" in told.text


def test_danger_earlier_in_the_talk_makes_the_case_acute(door: Door) -> None:
    token = door.open()
    door.say(token, "de kommer hit ikväll och ska skjuta mig")
    leave(door, token)
    assert door.rows(cases)[0].acute
    assert "acute" in [notice.kind for notice in door.rows(outbox)]


def test_danger_after_the_case_alarms_staff_at_once(door: Door) -> None:
    token = door.open()
    leave(door, token)
    assert not door.rows(cases)[0].acute
    door.say(token, "de kommer hit ikväll och ska skjuta mig")
    assert door.rows(cases)[0].acute


def test_contact_details_are_sealed_and_stand_nowhere_else(door: Door) -> None:
    token = door.open()
    leave(door, token, email="nasrin@exempel.se")
    with door.engine.connect() as connection:
        contact = read_contact(connection, door.rows(cases)[0].id, door.settings.encryption_keys)
    assert contact == Contact("+46701234567", "nasrin@exempel.se", True, False, "efter 16", "ring igen")
    files = b"".join(path.read_bytes() for path in door.settings.data_directory.glob("door.db*"))
    for trace in (b"1234567", b"123 45 67", b"nasrin", b"efter 16", b"ring igen"):
        assert trace not in files


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"phone": "", "email": ""}, "phone", "missing"),
        ({"phone": "12"}, "phone", "bad_phone"),
        ({"email": "ingen"}, "email", "bad_email"),
        ({"when": "x" * 500}, "when", "too_long"),
        ({"shared": "everything"}, "shared", "bad_choice"),
    ],
)
def test_a_wrong_field_is_named_and_explained(door: Door, wrong: dict[str, Any], field: str, code: str) -> None:
    refused = leave(door, door.open(), **wrong)
    assert (refused.status, refused.body["field"], refused.body["error"]) == (422, field, code)
    assert refused.text
    assert (door.rows(cases), door.rows(contacts), door.rows(messages)) == ([], [], [])


@pytest.mark.parametrize("wrong", [{"phone": 5}, {"when": ["x"]}, {"id": "1"}, {"safe_to_call": {"a": 1}}])
def test_a_form_of_the_wrong_types_is_refused(door: Door, wrong: dict[str, Any]) -> None:
    assert leave(door, door.open(), **wrong).status == 422
    assert door.rows(cases) == []


def test_if_any_part_cannot_be_stored_nothing_is_and_no_promise_is_made(door: Door) -> None:
    def fail(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO contacts"):
            import sqlite3

            raise sqlite3.OperationalError("disk full")

    event.listen(door.engine, "before_cursor_execute", fail)
    refused = leave(door, door.open())
    assert refused.status == 503
    assert "tagit emot det än" in refused.text
    assert "112" in refused.text
    assert (door.rows(cases), door.rows(outbox), door.rows(messages)) == ([], [], [])


@pytest.mark.parametrize(
    ("shared", "summary"), [("topic", None), ("summary", "Gäller: Lämna ett kriminellt liv."), ("conversation", None)]
)
def test_staff_get_what_the_person_chose_to_share(door: Door, shared: str, summary: str | None) -> None:
    door.rasa.script = about("exit_programme", need="leave_crime", age=19, role="self", district="jarva")
    token = door.open()
    door.say(token, "jag är 19 och vill lämna")
    leave(door, token, shared=shared)
    (case,) = door.rows(cases)
    assert case.shared == shared
    assert (case.summary or "").startswith(summary or "")
    assert (case.summary is None) == (summary is None)
    assert "jag är 19" not in (case.summary or "")


def test_a_thousand_forms_from_one_address_do_not_drown_the_queue(door: Door) -> None:
    headers = {"X-Forwarded-For": "203.0.113.7"}
    statuses = []
    for _ in range(12):
        token = door.call("POST", "/api/conversations", json={}, headers=headers).body["token"]
        body = {"id": str(uuid.uuid4()), **FORM}
        statuses.append(door.call("POST", "/api/contact", token, json=body, headers=headers).status)
    assert statuses.count(201) == 8
    assert statuses[-1] == 429
    assert len(door.rows(cases)) == 8
