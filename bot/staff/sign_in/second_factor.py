"""The second step of a sign-in in the database: enrolling an app, checking a code, recovery codes, starting anew.

The secret is sealed with the keys of the contact details. Until a first code has confirmed it, it belongs to the
session alone: whoever saw it and did not sign in has nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.engine import Connection, Engine

from bot.database import transaction
from bot.handover.contact import SealError
from bot.staff.access import Member
from bot.staff.oversight.audit import record
from bot.staff.sign_in.accounts import clear_attempts, count_attempt
from bot.staff.sign_in.codes import new_recovery_codes, new_secret, read_recovery_code, step_of
from bot.staff.sign_in.passwords import Passwords
from bot.staff.sign_in.sessions import Session
from bot.tables import recovery_codes, staff, staff_sessions

FEW = 3
"""With fewer recovery codes than this the person is asked to make new ones."""


def pending_secret(connection: Connection, session: Session, keys: Sequence[str]) -> str:
    """The secret that this session is about to enrol; made at the first look, the same at the next."""
    mine = staff_sessions.c.token_hash == session.token_hash
    sealed = connection.execute(select(staff_sessions.c.pending_factor).where(mine)).scalar_one()
    if sealed:
        return _open(sealed, keys)
    secret = new_secret()
    connection.execute(update(staff_sessions).where(mine).values(pending_factor=_seal(secret, keys)))
    return secret


def may_enrol(connection: Connection, session: Session) -> bool:
    """Whether the session may enrol an app: it has none yet, or a code has just shown that it is the same person."""
    mine = staff_sessions.c.token_hash == session.token_hash
    proven = connection.execute(select(staff_sessions.c.pending_factor).where(mine)).scalar_one() is not None
    return proven or not session.member.has_second_factor


def enrol(connection: Connection, session: Session, code: str, keys: Sequence[str], now: datetime) -> bool:
    """Make the session's secret the person's second factor if the code comes from it."""
    secret = pending_secret(connection, session, keys)
    step = step_of(secret, code, now)
    if step is None:
        return False
    values = {"second_factor": _seal(secret, keys), "second_factor_at": now, "last_step": step}
    person = session.member.id
    connection.execute(update(staff).where(staff.c.id == person).values(**values))
    mine = staff_sessions.c.token_hash == session.token_hash
    connection.execute(update(staff_sessions).where(mine).values(pending_factor=None))
    # Whoever else is signed in with this account did so without the new app.
    others = staff_sessions.c.staff_id == person, staff_sessions.c.token_hash != session.token_hash
    connection.execute(delete(staff_sessions).where(*others))
    record(connection, person, "enrol_factor", now)
    return True


def check_code(
    engine: Engine, passwords: Passwords, member: Member, code: str, keys: Sequence[str], now: datetime
) -> bool:
    """Whether a code of the app or a recovery code is right, now, for the first time. Wrong and "wait" are one answer.

    The attempt is counted before the code is looked at, with the delay of the sign-in.
    """
    with transaction(engine) as connection:
        account = count_attempt(connection, member.name, now)
    if account is None:
        return False
    secret = _open(account["second_factor"], keys) if account["second_factor"] else None
    with transaction(engine) as connection:
        how = "app" if secret and _use_step(connection, member.id, step_of(secret, code, now)) else None
    how = how or ("recovery" if _use_recovery_code(engine, passwords, member.id, code) else None)
    with transaction(engine) as connection:
        if how:
            clear_attempts(connection, member.id)
        record(connection, member.id, "code" if how else "code_refused", now, detail={"factor": how} if how else {})
    return how is not None


def give_recovery_codes(connection: Connection, passwords: Passwords, staff_id: str, now: datetime) -> list[str]:
    """Ten new codes; those from before are worth nothing. Returned once, stored only as hashes."""
    codes = new_recovery_codes()
    rows = []
    for handle, rest in filter(None, map(read_recovery_code, codes)):
        rows.append({"staff_id": staff_id, "handle": handle, "hash": passwords.hash(rest)})
    connection.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    connection.execute(recovery_codes.insert(), rows)
    record(connection, staff_id, "recovery_codes", now)
    return codes


def codes_left(connection: Connection, staff_id: str) -> int:
    """How many recovery codes have not been used."""
    mine = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.staff_id == staff_id)
    return int(connection.execute(mine).scalar_one())


def forget(connection: Connection, staff_id: str, by: Member, now: datetime) -> None:
    """Somebody has lost phone and codes: take the second factor away and end every session. Never one's own."""
    values = {"second_factor": None, "second_factor_at": None, "last_step": None}
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**values))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))
    record(connection, by.id, "reset_factor", now, detail={"person": staff_id})


def reseal(connection: Connection, keys: Sequence[str]) -> int:
    """Seal every secret with the newest key; returns how many. For a change of keys.

    Raises:
        bot.handover.contact.SealError: a secret that no key opens; the caller's transaction must be rolled back.
    """
    secrets = _secrets(connection)
    for staff_id, sealed in secrets.items():
        with _one_that_opens():
            again = _keys(keys).rotate(sealed)
        connection.execute(update(staff).where(staff.c.id == staff_id).values(second_factor=again))
    # Who is enrolling at this very moment is shown another secret.
    connection.execute(update(staff_sessions).values(pending_factor=None))
    return len(secrets)


def check_secrets(connection: Connection, keys: Sequence[str]) -> None:
    """Open every secret, and show none.

    Raises:
        bot.handover.contact.SealError: a secret that no key opens.
    """
    for sealed in _secrets(connection).values():
        with _one_that_opens():
            _keys(keys).decrypt(sealed)


def _secrets(connection: Connection) -> dict[str, bytes]:
    rows = connection.execute(select(staff.c.id, staff.c.second_factor).where(staff.c.second_factor.is_not(None)))
    return {row.id: bytes(row.second_factor) for row in rows}


@contextmanager
def _one_that_opens() -> Iterator[None]:
    try:
        yield
    except InvalidToken as error:
        raise SealError("No encryption key opens a second factor.") from error


def _use_step(connection: Connection, staff_id: str, step: int | None) -> bool:
    """A code counts once: of two who bring the same, one finds the step used."""
    if step is None:
        return False
    unused = or_(staff.c.last_step.is_(None), staff.c.last_step < step)
    change = update(staff).where(staff.c.id == staff_id, unused).values(last_step=step)
    return bool(connection.execute(change).rowcount == 1)


def _use_recovery_code(engine: Engine, passwords: Passwords, staff_id: str, code: str) -> bool:
    parts = read_recovery_code(code)
    if parts is None:
        return False
    handle, rest = parts
    wanted = recovery_codes.c.staff_id == staff_id, recovery_codes.c.handle == handle
    with transaction(engine) as connection:
        stored = connection.execute(select(recovery_codes.c.hash).where(*wanted)).scalar_one_or_none()
        if stored is None or not passwords.matches(stored, rest):
            return False
        return bool(connection.execute(delete(recovery_codes).where(*wanted)).rowcount == 1)


def _seal(secret: str, keys: Sequence[str]) -> bytes:
    return bytes(_keys(keys).encrypt(secret.encode()))


def _open(sealed: bytes, keys: Sequence[str]) -> str:
    return str(_keys(keys).decrypt(sealed).decode())


def _keys(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
