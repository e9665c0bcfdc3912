"""A console with something to do in it, for the browser."""

from __future__ import annotations

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import Case, record_first_contact
from bot.handover.contact import Contact, store_contact
from bot.handover.receipt import attach_receipt
from tests.staff.console import KEY, NOW, Console, heard


def fill(console: Console) -> Console:
    """People of every role; a case that is late, one soon due, one without a promise, one acute; two talks."""
    console.person("siv", "case_worker", "exit_programme", "mini_maria", fresh=True)
    for name, role in (
        ("berit", "case_worker"),
        ("rut", "reviewer"),
        ("ada", "admin"),
        ("ed", "editor"),
        ("lo", "log_controller"),
    ):
        console.person(name, role, "exit_programme")
    console.clock.move(hours=-30)
    late = console.case("1", hours=24, district="jarva")
    console.clock.move(hours=8)
    console.case("2", hours=24, service="mini_maria", need="substance_use", district="jarva")
    console.clock.move(hours=22)
    console.case("3", hours=None, service="mini_maria", need="parenting")
    _troubles(console, late)
    _talks(console)
    case = console.case("4", channel="callback", acute=True, shared="conversation", conversation_id="a" * 32)
    with transaction(console.engine) as connection:
        contact = Contact("+46701234567", "", True, False, "efter kl. 18", "säg att det är tandläkaren")
        store_contact(connection, case.id, contact, console.settings.encryption_keys, NOW)
        attach_receipt(connection, case.id, "1234567890123456", KEY, NOW.replace(year=2027))
        thread.post(connection, case.id, "person", "Hallå? Är någon där? Jag vågar inte vara hemma i kväll.", NOW)
    return console


def _troubles(console: Console, late: Case) -> None:
    """Notices that did not arrive, and a promise that was kept too late."""
    refused = {"exit_programme, Jourtelefonen: sms": "HTTP 401", "exit_programme, Samordnaren: webhook": "HTTP 404"}
    taken = ["exit_programme, Enhetschefen: mail"]
    console.dead_notice(late, "deadline_12h", refused=list(refused), errors=refused, delivered=taken)
    console.dead_notice(late, "new_case")
    waiting = {"state": "pending", "attempts": 9, "refused": [], "errors": {"mail": "SMTPConnectError"}}
    console.dead_notice(late, "deadline_missed", **waiting)
    reached = console.case("5", hours=-3)
    with transaction(console.engine) as connection:
        record_first_contact(connection, reached.id, "siv", "phone", console.clock.now)


def _talks(console: Console) -> None:
    console.talk(
        "a" * 32,
        {"text": "jag måste bort härifrån, de letar efter mig", "understood": heard("leave_crime", urgent="emergency")},
        {"sender": "bot", "text": "Är du i fara nu? Ring 112.", "urgent": "emergency"},
        {
            "text": "ring mig på [telefonnummer]",
            "masked": ["telefonnummer"],
            "understood": heard("human", need="human"),
        },
    )
    ranking = [{"name": "parenting", "confidence": 0.62}, {"name": "youth_at_risk", "confidence": 0.2}]
    console.talk(
        "b" * 32,
        {"text": "min dotter vägrar gå upp", "understood": heard(confidence=0.62, decision="clarify", ranking=ranking)},
        {"sender": "bot", "text": "Menar du något av det här?", "choices": [{"label": "Att vara förälder"}]},
        {"text": "Att vara förälder", "understood": heard(confidence=1.0)},
        {"sender": "bot", "text": "Det finns stöd till dig som är förälder.", "service": {"id": "mini_maria"}},
    )
