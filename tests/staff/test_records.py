"""Handing out records: found, examined part by part, hidden with a provision, printed and saved; all of it recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import Case
from bot.handover.contact import Contact, store_contact
from bot.handover.receipt import attach_receipt
from bot.staff.records.requests import TRIES
from bot.tables import record_hidden, record_requests
from tests.staff.console import KEY, NOW, Client, Console

CODE = "1234567890123456"
SAID = "Jag vågar inte vara hemma."
ANSWER = "Vi ses klockan 14."


def file(console: Console, **changes: Any) -> Case:
    """A case with a summary, a thread, contact details and a receipt."""
    case = console.case("4", shared="summary", summary="Vill lämna gänget", district="jarva", **changes)
    worker = console.person("siv", "case_worker", "exit_programme")
    with transaction(console.engine) as connection:
        store_contact(connection, case.id, Contact("+46701234567"), console.settings.encryption_keys, NOW)
        attach_receipt(connection, case.id, CODE, KEY, NOW.replace(year=2027))
        thread.post(connection, case.id, "person", SAID, NOW)
        thread.post(connection, case.id, "staff", ANSWER, NOW, staff_id=worker)
    return case


def registrar(console: Console, name: str = "reg") -> Client:
    client = console.signed_in(console.person(name, "registrar"))
    client.get("/handlingar")
    return client


def examined(client: Client, case: Case, asked: str = "public") -> str:
    """The address of a request."""
    reply = client.submit(f"/handlingar/{case.id}", asked=asked, reason="Begäran, dnr 12/2026")
    assert reply.status == 303
    client.get(reply.to)
    return reply.to


def hide(client: Client, address: str, part: str, provision: str = "26 kap. 1 § OSL") -> Any:
    return client.submit(address, part=part, provision=provision)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", False),
        ("?verksamhet=exit_programme", True),
        ("?verksamhet=mini_maria", False),
        ("?from=2026-11-23&till=2026-11-23", True),
        ("?from=2026-11-24", False),
    ],
)
def test_a_case_is_found_by_service_and_day(console: Console, query: str, found: bool) -> None:
    case = file(console)
    assert (case.reference in registrar(console).get(f"/handlingar{query}").said) is found
    assert bool(console.log(action="search_records")) is bool(query)


def test_a_case_is_found_by_its_reference_in_any_case(console: Console) -> None:
    case = file(console)
    reply = registrar(console).get(f"/handlingar?arende={case.reference.lower()}")
    assert case.reference in reply.said
    assert SAID not in reply.text and "Vill lämna" not in reply.text


def test_a_bad_day_is_said(console: Console) -> None:
    assert registrar(console).get("/handlingar?from=igår").status == 422


@pytest.mark.parametrize("typed", [CODE, "1234 5678 9012 3456", "1234-5678-9012-3456"])
def test_a_case_is_found_by_the_receipt_code_which_is_kept_nowhere(console: Console, typed: str) -> None:
    case = file(console)
    reply = registrar(console).submit("/handlingar", kod=typed)
    assert case.reference in reply.said
    (line,) = console.log(action="try_record_code")
    assert line["detail"] == {"found": True} and line["case_id"] == case.id
    assert "1234" not in f"{line['reason']} {line['detail']} {reply.said}"


@pytest.mark.parametrize("typed", ["", "12", "abc", "1" * 17])
def test_what_is_no_code_is_not_counted_as_a_try(console: Console, typed: str) -> None:
    assert registrar(console).submit("/handlingar", kod=typed).status == 422
    assert not console.log(action="try_record_code")


def test_codes_cannot_be_tried_without_end(console: Console) -> None:
    case = file(console)
    client = registrar(console)
    for number in range(TRIES):
        assert client.submit("/handlingar", kod=f"{number:016d}").status == 422
    reply = client.submit("/handlingar", kod=CODE)
    assert reply.status == 429 and case.reference not in reply.said
    assert len(console.log(action="try_record_code")) == TRIES
    console.clock.move(minutes=61)
    again = console.signed_in(console.log(action="try_record_code")[0]["staff_id"])
    again.get("/handlingar")
    assert case.reference in again.submit("/handlingar", kod=CODE).said


def test_an_expired_code_opens_nothing(console: Console) -> None:
    case = file(console)
    console.clock.now = NOW.replace(year=2028)
    assert case.reference not in registrar(console).submit("/handlingar", kod=CODE).said


@pytest.mark.parametrize(
    "form", [{"asked": "public", "reason": "kort"}, {"asked": "", "reason": "Begäran, dnr 12/2026"}, {"asked": "x"}, {}]
)
def test_nothing_opens_without_who_asks_and_why(console: Console, form: dict[str, str]) -> None:
    case = file(console)
    reply = registrar(console).submit(f"/handlingar/{case.id}", **form)
    assert reply.status == (422 if form else 200) and "Vill lämna" not in reply.text
    assert not console.log(action="request_record")


def test_an_unknown_case_is_not_there(console: Console) -> None:
    assert registrar(console).submit("/handlingar/nothing", asked="public", reason="Begäran 12/2026").status == 404


def test_the_whole_record_is_shown_without_contact_details(console: Console) -> None:
    case = file(console)
    client = registrar(console)
    reply = client.get(examined(client, case))
    for text in ("Vill lämna gänget", SAID, ANSWER, "Siv", "Järva", "Lämna ett kriminellt liv"):
        assert text in reply.said
    # Three digits alone also stand in a random token of the form.
    assert not any(number in reply.text for number in ("070-", "070 ", "1234567", "123 45 67"))
    (line,) = console.log(action="request_record")
    assert (line["reason"], line["detail"]) == ("Begäran, dnr 12/2026", {"record_asked": "public"})
    assert console.log(action="read_record", case_id=case.id)


def test_the_talk_belongs_to_the_record_only_if_it_was_shared_and_only_up_to_then(console: Console) -> None:
    console.talk("c" * 32, {"text": "hemligt om brorsan"})
    case = console.case("5")
    shared = console.case("6", shared="conversation")
    with console.engine.begin() as connection:
        later = "INSERT INTO messages (conversation_id, sender, text, masked, choices, created_at) VALUES"
        connection.exec_driver_sql(f"{later} ('{'c' * 32}', 'person', 'efteråt', '[]', '[]', '2026-11-24 10:00:00')")
    client = registrar(console)
    assert "hemligt om brorsan" not in client.get(examined(client, case)).text
    client.get("/handlingar")
    reply = client.get(examined(client, shared))
    assert "hemligt om brorsan" in reply.text and "efteråt" not in reply.text


@pytest.mark.parametrize("kind", ["utskrift", "fil"])
def test_what_is_hidden_is_named_with_its_provision_and_its_text_is_gone(console: Console, kind: str) -> None:
    case = file(console)
    client = registrar(console)
    address = examined(client, case)
    for part in ("summary", "need", "thread-1"):
        assert hide(client, address, part).to == f"{address}#{part}"
        client.get(address)
    text = client.get(f"{address}/{kind}").text
    assert "23 november 2026 kl. 10.00" in text
    for gone in ("Vill lämna gänget", "Lämna ett kriminellt liv", SAID):
        assert gone not in text
    assert text.count("26 kap. 1 § OSL") == 3 and ANSWER in text
    action = {"utskrift": "print_record", "fil": "export_record"}[kind]
    assert console.log(action=action)[0]["detail"] == {"hidden": 3}
    assert [line["detail"]["part"] for line in console.log(action="hide_record_part")] == [
        "summary", "need", "thread-1",
    ]  # fmt: skip


def test_the_file_says_of_each_part_whether_it_is_hidden(console: Console) -> None:
    case = file(console)
    client = registrar(console)
    address = examined(client, case, "person")
    hide(client, address, "thread-2", "artikel 15.4 GDPR")
    reply = client.get(f"{address}/fil")
    told = json.loads(reply.text)
    assert (told["format"], told["version"], told["reference"]) == ("vagvisaren-record", 1, case.reference)
    assert told["asked_by"] == "person"
    hidden = [part for part in told["parts"] if part["hidden"]]
    assert hidden == [{"label": "Tråden", "hidden": True, "provision": "artikel 15.4 GDPR"}]
    assert {"label", "hidden", "from", "at", "text"} == set(told["parts"][0])
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{case.reference}.json"'


def test_a_hidden_part_can_be_shown_again_and_its_provision_changed(console: Console) -> None:
    case = file(console)
    client = registrar(console)
    address = examined(client, case)
    hide(client, address, "summary", "första lagrummet")
    hide(client, address, "summary", "andra lagrummet")
    assert "andra lagrummet" in client.get(f"{address}/utskrift").text
    client.get(address)
    client.submit(address, part="summary", act="show")
    text = client.get(f"{address}/utskrift").text
    assert "Vill lämna gänget" in text and "lagrummet" not in text
    assert console.log(action="show_record_part")


@pytest.mark.parametrize("provision", ["", "OSL", "x" * 201])
def test_nothing_is_hidden_without_a_provision(console: Console, provision: str) -> None:
    case = file(console)
    client = registrar(console)
    address = examined(client, case)
    assert hide(client, address, "summary", provision).status == 422
    assert "Vill lämna gänget" in client.get(f"{address}/utskrift").text


@pytest.mark.parametrize("part", ["", "thread-99", "contact", "../summary", "x" * 500])
def test_a_part_that_is_not_there_cannot_be_hidden(console: Console, part: str) -> None:
    case = file(console)
    client = registrar(console)
    assert hide(client, examined(client, case), part).status == 404


def test_a_provision_is_text_and_never_markup(console: Console) -> None:
    case = file(console)
    client = registrar(console)
    address = examined(client, case)
    hide(client, address, "summary", "<script>alert(1)</script>")
    assert "<script" not in client.get(f"{address}/utskrift").text


def test_another_registrar_and_a_later_day_do_not_see_the_request(console: Console) -> None:
    case = file(console)
    mine = registrar(console)
    address = examined(mine, case)
    other = registrar(console, "other")
    for path in (address, f"{address}/utskrift", f"{address}/fil"):
        assert other.get(path).status == 404
    assert hide(other, address, "summary").status == 404
    console.clock.move(hours=13)
    later = console.signed_in(console.log(action="request_record")[0]["staff_id"])
    assert later.get(address).status == 404


def test_a_purged_case_takes_its_requests_with_it(console: Console) -> None:
    case = file(console)
    client = registrar(console)
    hide(client, examined(client, case), "summary")
    with transaction(console.engine) as connection:
        connection.exec_driver_sql("DELETE FROM cases")
    with console.engine.connect() as connection:
        assert not connection.execute(record_requests.select()).all()
        assert not connection.execute(record_hidden.select()).all()
