"""The receipt: sixteen digits with which a person comes back to a case without saying who they are.

The code is computed at the door from the session token and the case id, so a retry shows the same code and nobody needs
to store it; the database keeps a keyed hash only. It cannot be recovered, and we say so.

How guessable it is: there are 10^16 codes. The 256 bits of the HMAC taken modulo 10^16 leave a bias below 2^-202, which
is none. With 10,000 valid receipts one guess hits any of them with a chance of 10^-12; how many guesses there are is
decided by the door's limiter, which lives in the chat room, not here. At 1,000 guesses a day an even chance of one hit
takes 1.9 million years. A copied database alone opens nothing: without `hash_key` the hashes cannot be tried. Whoever
has both the database and the key can try all codes in days to weeks; such a person could read the threads anyway.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from datetime import datetime

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.engine import Connection

from bot.database import UtcDateTime
from bot.handover.record import Case, get_case
from bot.tables import cases

DIGITS = 16
# Blanks, full stops and dashes of any kind are how people group digits.
GROUPING = re.compile(r"[\s.\-\u2010-\u2015\u2212\u00b7]+")
# Invisible marks that a copy from a chat or a mail may bring along.
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e]")


class ReceiptError(ValueError):
    """The case already has another code; overwriting it would shut out whoever holds that one."""


def receipt_code(token: str, case_id: str, key: str) -> str:
    """The sixteen digits for this session and case, always the same: "1234567890123456"."""
    digest = _digest(key, "receipt code", token, case_id)
    return f"{int.from_bytes(digest, 'big') % 10**DIGITS:0{DIGITS}d}"


def receipt_hash(code: str, key: str) -> str:
    """What is stored of a code: 64 hexadecimal digits."""
    return _digest(key, "receipt hash", code).hex()


def in_groups(code: str) -> str:
    """For people to read: "1234 5678 9012 3456"."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise_code(text: str) -> str | None:
    """The sixteen digits in what somebody typed, with spaces or dashes as they like; None if that is not what it is."""
    plain = GROUPING.sub("", INVISIBLE.sub("", text[:200]))
    digits = "".join(str(unicodedata.digit(character, "x")) for character in plain)
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None


def attach_receipt(connection: Connection, case_id: str, code: str, key: str, until: datetime) -> None:
    """Let the code open the case until then; doing it again with the same code changes nothing, not even the date.

    Raises:
        bot.handover.record.CaseError: `unknown`.
        ReceiptError: the case has another code.
    """
    hashed = receipt_hash(code, key)
    own = or_(cases.c.receipt_hash.is_(None), cases.c.receipt_hash == hashed)
    values = {
        "receipt_hash": hashed,
        "receipt_until": func.coalesce(cases.c.receipt_until, literal(until, UtcDateTime())),
    }
    changed = connection.execute(update(cases).where(cases.c.id == case_id, own).values(**values))
    if not changed.rowcount:
        get_case(connection, case_id)
        raise ReceiptError("The case already has another receipt code.")


def case_by_receipt(connection: Connection, code: str, key: str, now: datetime) -> Case | None:
    """The case that this code opens; None if there is none or its last day has passed."""
    case_id = _case_id(connection, code, key, cases.c.receipt_until > now)
    return None if case_id is None else get_case(connection, case_id)


def has_expired(connection: Connection, code: str, key: str, now: datetime) -> bool:
    """Whether the code once opened a case: only then may we say that it is valid no longer.

    Its last day has passed or the person has revoked it. Which of the two is not told: somebody else may be asking.
    """
    return _case_id(connection, code, key, cases.c.receipt_until <= now) is not None


def _case_id(connection: Connection, code: str, key: str, condition: object) -> str | None:
    found = select(cases.c.id).where(cases.c.receipt_hash == receipt_hash(code, key), condition)
    case_id = connection.execute(found).scalar()
    return None if case_id is None else str(case_id)


def _digest(key: str, purpose: str, *parts: str) -> bytes:
    # The purpose and the zero bytes keep two uses of one key, and ("ab", "c") and ("a", "bc"), apart.
    return hmac.digest(key.encode(), "\0".join((purpose, *parts)).encode(), "sha256")
