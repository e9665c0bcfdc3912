"""Cases on their way to the city's case system: what stands in the file, and that none is lost or half written."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select, update

from bot.database import reading, transaction
from bot.handover.case import CaseError, close, get_case, record_first_contact, take, withdraw
from bot.handover.case_file import CaseFile
from bot.handover.case_system import FolderCaseSystem
from bot.handover.contact import Contact, store_contact
from bot.handover.handing_in import ask_to_hand_in, handed_in, needs_registering
from bot.handover.notices import outbox
from bot.handover.notices.relay import create_relay
from bot.handover.receipt import attach_receipt
from bot.handover.thread import messages as thread_messages
from bot.handover.thread import post
from bot.tables import cases, conversations, messages, staff
from bot.tables import outbox as rows

from .conftest import KEY, NOW, make_cases
from .running import QUICK, make_due, run_until

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "case-file.schema.json").read_text(encoding="utf-8"))
CODE = "1234567890123456"
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "case-system"
    made.mkdir()
    return made


@pytest.fixture
def connected(settings, folder):
    return replace(settings, case_system_folder=str(folder))


def over(engine, settings, **changes):
    """A case in which everything has happened, closed."""
    wish = {"channel": "callback", "shared": "conversation", "district": "jarva", "conversation_id": "t" * 32}
    (case,) = make_cases(engine, 1, **{**wish, **changes})
    with transaction(engine) as connection:
        person = {"id": "siv-id", "name": "sign-in-name", "alias": "Siv S", "password_hash": "", "role": "case_worker"}
        if connection.execute(select(staff.c.id)).first() is None:
            connection.execute(insert(staff).values(**person, created_at=NOW))
            connection.execute(insert(conversations).values(id="t" * 32, created_at=NOW, last_seen_at=NOW))
            line = {"conversation_id": "t" * 32, "created_at": NOW}
            connection.execute(insert(messages).values(**line, sender="person", text="jag vill hoppa av"))
            connection.execute(insert(messages).values(**line, sender="bot", text="Det finns hjälp."))
            after = {**line, "created_at": NOW + timedelta(minutes=1)}
            connection.execute(insert(messages).values(**after, sender="person", text="sagt efteråt"))
        contact = Contact("+46701740605", "", False, None, "kväll", "")
        store_contact(connection, case.id, contact, settings.encryption_keys, NOW)
        attach_receipt(connection, case.id, CODE, KEY, NOW + timedelta(days=90))
        take(connection, case.id, "siv-id", NOW)
        post(connection, case.id, "person", "Hallå?", NOW)
        post(connection, case.id, "staff", "Hej, jag är här.", LATER, "siv-id")
        record_first_contact(connection, case.id, "siv-id", "thread", LATER)
        close(connection, case.id, "siv-id", "support", LATER)
    return case


def ask(engine, case, now=LATER):
    with transaction(engine) as connection:
        ask_to_hand_in(connection, case.id, now)


def state(engine, case):
    with reading(engine) as connection:
        found = handed_in(connection, case.id)
    return found and found.state


def registered(engine, case):
    with reading(engine) as connection:
        return get_case(connection, case.id).registered_at


def carry(engine, settings, until, **changes):
    run_until(create_relay(settings, engine, channels=[], pace=replace(QUICK, **changes)), until)


def test_a_case_is_handed_in_and_only_then_registered(engine, connected, folder):
    case = over(engine, connected)
    ask(engine, case)
    assert (state(engine, case), registered(engine, case)) == ("pending", None)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    (file,) = folder.iterdir()
    assert file.name == f"{case.reference}.json" and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert registered(engine, case) is not None


def test_the_file_is_as_its_schema_says_and_holds_what_the_unit_may_see(engine, connected, folder):
    case = over(engine, connected)
    ask(engine, case)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    said = json.loads((folder / f"{case.reference}.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(said, SCHEMA, cls=jsonschema.Draft7Validator)
    assert (said["service"], said["need"], said["district"]) == ("exit_programme", "leave_crime", "jarva")
    done = {"at": "2026-11-22T15:05:00+00:00", "by": "Siv S", "how": "thread"}
    assert said["first_contact"] == {"promised_before": "2026-11-23T13:05:00+00:00", **done}
    assert (said["taken"]["by"], said["closed"]["by"], said["outcome"]) == ("Siv S", "Siv S", "support")
    assert [line["text"] for line in said["shared"]["conversation"]] == ["jag vill hoppa av", "Det finns hjälp."]
    assert [(line["from"], line["by"], line["text"]) for line in said["thread"]] == [
        ("person", None, "Hallå?"),
        ("staff", "Siv S", "Hej, jag är här."),
    ]
    assert said["contact"]["phone"] == "+46701740605" and said["contact"]["safe_to_call"] is False


def test_the_file_holds_no_key_to_anything_and_nobody_from_staff_by_name(engine, connected, folder):
    case = over(engine, connected)
    ask(engine, case)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    text = (folder / f"{case.reference}.json").read_text(encoding="utf-8")
    with reading(engine) as connection:
        receipt_hash = get_case(connection, case.id).receipt_hash
    for secret in (CODE, receipt_hash, case.id, case.conversation_id, case.message_id, "sign-in-name", "siv-id"):
        assert secret not in text


@pytest.mark.parametrize(
    "shared,summary,talk",
    [("topic", None, None), ("summary", "Vill hoppa av.", None)],
)
def test_what_the_person_did_not_share_is_not_handed_in(engine, connected, folder, shared, summary, talk):
    case = over(engine, connected, shared=shared, summary="Vill hoppa av.")
    ask(engine, case)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    said = json.loads((folder / f"{case.reference}.json").read_text(encoding="utf-8"))
    assert said["shared"] == {"choice": shared, "summary": summary, "conversation": talk}


def test_a_case_that_was_taken_back_goes_without_contact_details(engine, connected, folder):
    (case,) = make_cases(engine, 1, channel="callback")
    with transaction(engine) as connection:
        store_contact(connection, case.id, Contact("+46701740605"), connected.encryption_keys, NOW)
        withdraw(connection, case.id, LATER)
    ask(engine, case)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    said = json.loads((folder / f"{case.reference}.json").read_text(encoding="utf-8"))
    assert (said["state"], said["contact"]) == ("withdrawn", None)
    jsonschema.validate(said, SCHEMA)


def test_a_case_that_is_not_over_cannot_be_handed_in(engine):
    (case,) = make_cases(engine, 1)
    with pytest.raises(CaseError, match="open"), transaction(engine) as connection:
        ask_to_hand_in(connection, case.id, NOW)


def test_asking_twice_hands_in_once(engine, connected, folder):
    case = over(engine, connected)
    ask(engine, case)
    ask(engine, case)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    with reading(engine) as connection:
        wishes = connection.execute(select(rows.c.key).where(rows.c.kind == outbox.HAND_IN)).scalars().all()
    assert len(wishes) == len(list(folder.iterdir())) == 1


def test_a_folder_that_is_away_is_tried_again_and_never_made(engine, connected, folder):
    """A share that is not mounted: a folder made in its place would swallow the cases."""
    case = over(engine, connected)
    folder.rmdir()
    ask(engine, case)

    def tried(times):
        make_due(engine)
        with reading(engine) as connection:
            return handed_in(connection, case.id).tried >= times

    carry(engine, connected, lambda: tried(3))
    assert not folder.exists() and registered(engine, case) is None and state(engine, case) == "pending"
    with reading(engine) as connection:
        errors = connection.execute(select(rows.c.last_error).where(rows.c.kind == outbox.HAND_IN)).scalars().all()
    assert errors == ["FileNotFoundError"]
    folder.mkdir()
    make_due(engine)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    assert [path.name for path in folder.iterdir()] == [f"{case.reference}.json"]


def test_contact_details_that_no_key_opens_wait_for_the_key(engine, connected, folder):
    case = over(engine, connected)
    ask(engine, case)
    other = replace(connected, encryption_keys=(Fernet.generate_key().decode(),))

    def has_failed():
        with reading(engine) as connection:
            said = connection.execute(select(rows.c.last_error).where(rows.c.kind == outbox.HAND_IN)).scalar()
        return said == "SealError"

    carry(engine, other, has_failed)
    assert list(folder.iterdir()) == [] and registered(engine, case) is None


def test_notices_and_cases_do_not_get_into_each_others_way(engine, connected, folder):
    """No mail is sent for a case that is handed in, and a case is handed in while the mail server is away."""
    case = over(engine, connected)
    ask(engine, case)
    assert list(folder.iterdir()) == []
    away = replace(connected, smtp_url="smtp://127.0.0.1:1", notice_sender="a@b.se", notice_recipient="c@d.se")
    run_until(create_relay(away, engine, pace=QUICK), lambda: state(engine, case) == "sent")
    with reading(engine) as connection:
        kinds = connection.execute(select(rows.c.kind).where(rows.c.state == "pending")).scalars().all()
    assert "new_case" in kinds and outbox.HAND_IN not in kinds


def test_without_a_case_system_the_wish_waits(engine, settings):
    case = over(engine, settings)
    ask(engine, case)
    run_until(create_relay(settings, engine, pace=QUICK), lambda: count_pending(engine) == 1)
    assert state(engine, case) == "pending"


def count_pending(engine):
    with reading(engine) as connection:
        return len(connection.execute(select(rows.c.id).where(rows.c.state == "pending")).all())


def test_what_is_written_after_registering_has_to_be_registered_too(engine, connected, folder):
    case = over(engine, connected)
    ask(engine, case)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    first = registered(engine, case)
    with transaction(engine) as connection:
        assert not needs_registering(connection, get_case(connection, case.id))
        post(connection, case.id, "person", "en sak till", first + timedelta(seconds=1))
        assert needs_registering(connection, get_case(connection, case.id))
    time.sleep(1.1)
    ask(engine, case)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    said = json.loads((folder / f"{case.reference}.json").read_text(encoding="utf-8"))
    assert said["thread"][-1]["text"] == "en sak till" and registered(engine, case) > first


def test_a_case_opened_again_meanwhile_is_not_handed_in_and_can_be_later(engine, connected, folder):
    case = over(engine, connected)
    ask(engine, case)
    with transaction(engine) as connection:
        connection.execute(update(cases).values(state="contacted"))
    carry(engine, connected, lambda: state(engine, case) == "moot")
    assert list(folder.iterdir()) == [] and registered(engine, case) is None
    with transaction(engine) as connection:
        connection.execute(update(cases).values(state="closed"))
    ask(engine, case)
    carry(engine, connected, lambda: state(engine, case) == "sent")
    assert len(list(folder.iterdir())) == 1


def test_a_share_that_hangs_stops_neither_notices_nor_the_sign_of_life(engine, connected, monkeypatch):
    case, release = over(engine, connected), threading.Event()
    monkeypatch.setattr(FolderCaseSystem, "hand_in", lambda *_: release.wait(30))
    ask(engine, case)
    relay = create_relay(connected, engine, pace=replace(QUICK, patience=0.1))
    make_cases(engine, 20, conversation_id="others")
    try:
        run_until(relay, lambda: count_pending(engine) == 1)
    finally:
        release.set()
    assert state(engine, case) == "pending" and registered(engine, case) is None


def test_what_a_killed_relay_left_unfinished_is_cleared_away(folder):
    (folder / ".ABC-DEF.1234.part").write_text("half of it")
    (folder / ".OTH-ER1.1234.part").write_text("somebody else's")
    FolderCaseSystem(folder).hand_in(CaseFile("ABC-DEF", {"a": "å"}))
    assert sorted(path.name for path in folder.iterdir()) == [".OTH-ER1.1234.part", "ABC-DEF.json"]


@pytest.mark.slow
def test_relays_killed_again_and_again_leave_only_whole_files_and_register_each_case(engine, connected, folder):
    first = over(engine, connected)
    made = [first]
    for number in range(1, 12):
        (case,) = make_cases(engine, 1, conversation_id=f"k{number}")
        with transaction(engine) as connection:
            post(connection, case.id, "person", "x" * 100_000, NOW)
            close(connection, case.id, "siv-id", "support", LATER)
        made.append(case)
    for case in made:
        ask(engine, case)
    environment = {**os.environ, **connected.to_environment(), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, str(Path(__file__).with_name("relay_process.py"))]
    kills = 0
    last = time.monotonic() + 90
    while count_hand_ins(engine) < len(made):
        assert time.monotonic() < last, "not all cases got through"
        before = written(folder)
        relay = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL)
        while len(written(folder) - before) < 3 and count_hand_ins(engine) < len(made):
            assert relay.poll() is None and time.monotonic() < last, "the relay handed nothing in"
            time.sleep(0.005)
        relay.kill()
        kills += relay.wait() == -signal.SIGKILL
        with transaction(engine) as connection:
            connection.execute(update(rows).values(leased_until=None, next_attempt_at=NOW))
    assert kills >= 2
    for case in made:
        jsonschema.validate(json.loads((folder / f"{case.reference}.json").read_text(encoding="utf-8")), SCHEMA)
        assert registered(engine, case) is not None
    with reading(engine) as connection:
        assert len(thread_messages(connection, first.id)) == 2


def written(folder):
    """Every file as it was written: a second time is another one."""
    return {(path.name, path.stat().st_mtime_ns) for path in folder.glob("*.json")}


def count_hand_ins(engine):
    with reading(engine) as connection:
        done = rows.c.kind == outbox.HAND_IN, rows.c.state == "sent"
        return len(connection.execute(select(rows.c.id).where(*done)).all())
