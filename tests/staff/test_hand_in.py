"""Handing a case in to the city's case system, from the console."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import Case, get_case
from bot.handover.case_file import build_case_file
from bot.handover.contact import Contact, store_contact
from bot.handover.notices.relay import create_relay
from bot.settings import Settings
from bot.staff.parts import StaffParts
from bot.staff.sign_in.passwords import Passwords
from bot.tables import outbox
from tests.handover.running import QUICK, run_until
from tests.staff.console import CHEAP, NEEDS, NOW, SERVICES, Client, Clock, Console, Running

WHY = "Ärendet är avslutat och ska registreras"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "case-system"
    made.mkdir()
    return made


@pytest.fixture
def connected(engine: Engine, settings: Settings, folder: Path) -> Iterator[Console]:
    """A console where the city's case system is connected."""
    clock, settings = Clock(), dataclasses.replace(settings, case_system_folder=str(folder))
    parts = StaffParts(engine, NEEDS, SERVICES, {"jarva": "Järva"}, clock, Passwords(CHEAP))
    with Running(settings, parts) as running:
        yield Console(engine, clock, settings, running.base)


@pytest.fixture
def siv(connected: Console) -> Client:
    client = connected.signed_in(connected.person("siv", "case_worker", "exit_programme"))
    client.get("/arenden")
    return client


def closed(console: Console, client: Client, **changes: str) -> Case:
    case = console.case(**changes)
    client.submit(f"/arenden/{case.id}/avsluta", outcome="mistake")
    return now_of(console, case)


def now_of(console: Console, case: Case) -> Case:
    with transaction(console.engine) as connection:
        return get_case(connection, case.id)


def hand_in(client: Client, case: Case, reason: str = WHY) -> object:
    return client.submit(f"/arenden/{case.id}/arendesystemet", hand_in_reason=reason)


def carry(console: Console, case: Case) -> None:
    relay = create_relay(console.settings, console.engine, pace=QUICK, channels=[])
    run_until(relay, lambda: now_of(console, case).registered_at is not None)


def test_a_case_waits_and_is_then_registered(connected: Console, siv: Client, folder: Path) -> None:
    case = closed(connected, siv)
    assert "Lämna till ärendesystemet" in siv.get(f"/arenden/{case.id}").said
    reply = hand_in(siv, case)
    page = siv.get(reply.to)  # type: ignore[attr-defined]
    assert "Ärendet är på väg till stadens ärendesystem" in page.said and "Väntar på ärendesystemet" in page.said
    assert not page.page.find(id="hand_in_reason"), "the form is not shown while the case waits"
    assert now_of(connected, case).registered_at is None
    carry(connected, case)
    page = siv.get(f"/arenden/{case.id}")
    assert "I ärendesystemet sedan" in page.said and "Allt är klart i det här ärendet." in page.said
    assert "Väntar på ärendesystemet" not in page.said
    assert [path.name for path in folder.iterdir()] == [f"{case.reference}.json"]


def test_it_stands_in_the_log_with_its_reason_and_in_the_history(connected: Console, siv: Client) -> None:
    case = closed(connected, siv)
    hand_in(siv, case)
    (line,) = connected.log(action="hand_in")
    assert (line["case_id"], line["reason"]) == (case.id, WHY)
    assert "Lämnade ärendet till ärendesystemet, Siv" in siv.get(f"/arenden/{case.id}").said


@pytest.mark.parametrize("reason", ["", "kort", "aaaaaaaaaaaaaa"])
def test_contact_details_leave_only_for_a_reason(connected: Console, siv: Client, reason: str) -> None:
    case = closed(connected, siv)
    reply = hand_in(siv, case, reason)
    assert reply.status == 422  # type: ignore[attr-defined]
    field = reply.page.find(id="hand_in_reason")  # type: ignore[attr-defined]
    assert field["aria-invalid"] == "true" and field.text.strip() == reason
    assert not connected.log(action="hand_in")


def test_an_open_case_is_closed_first(connected: Console, siv: Client) -> None:
    case = connected.case()
    assert "Lämna till ärendesystemet" not in siv.get(f"/arenden/{case.id}").said
    reply = hand_in(siv, case)
    assert reply.status == 422 and "Avsluta ärendet innan" in reply.said  # type: ignore[attr-defined]


def test_only_the_own_unit_hands_in(connected: Console, siv: Client) -> None:
    case = closed(connected, siv)
    other = connected.signed_in(connected.person("bo", "case_worker", "mini_maria"))
    assert hand_in(other, case).status == 404  # type: ignore[attr-defined]
    assert connected.log(action="refused", case_id=case.id) and not connected.log(action="hand_in")


def test_where_no_case_system_is_connected_staff_register_by_hand(console: Console) -> None:
    client = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    case = closed(console, client)
    said = client.get(f"/arenden/{case.id}").said
    assert "Ärendet är registrerat" in said and "Lämna till ärendesystemet" not in said
    reply = hand_in(client, case)
    assert reply.status == 422 and "ingen koppling" in reply.said  # type: ignore[attr-defined]


def test_a_case_system_that_is_away_is_said(connected: Console, siv: Client) -> None:
    case = closed(connected, siv)
    hand_in(siv, case)
    with transaction(connected.engine) as connection:
        connection.execute(update(outbox).where(outbox.c.kind == "hand_in").values(attempts=2))
    assert "Ärendesystemet går inte att nå just nu" in siv.get(f"/arenden/{case.id}").said


def test_a_case_system_that_refuses_is_said_and_can_be_asked_again(connected: Console, siv: Client) -> None:
    case = closed(connected, siv)
    hand_in(siv, case)
    with transaction(connected.engine) as connection:
        connection.execute(update(outbox).where(outbox.c.kind == "hand_in").values(state="dead"))
    assert "tog inte emot ärendet" in siv.get(f"/arenden/{case.id}").said
    hand_in(siv, case)
    assert "Väntar på ärendesystemet" in siv.get(f"/arenden/{case.id}").said


def test_what_was_written_after_registering_is_asked_for(connected: Console, siv: Client) -> None:
    case = closed(connected, siv)
    siv.submit(f"/arenden/{case.id}/registrera")
    assert "Allt är klart" in siv.get(f"/arenden/{case.id}").said
    with transaction(connected.engine) as connection:
        thread.post(connection, case.id, "person", "en sak till", connected.clock.now.replace(minute=1))
    said = siv.get(f"/arenden/{case.id}").said
    assert "Det har skrivits i tråden efter att ärendet registrerades" in said and "Allt är klart" not in said


def test_the_file_says_what_the_page_shows(connected: Console, siv: Client) -> None:
    """Both cut the talk at the moment when it was shared, and leave out what went to staff."""
    talk = connected.talk(
        "t" * 32,
        {"text": "jag vill hoppa av", "understood": {"decision": "answer"}},
        {"sender": "bot", "text": "Det finns hjälp."},
        {"text": "till personalen", "understood": {"decision": "thread"}},
        {"text": "sagt efteråt", "created_at": NOW.replace(hour=10)},
    )
    case = closed(connected, siv, conversation_id=talk, shared="conversation", channel="callback")
    with transaction(connected.engine) as connection:
        store_contact(connection, case.id, Contact("+46701740605"), connected.settings.encryption_keys, NOW)
    shown = [said.get_text() for said in siv.get(f"/arenden/{case.id}").page.select(".shared-side .said")]
    assert "också kontaktuppgifterna" in siv.get(f"/arenden/{case.id}").said
    with transaction(connected.engine) as connection:
        file = build_case_file(connection, case, connected.settings.encryption_keys, NOW)
    assert [line["text"] for line in file.content["shared"]["conversation"]] == shown
    assert shown == ["jag vill hoppa av", "Det finns hjälp."]
    assert json.dumps(file.content)
