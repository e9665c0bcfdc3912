"""Canaries: what a person wrote must be in no log, no mail, no webhook, no error, whatever goes wrong."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.database import transaction
from bot.handover.case import open_case, raise_alarm, withdraw
from bot.handover.contact import ContactError, read_contact, store_contact, unseal, validate_contact
from bot.handover.notices.relay import create_relay
from bot.handover.receipt import attach_receipt, in_groups, receipt_code
from bot.handover.thread import post

from .conftest import KEY, NOW, make_hand_over
from .running import QUICK, run_until, states
from .servers import Hook, Mailbox, hook_server, mail_server

PHONE, EMAIL, WORDS = "070-174 06 05", "kanarie@example.se", "kanariefågel"
CANARIES = ("70174", "174 06 05", "kanarie", "unit@city.test", "s3cret")


@pytest.fixture
def case(engine, settings):
    form = {"phone": PHONE, "email": EMAIL, "when": WORDS, "say_if_other": WORDS}
    with transaction(engine) as connection:
        wish = make_hand_over(channel="callback", shared="summary", summary=WORDS, acute=True)
        case = open_case(connection, wish, 24, NOW)
        store_contact(connection, case.id, validate_contact(form), settings.encryption_keys, NOW)
        attach_receipt(connection, case.id, receipt_code("token", case.id, KEY), KEY, NOW)
        post(connection, case.id, "person", WORDS, NOW)
        raise_alarm(connection, case.id, NOW)
        withdraw(connection, case.id, NOW)
    return case


def check(text: str, case) -> None:
    code = receipt_code("token", case.id, KEY)
    assert not [canary for canary in (*CANARIES, code, in_groups(code)) if canary in text]


@pytest.mark.parametrize("user", ["", "bot:s3cret@"], ids=["open server", "sign-in fails"])
@pytest.mark.parametrize("answer", ["250 OK", f"550 {EMAIL} unit@city.test unknown", f"451 {PHONE}", "drop"])
def test_no_word_of_the_person_leaves_the_house_or_reaches_a_log(engine, settings, case, answer, user, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    mailbox, hook = Mailbox([answer] * 20), Hook()
    with mail_server(mailbox) as port, hook_server(hook) as url:
        out = {"smtp_url": f"smtp://{user}127.0.0.1:{port}", "webhook_url": url}
        way = replace(settings, **out, notice_sender="bot@city.test", notice_recipient="unit@city.test")
        run_until(create_relay(way, engine, pace=QUICK), lambda: bool(hook.requests) and tried(engine))
    assert bool(mailbox.attempts) == (not user)
    said = capfd.readouterr()
    # The mail server of the test logs what it is given; only what our own process side says is looked at.
    ours = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail."))
    check(said.out + said.err + ours, case)
    check(str([body for _, body in hook.requests]), case)
    for mail in mailbox.mails:
        body = mail.get_payload(decode=True).decode() + str(mail["Subject"])
        assert WORDS not in body and EMAIL not in body and "70174" not in body


def tried(engine) -> bool:
    with transaction(engine) as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE attempts = 0").scalar()
    return rows == 0


def test_an_error_of_the_database_does_not_repeat_the_contact(engine, settings, case):
    contact = validate_contact({"phone": PHONE, "email": EMAIL})
    with pytest.raises(SQLAlchemyError) as caught, transaction(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE contacts RENAME TO away")
        store_contact(connection, case.id, contact, settings.encryption_keys, NOW)
    check(str(caught.value) + repr(caught.value), case)


def test_an_error_of_the_database_does_not_repeat_a_thread_message(engine, case):
    with pytest.raises(SQLAlchemyError) as caught, transaction(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE thread_messages RENAME TO away")
        post(connection, case.id, "person", WORDS, NOW)
    check(str(caught.value), case)


def test_a_form_that_is_wrong_is_not_repeated_in_the_error():
    with pytest.raises(ContactError) as caught:
        validate_contact({"phone": PHONE, "email": f"{EMAIL} eller {PHONE}"})
    assert not any(canary in str(caught.value) + repr(caught.value.args) for canary in CANARIES)


def test_contact_details_come_back_whole_for_those_who_may_read_them(engine, settings, case):
    with transaction(engine) as connection:
        assert read_contact(connection, case.id, settings.encryption_keys) is None, "it was taken back"
        sealed = connection.exec_driver_sql("SELECT sealed FROM contacts").scalar()
    contact = unseal(sealed, settings.encryption_keys)
    assert (contact.phone, contact.email, contact.when) == ("+46701740605", EMAIL, WORDS)
    assert states(engine)["pending"]
