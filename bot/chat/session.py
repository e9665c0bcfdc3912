"""Sessions: a 256-bit token made here, kept by the page in memory, of which we store a keyed hash.

The token travels in a header or in the hidden field of a form, never in a URL or a cookie. It dies when the person ends
the talk, deletes it, or has been away for longer than the idle time.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.tables import conversations, messages, trackers

TOKEN_BYTES = 32
LONGEST_TOKEN = 100
# Asked with every message, so they stand ready.
_OF_TOKEN = select(conversations).where(conversations.c.token_hash == bindparam("wanted"))
_TOUCHED = update(conversations).where(conversations.c.id == bindparam("talk"))


@dataclass(frozen=True)
class Session:
    """A live session: `id` is the conversation's. `case_id` is set when it was opened with a receipt: thread only."""

    id: str
    token: str = field(repr=False)
    case_id: str | None = None


def open_session(connection: Connection, key: str, now: datetime, case_id: str | None = None) -> Session:
    """A new conversation with a new token; the caller's wishes have no part in either."""
    session = Session(secrets.token_hex(16), secrets.token_urlsafe(TOKEN_BYTES), case_id)
    row = {"id": session.id, "token_hash": token_hash(session.token, key), "case_id": case_id, "is_test": False}
    connection.execute(insert(conversations).values(**row, created_at=now, last_seen_at=now))
    return session


def find_session(connection: Connection, token: str, key: str, idle: timedelta, now: datetime) -> Session | None:
    """The live session of a token, or None: unknown, ended, or idle for too long."""
    if not token or len(token) > LONGEST_TOKEN:
        return None
    wanted = token_hash(token, key)
    row = connection.execute(_OF_TOKEN, {"wanted": wanted}).first()
    # The index has already compared; this keeps the comparison that decides free of timing.
    if row is None or not hmac.compare_digest(row.token_hash, wanted):
        return None
    if row.ended_at is not None or now - row.last_seen_at > idle:
        return None
    return Session(row.id, token, row.case_id)


def was_said_before(connection: Connection, client_id: str, idle: timedelta, now: datetime) -> bool:
    """Whether a message with this id stands in a talk that is over; ids are random, so it can only be the same one."""
    talks = select(conversations).join(messages, messages.c.conversation_id == conversations.c.id)
    row = connection.execute(talks.where(messages.c.client_id == client_id).limit(1)).first()
    return row is not None and (row.ended_at is not None or now - row.last_seen_at > idle)


def touch(connection: Connection, session_id: str, now: datetime) -> None:
    """The person has done something: the idle time starts anew."""
    connection.execute(_TOUCHED, {"talk": session_id, "last_seen_at": now})


def end_session(connection: Connection, session_id: str, now: datetime) -> None:
    """The token opens nothing from now on; the transcript stays for as long as the retention says."""
    ended = {"token_hash": None, "ended_at": now}
    connection.execute(update(conversations).where(conversations.c.id == session_id).values(**ended))


def end_receipt_sessions(connection: Connection, case_id: str, now: datetime) -> None:
    """Every session that was opened with the case's code opens nothing from now on."""
    ended = {"token_hash": None, "ended_at": now}
    connection.execute(update(conversations).where(conversations.c.case_id == case_id).values(**ended))


def forget_session(connection: Connection, session_id: str) -> None:
    """Session and transcript are gone, and Rasa's tracker row in the same transaction. Cases are not touched."""
    connection.execute(delete(trackers).where(trackers.c.conversation_id == session_id))
    connection.execute(delete(messages).where(messages.c.conversation_id == session_id))
    connection.execute(delete(conversations).where(conversations.c.id == session_id))


def token_hash(token: str, key: str) -> str:
    """What is stored of a token: 64 hexadecimal digits."""
    return hmac.digest(key.encode(), b"session token\0" + token.encode("utf-8", "replace"), "sha256").hex()
