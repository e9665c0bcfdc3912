"""Staff sessions: a random cookie, of which only a keyed hash is stored, and a token that every form has to bring.

Two limits: after 30 minutes without a click, and 12 hours after sign-in, whatever happens. While the second step of the
sign-in is left, the session opens nothing else and ends after ten minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.staff.access import Member
from bot.tables import staff, staff_sessions

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FOR_THE_CODE = timedelta(minutes=10)
TOUCH_EVERY = timedelta(minutes=1)
TOKEN_BYTES = 32
Stage = Literal["code", "full"]
Through = Literal["local", "city"]


@dataclass(frozen=True)
class Session:
    """A session that is valid now: who, the form token, and when it ends unless something is clicked (aware UTC)."""

    token_hash: str
    csrf: str
    member: Member
    ends_at: datetime
    seen_at: datetime
    stage: Stage = "full"
    through: Through = "local"

    def is_stale(self, now: datetime) -> bool:
        """Whether it is time to note that the person is active: once a minute, so that reading does not write."""
        return now - self.seen_at >= TOUCH_EVERY


def open_session(
    connection: Connection, staff_id: str, key: str, now: datetime, stage: Stage = "full", through: Through = "local"
) -> str:
    """Start a session and return the cookie's token; old, expired sessions are swept away at the same time."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(staff_sessions.delete().where(staff_sessions.c.last_seen_at < now - IDLE))
    values = {"token_hash": keyed_hash(token, key), "csrf": secrets.token_urlsafe(TOKEN_BYTES)}
    kind = {"stage": stage, "through": through, "created_at": now, "last_seen_at": now}
    connection.execute(staff_sessions.insert().values(**values, **kind, staff_id=staff_id))
    return token


def find_session(connection: Connection, token: str, key: str, now: datetime) -> Session | None:
    """The session of a cookie, or None when it is unknown, too old, or its person's account is closed."""
    return _find(connection, keyed_hash(token, key), now)


def renew(connection: Connection, session: Session, now: datetime) -> Session | None:
    """The same session as it stands now, for what goes on after the request; None when it is over."""
    return _find(connection, session.token_hash, now)


def _find(connection: Connection, token_hash: str, now: datetime) -> Session | None:
    mine = staff_sessions.c
    times = (mine.created_at.label("began_at"), mine.last_seen_at.label("seen_at"))
    joined = select(staff, mine.token_hash, mine.csrf, mine.stage, mine.through, *times).join(
        staff, staff.c.id == mine.staff_id
    )
    wanted = joined.where(mine.token_hash == token_hash, staff.c.disabled_at.is_(None))
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        return None
    last = row["began_at"] + (LONGEST if row["stage"] == "full" else FOR_THE_CODE)
    if now >= min(row["seen_at"] + IDLE, last):
        return None
    kind = {"stage": row["stage"], "through": row["through"]}
    ends_at = min(now + IDLE, last)
    return Session(row["token_hash"], row["csrf"], Member.from_row(row), ends_at, row["seen_at"], **kind)


def touch(connection: Connection, session: Session, now: datetime) -> None:
    """The person has just clicked: the idle time begins anew."""
    mine = staff_sessions.c.token_hash == session.token_hash
    connection.execute(update(staff_sessions).where(mine).values(last_seen_at=now))


def end_session(connection: Connection, session: Session) -> None:
    """Sign out: the cookie is worth nothing from now on."""
    connection.execute(staff_sessions.delete().where(staff_sessions.c.token_hash == session.token_hash))


def sign_in_token(before: str, key: str) -> str:
    """The form token of the sign-in page, where no session exists yet: bound to a random cookie of its own."""
    return keyed_hash(f"sign-in:{before}", key)


def keyed_hash(value: str, key: str) -> str:
    """HMAC-SHA256 in hex: a copied database alone opens no session."""
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()
