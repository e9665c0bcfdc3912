from __future__ import annotations

import logging
import traceback

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.database import transaction
from bot.handover.case import open_case
from bot.handover.contact import (
    Contact,
    ContactError,
    SealError,
    read_contact,
    rotate,
    seal,
    store_contact,
    unseal,
    validate_contact,
)
from bot.tables import contacts

from .conftest import NOW, make_hand_over

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
PHONE, EMAIL = "+46701740605", "kanarie@example.se"


@pytest.mark.parametrize(
    "written,stored",
    [
        ("070-174 06 05", "+46701740605"),
        ("0701740605", "+46701740605"),
        (" +46 70 174 06 05 ", "+46701740605"),
        ("0046701740605", "+46701740605"),
        ("08-508 00 508", "+46850800508"),
        ("+358 40 123 4567", "+358401234567"),
        ("０７０１７４０６０５", "+46701740605"),
        ("070 174 06 05", "+46701740605"),
    ],
)
def test_a_phone_number_is_stored_in_one_form(written, stored):
    assert validate_contact({"phone": written}).phone == stored


@pytest.mark.parametrize("written", ["112", "1177", "070", "hej", "0900-123 45 67", "123456789012345", "070-174 06 0"])
def test_what_is_no_phone_number_of_a_person_is_refused(written):
    with pytest.raises(ContactError) as caught:
        validate_contact({"phone": written})
    assert (caught.value.field, caught.value.code) == ("phone", "bad_phone")


@pytest.mark.parametrize(
    "written", ["a@b.se", "åsa.öberg@räksmörgås.se", "a+b@sub.example.museum", "o'neil@example.ie"]
)
def test_an_email_address_is_taken_as_written(written):
    assert validate_contact({"email": f" {written} "}).email == written


@pytest.mark.parametrize(
    "written",
    ["a", "a@", "@b.se", "a@b", "a b@c.se", "a@b.se, c@d.se", "<a@b.se>", "a@b..se", ".a@b.se", "a@-b.se", "a@b.s1"],
)
def test_what_is_no_email_address_is_refused(written):
    with pytest.raises(ContactError) as caught:
        validate_contact({"email": written})
    assert (caught.value.field, caught.value.code) == ("email", "bad_email")


def test_a_line_break_cannot_reach_a_mail_header():
    with pytest.raises(ContactError):
        validate_contact({"email": "a@b.se\r\nBcc: c@d.se"})


@pytest.mark.parametrize("form", [{}, {"phone": "", "email": "  "}, {"phone": None}, {"when": "efter fem"}])
def test_there_must_be_a_phone_number_or_an_email(form):
    with pytest.raises(ContactError) as caught:
        validate_contact(form)
    assert caught.value.code == "missing"


@pytest.mark.parametrize("name,length", [("phone", 41), ("email", 255), ("when", 201), ("say_if_other", 201)])
def test_a_field_that_is_too_long_is_named(name, length):
    with pytest.raises(ContactError) as caught:
        validate_contact({"phone": PHONE, "email": EMAIL, name: "x" * length})
    assert (caught.value.field, caught.value.code) == (name, "too_long")


@pytest.mark.parametrize(
    "given_,meant",
    [
        (True, True),
        (False, False),
        (None, None),
        ("", None),
        ("yes", True),
        ("on", True),
        ("no", False),
        ("FALSE", False),
    ],
)
def test_safe_to_call_is_yes_no_or_not_said(given_, meant):
    assert validate_contact({"phone": PHONE, "safe_to_call": given_}).safe_to_call is meant


def test_an_answer_that_is_neither_yes_nor_no_is_refused():
    with pytest.raises(ContactError) as caught:
        validate_contact({"phone": PHONE, "leave_message": "maybe"})
    assert (caught.value.field, caught.value.code) == ("leave_message", "bad_choice")


def test_free_text_becomes_one_clean_line():
    contact = validate_contact({"phone": PHONE, "when": " efter\r\n17\x00 ", "say_if_other": "från\tbiblioteket"})
    assert (contact.when, contact.say_if_other) == ("efter 17", "från biblioteket")


@given(st.dictionaries(st.sampled_from(["phone", "email", "safe_to_call", "when"]), st.text(max_size=60)))
def test_any_form_is_either_right_or_a_known_problem(form):
    try:
        contact = validate_contact(form)
    except ContactError as error:
        assert error.code in ("missing", "bad_phone", "bad_email", "bad_choice", "too_long")
    else:
        assert contact.phone or contact.email


def test_sealed_bytes_hold_nothing_readable():
    sealed = seal(Contact(PHONE, EMAIL, True, False, "efter fem", "biblioteket"), [NEW])
    for text in (PHONE, PHONE[1:], "701740605", EMAIL, "kanarie", "biblioteket"):
        assert text.encode() not in sealed


def test_what_is_sealed_can_be_opened_again():
    contact = Contact(PHONE, EMAIL, True, None, "efter fem", "åäö")
    assert unseal(seal(contact, [NEW]), [NEW]) == contact


def test_a_changed_row_or_a_wrong_key_opens_nothing():
    sealed = seal(Contact(PHONE), [NEW])
    for bytes_, keys in ((sealed[:-4] + b"AAA=", [NEW]), (sealed, [OLD])):
        with pytest.raises(SealError):
            unseal(bytes_, keys)


def test_neither_value_nor_error_prints_what_the_person_wrote(caplog):
    contact = Contact(PHONE, EMAIL, True, None, "efter fem", "biblioteket")
    try:
        validate_contact({"phone": "070-174 06 0", "email": EMAIL})
    except ContactError as error:
        logging.getLogger("canary").exception("%r %r", contact, error)
    # The source lines of this test stand in a traceback, so only what the room itself says is looked at.
    said = "".join(line for line in (repr(contact), *caplog.messages))
    assert not any(text in said for text in ("70174", "174 06", "kanarie", "biblioteket"))


def test_the_cause_of_a_bad_number_does_not_repeat_it():
    try:
        validate_contact({"phone": "kanariefågel"})
    except ContactError as error:
        said = "".join(str(part) for part in traceback.format_exception_only(type(error), error))
        assert "kanarie" not in said + str(error.__cause__)


def test_the_database_file_holds_no_phone_number(engine, tmp_path):
    with transaction(engine) as connection:
        case = open_case(connection, make_hand_over(channel="callback"), 24, NOW)
        store_contact(connection, case.id, Contact(PHONE, EMAIL), [NEW], NOW)
    files = list(tmp_path.iterdir())
    if engine.dialect.name != "sqlite":
        pytest.skip("the file lies with the database server")
    assert files
    for content in (file.read_bytes() for file in files):
        assert b"701740605" not in content and b"kanarie" not in content


def test_what_is_given_last_for_a_case_counts(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    assert read_contact(connection, case.id, [NEW]) is None
    store_contact(connection, case.id, Contact("+46850800508"), [NEW], NOW)
    store_contact(connection, case.id, Contact(PHONE), [NEW], NOW)
    assert read_contact(connection, case.id, [NEW]) == Contact(PHONE)


def test_after_rotation_the_old_key_is_not_needed(connection):
    ids = [open_case(connection, make_hand_over(message_id=f"m{n}"), 24, NOW).id for n in range(3)]
    for case_id in ids:
        store_contact(connection, case_id, Contact(PHONE), [OLD], NOW)
    assert rotate(connection, [NEW, OLD]) == 3
    assert [read_contact(connection, case_id, [NEW]) for case_id in ids] == [Contact(PHONE)] * 3


def test_a_rotation_that_cannot_open_a_row_changes_none(engine):
    with transaction(engine) as connection:
        case = open_case(connection, make_hand_over(), 24, NOW)
        store_contact(connection, case.id, Contact(PHONE), [OLD], NOW)
        before = connection.execute(select(contacts.c.sealed)).scalars().all()
    with pytest.raises(SealError, match=case.id), transaction(engine) as connection:
        rotate(connection, [NEW])
    with transaction(engine) as connection:
        assert connection.execute(select(contacts.c.sealed)).scalars().all() == before
