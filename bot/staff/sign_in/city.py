"""Signing in through the city: the way out, the way back, and the account that follows what the city says.

How this goes together with `SameSite=Strict` is told in docs/decisions/0006-the-citys-sign-in.md.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from bot.settings import Settings
from bot.staff.oversight.audit import record
from bot.staff.sign_in.accounts import NAME_LENGTH, sign_in_name
from bot.staff.sign_in.city_roles import CityRoles, Grant
from bot.staff.sign_in.provider import Attempt, Provider
from bot.tables import staff, staff_sessions

CALLBACK_PATH = "/logga-in/staden/tillbaka"
LONGEST_ATTEMPT = timedelta(minutes=10)
NO_PASSWORD = "!"
"""No argon2 hash: no password fits it."""
NOBODY = "city"


@dataclass(frozen=True)
class City:
    """The provider, and what its groups mean here."""

    provider: Provider
    roles: CityRoles


def create_city(settings: Settings, services: Sequence[str]) -> City | None:
    """The city's sign-in as the settings say, or None where there is none.

    Raises:
        bot.staff.sign_in.city_roles.CityRolesError: the file of roles is wrong.
    """
    if not settings.oidc_issuer:
        return None
    back = settings.staff_url.rstrip("/") + CALLBACK_PATH
    provider = Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, back)
    return City(provider, CityRoles.load(Path(settings.oidc_roles), services))


def seal_attempt(attempt: Attempt, keys: Sequence[str], now: datetime) -> str:
    """An attempt as the value of a cookie that only we can read."""
    content = json.dumps({**asdict(attempt), "at": now.timestamp()}).encode()
    return str(_keys(keys).encrypt(content).decode())


def open_attempt(cookie: str, state: str, keys: Sequence[str], now: datetime) -> Attempt | None:
    """The attempt that this browser began, if the answer that came back belongs to it and is not too late."""
    try:
        content = json.loads(_keys(keys).decrypt(cookie.encode()))
    except (InvalidToken, ValueError):
        return None
    age = now.timestamp() - content.pop("at")
    fits = hmac.compare_digest(content["state"].encode(), state.encode())
    return Attempt(**content) if fits and 0 <= age <= LONGEST_ATTEMPT.total_seconds() else None


def welcome(connection: Connection, city: City, claims: Mapping[str, Any], now: datetime) -> str | None:
    """The id of the person's account, made or brought up to date; None when no role fits or the account is closed.

    Whoever has lost their role at the city loses the sessions they have here, too.
    """
    subject = _subject(city.provider.issuer, str(claims["sub"]))
    account = connection.execute(select(staff).where(staff.c.subject == subject)).mappings().one_or_none()
    grant = city.roles.grant(claims)
    if grant is None or (account is not None and account["disabled_at"]):
        _refuse(connection, account, subject, now)
        return None
    if account is None:
        staff_id = _create(connection, subject, _name(connection, city, claims, subject), grant, now)
    else:
        staff_id = account["id"]
        connection.execute(update(staff).where(staff.c.id == staff_id).values(**_rights(grant)))
    record(connection, staff_id, "sign_in_city", now, detail={"role": grant.role})
    return staff_id


def _refuse(connection: Connection, account: Mapping[str, Any] | None, subject: str, now: datetime) -> None:
    if account is not None:
        connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == account["id"]))
    who = account["id"] if account else NOBODY
    record(connection, who, "sign_in_no_role", now, detail={"subject": subject[:12]})


def _create(connection: Connection, subject: str, name: str, grant: Grant, now: datetime) -> str:
    staff_id = secrets.token_hex(16)
    values = {"id": staff_id, "name": name, "subject": subject, "password_hash": NO_PASSWORD, "created_at": now}
    connection.execute(staff.insert().values(**values, **_rights(grant)))
    return staff_id


def _rights(grant: Grant) -> dict[str, Any]:
    return {"role": grant.role, "alias": grant.alias, "services": list(grant.services)}


def _name(connection: Connection, city: City, claims: Mapping[str, Any], subject: str) -> str:
    """What the log calls the person. A name that a local account has already is told apart, never taken over."""
    name = sign_in_name(str(claims.get(city.roles.name) or claims["sub"]).replace("\x00", ""))[: NAME_LENGTH - 8]
    taken = connection.execute(select(staff.c.id).where(staff.c.name == name)).first()
    return f"{name} {subject[:7]}" if taken or not name else name


def _subject(issuer: str, sub: str) -> str:
    """A person's `sub` is told apart from all others of the same issuer only."""
    return sha256(f"{issuer}\n{sub}".encode()).hexdigest()


def _keys(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
