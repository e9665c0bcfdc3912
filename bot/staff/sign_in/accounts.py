"""Staff accounts: making one, signing in with a growing delay, changing the password, closing an account."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Engine

from bot.database import transaction
from bot.staff.access import ROLES, Member
from bot.staff.oversight.audit import record
from bot.staff.sign_in.passwords import Passwords
from bot.tables import staff, staff_sessions

FREE_ATTEMPTS = 3
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)
NAME_LENGTH = 80
ONE_TIME_BYTES = 12


class AccountError(ValueError):
    """An account could not be made or changed; `code` says why: no_name, no_alias, taken, no_role, no_service."""

    def __init__(self, code: str) -> None:
        """Keep the code; the sentence for a person stands in words.yml."""
        super().__init__(code)
        self.code = code


def create_staff(
    connection: Connection,
    name: str,
    alias: str,
    role: str,
    services: Sequence[str],
    password: str,
    now: datetime,
    passwords: Passwords | None = None,
) -> str:
    """Make an account whose password must be changed at the first sign-in; returns its id.

    `name` is for signing in, `alias` is what residents see.

    Raises:
        AccountError: no name or alias, the name is taken, no such role, or a case worker without a service.
    """
    wanted = sign_in_name(name)
    problem = _problem(connection, wanted, alias, role, services)
    if problem:
        raise AccountError(problem)
    account_id = secrets.token_hex(16)
    values = {
        "id": account_id,
        "name": wanted,
        "alias": alias.strip(),
        "password_hash": (passwords or Passwords()).hash(password),
        "role": role,
        "services": sorted(set(services)) if role == "case_worker" else [],
        "must_change_password": True,
        "created_at": now,
    }
    connection.execute(staff.insert().values(**values))
    return account_id


def sign_in_name(typed: str) -> str:
    """Names are told apart without regard to case or to spaces around them."""
    return typed.strip().casefold()


def one_time_password() -> str:
    """A random password of 96 bits, to be handed over once."""
    return secrets.token_urlsafe(ONE_TIME_BYTES)


def sign_in(engine: Engine, passwords: Passwords, name: str, password: str, now: datetime) -> Member | None:
    """The member, or None: unknown, wrong, closed and "wait" are one answer, so that names cannot be found out.

    The attempt is counted before the password is checked, so that many attempts at once do not slip past the delay.
    """
    with transaction(engine) as connection:
        account = count_attempt(connection, sign_in_name(name), now)
    right = passwords.matches(account["password_hash"] if account else None, password)
    if account is None:
        return None
    with transaction(engine) as connection:
        if right and account["second_factor_at"]:
            record(connection, account["id"], "sign_in_first_step", now)
        else:
            record(connection, account["id"], "sign_in" if right else "sign_in_refused", now)
        if right:
            _welcome(connection, passwords, account, password)
    return Member.from_row(account) if right else None


def delay_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: nothing, nothing, 5 s, 10 s, 20 s … at most 15 minutes."""
    if failures < FREE_ATTEMPTS:
        return timedelta(0)
    doublings = min(failures - FREE_ATTEMPTS, 12)
    longest: timedelta = min(FIRST_DELAY * 2**doublings, LONGEST_DELAY)
    return longest


def change_password(connection: Connection, passwords: Passwords, staff_id: str, new: str, now: datetime) -> None:
    """Set the person's own new password and end every session they have."""
    _set_password(connection, passwords, staff_id, new, must_change=False)
    record(connection, staff_id, "change_password", now)


def give_one_time_password(
    connection: Connection, passwords: Passwords, staff_id: str, by: Member, now: datetime
) -> str:
    """A new one-time password for someone who has lost theirs; returned once, stored only as a hash."""
    password = one_time_password()
    _set_password(connection, passwords, staff_id, password, must_change=True)
    record(connection, by.id, "reset_password", now, detail={"person": staff_id})
    return password


def set_disabled(connection: Connection, staff_id: str, disabled: bool, by: Member, now: datetime) -> None:
    """Close or reopen an account. A closed one loses its sessions at once; the row stays, the log refers to it."""
    change = update(staff).where(staff.c.id == staff_id).values(disabled_at=now if disabled else None)
    connection.execute(change)
    connection.execute(staff_sessions.delete().where(staff_sessions.c.staff_id == staff_id))
    record(connection, by.id, "close_account" if disabled else "open_account", now, detail={"person": staff_id})


def find_account(connection: Connection, staff_id: str) -> Mapping[str, Any] | None:
    """The whole row of one account, or None."""
    found: Mapping[str, Any] | None = (
        connection.execute(select(staff).where(staff.c.id == staff_id)).mappings().one_or_none()
    )
    return found


def aliases(connection: Connection) -> dict[str, str]:
    """Staff id → alias, closed accounts too: old threads and cases name them."""
    return {row.id: row.alias for row in connection.execute(select(staff.c.id, staff.c.alias))}


def count_attempt(connection: Connection, name: str, now: datetime) -> Mapping[str, Any] | None:
    """The account when it may try now, by password or code. Whoever comes through the city has nothing to try here.

    `FOR UPDATE` is for PostgreSQL; SQLite holds the write lock already.
    """
    open_here = staff.c.disabled_at.is_(None), staff.c.subject.is_(None)
    wanted = select(staff).where(staff.c.name == name, *open_here).with_for_update()
    account: Mapping[str, Any] | None = connection.execute(wanted).mappings().one_or_none()
    if account is None or (account["locked_until"] and account["locked_until"] > now):
        return None
    failures = account["failed_sign_ins"] + 1
    values = {"failed_sign_ins": failures, "locked_until": now + delay_after(failures)}
    connection.execute(update(staff).where(staff.c.id == account["id"]).values(**values))
    return account


def clear_attempts(connection: Connection, staff_id: str) -> None:
    """The person is in: failures from before count no more."""
    values = {"failed_sign_ins": 0, "locked_until": None}
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**values))


def _problem(connection: Connection, name: str, alias: str, role: str, services: Sequence[str]) -> str | None:
    if not name or len(name) > NAME_LENGTH:
        return "no_name"
    if not alias.strip() or len(alias) > NAME_LENGTH:
        return "no_alias"
    if connection.execute(select(staff.c.id).where(staff.c.name == name)).first():
        return "taken"
    if role not in ROLES:
        return "no_role"
    return "no_service" if role == "case_worker" and not services else None


def _welcome(connection: Connection, passwords: Passwords, account: Mapping[str, Any], password: str) -> None:
    if account["second_factor_at"] is None:
        clear_attempts(connection, account["id"])
    else:
        _give_back_attempt(connection, account)
    if passwords.is_outdated(account["password_hash"]):
        values = {"password_hash": passwords.hash(password)}
        connection.execute(update(staff).where(staff.c.id == account["id"]).values(**values))


def _give_back_attempt(connection: Connection, account: Mapping[str, Any]) -> None:
    """With a second step left, wrong codes go on counting: else a known password would make codes free to guess."""
    before = account["failed_sign_ins"]
    mine = staff.c.id == account["id"], staff.c.failed_sign_ins == before + 1
    connection.execute(update(staff).where(*mine).values(failed_sign_ins=before, locked_until=None))


def _set_password(connection: Connection, passwords: Passwords, staff_id: str, new: str, must_change: bool) -> None:
    values = {"password_hash": passwords.hash(new), "must_change_password": must_change}
    reset = {"failed_sign_ins": 0, "locked_until": None}
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**values, **reset))
    connection.execute(staff_sessions.delete().where(staff_sessions.c.staff_id == staff_id))
