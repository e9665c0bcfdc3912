"""How a person can be reached: checked kindly, sealed, and readable only with the keys.

Contact details live in one table, encrypted, and nowhere else. The values print as nothing, so that a log line or a
traceback cannot carry them. Problems are codes; the sentence for a code is `utter_contact_<code>` in domain.yml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import phonenumbers
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import and_, select, update
from sqlalchemy.engine import Connection

from bot.handover.insertion import insert_once
from bot.tables import cases, contacts

LONGEST = {"phone": 40, "email": 254, "when": 200, "say_if_other": 200}
# The shape of an address, not a proof that it exists. Letters of any language are let through; blanks, quotes, brackets
# and a second @ are not.
EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
ANSWERS = {"": None, "true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "0": False}


class ContactError(ValueError):
    """A field is not right: `code` is `missing`, `bad_phone`, `bad_email`, `bad_choice` or `too_long`.

    Neither the message nor the attributes hold what the person wrote.
    """

    def __init__(self, field_name: str, code: str) -> None:
        super().__init__(f"{field_name}: {code}")
        self.field = field_name
        self.code = code


class SealError(ValueError):
    """No key opens this row: a key was removed before `rotate` had run, or the row was changed."""


@dataclass(frozen=True)
class Contact:
    """`phone` in E.164 (+46701234567) or empty; None means that the person did not say."""

    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    safe_to_call: bool | None = field(default=None, repr=False)
    leave_message: bool | None = field(default=None, repr=False)
    when: str = field(default="", repr=False)
    say_if_other: str = field(default="", repr=False)


def validate_contact(form: Mapping[str, object]) -> Contact:
    """Read a form or a JSON body; unknown fields are ignored, at least a phone number or an e-mail must be there.

    Raises:
        ContactError: with the field and the code of the problem.
    """
    texts = {name: _text(form, name) for name in LONGEST}
    if not (texts["phone"] or texts["email"]):
        raise ContactError("phone", "missing")
    return Contact(
        phone=_phone(texts["phone"]),
        email=_email(texts["email"]),
        safe_to_call=_answer(form, "safe_to_call"),
        leave_message=_answer(form, "leave_message"),
        when=texts["when"],
        say_if_other=texts["say_if_other"],
    )


def seal(contact: Contact, keys: Sequence[str]) -> bytes:
    """Encrypt with the newest key."""
    return _safe(keys).encrypt(json.dumps(asdict(contact), ensure_ascii=False).encode())


def unseal(sealed: bytes, keys: Sequence[str]) -> Contact:
    """Decrypt with whichever key fits.

    Raises:
        SealError: none does.
    """
    try:
        return Contact(**json.loads(_safe(keys).decrypt(bytes(sealed))))
    except InvalidToken as error:
        raise SealError("No encryption key opens these contact details.") from error


def store_contact(connection: Connection, case_id: str, contact: Contact, keys: Sequence[str], now: datetime) -> None:
    """Seal and store; what the person gives last for a case is what counts."""
    sealed = seal(contact, keys)
    if not insert_once(connection, contacts, {"case_id": case_id, "sealed": sealed, "created_at": now}):
        connection.execute(update(contacts).where(contacts.c.case_id == case_id).values(sealed=sealed))


def read_contact(connection: Connection, case_id: str, keys: Sequence[str]) -> Contact | None:
    """The contact details of a case, or None. The caller records who read them and why.

    None also where they may not be used any more: the person has taken the case back or wants no contact.

    Raises:
        SealError: no key fits.
    """
    wanted = and_(cases.c.id == contacts.c.case_id, cases.c.state != "withdrawn", cases.c.stopped_at.is_(None))
    found = select(contacts.c.sealed).join(cases, wanted).where(contacts.c.case_id == case_id)
    sealed = connection.execute(found).scalar()
    return None if sealed is None else unseal(sealed, keys)


def rotate(connection: Connection, keys: Sequence[str]) -> int:
    """Seal anew every row that the newest key does not open yet; returns how many.

    The order: give every process the new key in front of the old one, restart them, rotate, then drop the old key.

    Raises:
        SealError: a row that no key opens; the caller's transaction must then be rolled back, and nothing is lost.
    """
    safe, newest = _safe(keys), _safe(keys[:1])
    rows = connection.execute(select(contacts).with_for_update()).all()
    old = [row for row in rows if not _opens(newest, row)]
    for row in old:
        if not _opens(safe, row):
            raise SealError(f"No encryption key opens the contact details of case {row.case_id}.")
        sealed = safe.rotate(bytes(row.sealed))
        connection.execute(update(contacts).where(contacts.c.case_id == row.case_id).values(sealed=sealed))
    return len(old)


def check_seals(connection: Connection, keys: Sequence[str]) -> None:
    """Try every row.

    Raises:
        SealError: none of these keys opens one of them.
    """
    safe = _safe(keys)
    for row in connection.execute(select(contacts)):
        if not _opens(safe, row):
            raise SealError(f"No encryption key opens the contact details of case {row.case_id}.")


def _opens(safe: MultiFernet, row: Any) -> bool:
    try:
        safe.decrypt(bytes(row.sealed))
    except InvalidToken:
        return False
    return True


def _safe(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _text(form: Mapping[str, object], name: str) -> str:
    given = form.get(name) or ""
    written = "".join(c if c.isprintable() else " " for c in str(given))
    text = " ".join(written.split())
    if len(text) > LONGEST[name]:
        raise ContactError(name, "too_long")
    return text


def _phone(text: str) -> str:
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "SE")
    except phonenumbers.NumberParseException:
        raise ContactError("phone", "bad_phone") from None
    # A premium-rate number would let a stranger earn on the city's call.
    premium = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    if premium or not phonenumbers.is_valid_number(number):
        raise ContactError("phone", "bad_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(text: str) -> str:
    if not text:
        return ""
    local = text.rpartition("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if dots or not EMAIL.fullmatch(text):
        raise ContactError("email", "bad_email")
    return text


def _answer(form: Mapping[str, object], name: str) -> bool | None:
    given = form.get(name)
    if given is None or isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if word not in ANSWERS:
        raise ContactError(name, "bad_choice")
    return ANSWERS[word]
