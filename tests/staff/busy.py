"""A console with something to do in it, for the browser."""

from __future__ import annotations

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import Case, record_first_contact
from bot.handover.contact import Contact, store_contact
from bot.handover.receipt import attach_receipt
from bot.tables import daily_figures
from tests.staff.console import KEY, NOW, Console, heard


def fill(console: Console) -> Console:
    """People of every role; a case that is late, one soon due, one without a promise, one acute; two talks."""
    console.person("siv", "case_worker", "exit_programme", "mini_maria", fresh=True)
    for name, role in (
        ("berit", "case_worker"),
        ("rut", "reviewer"),
        ("ada", "admin"),
        ("ed", "editor"),
        ("reg", "registrar"),
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
    _figures(console)
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


def _figures(console: Console) -> None:
    """A year with much and little in it."""
    counted = [
        ("2026-09-03", "talk", "", {"answered": 2040, "handed_over": 61, "clarified": 240, "left": 510}),
        ("2026-10-08", "talk", "", {"answered": 3120, "handed_over": 94, "clarified": 333, "fallback": 120, "left": 7}),
        ("2026-11-20", "talk", "", {"answered": 14, "handed_over": 3, "fallback": 2, "unserved": 6}),
        ("2026-10-08", "service", "mini_maria", {"answered": 5100, "handed_over": 140, "clarified": 500}),
        ("2026-10-08", "service", "protected", {"answered": 60, "handed_over": 17, "clarified": 60, "fallback": 100}),
        ("2026-10-08", "service", "unknown", {"answered": 14, "handed_over": 1, "clarified": 13, "left": 517}),
        ("2026-10-08", "district", "jarva", {"answered": 2000, "handed_over": 80, "clarified": 200}),
        ("2026-10-08", "district", "unknown", {"answered": 3174, "handed_over": 78, "clarified": 373}),
        ("2026-10-08", "hours", "", {"inside": 3000, "outside": 3540}),
        ("2026-10-08", "urgent", "", {"emergency": 12, "suicide_risk": 3}),
        ("2026-10-08", "feedback", "", {"yes": 320, "no": 80}),
        ("2026-10-08", "unanswered", "unknown", {"fallback": 122}),
        ("2026-10-08", "unanswered", "parenting", {"clarify": 41, "fallback": 2}),
        ("2026-10-08", "promise", "exit_programme", {"in_time": 41, "late": 2, "mistake": 6}),
        ("2026-10-08", "wait", "exit_programme", {"00090": 20, "00300": 20, "01500": 2}),
    ]
    with transaction(console.engine) as connection:
        for day, figure, subject, details in counted:
            for detail, count in details.items():
                row = {"day": day, "figure": figure, "subject": subject, "detail": detail, "count": count}
                connection.execute(daily_figures.insert().values(**row))
