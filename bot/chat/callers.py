"""Who is asking, and may they: the session behind a token, and how much one caller may ask for."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from bot.chat.attempts import UNNAMED, count_attempt
from bot.chat.limits import Kind
from bot.chat.parts import Parts
from bot.chat.session import Session, find_session
from bot.chat.web.incoming import Refused
from bot.sentences import SWEDISH

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Caller:
    """Who asks: the session token that came with the call, today's key of the client, the language of the page, and
    the slot in which all chat processes count the receipt codes that are tried."""

    token: str = field(repr=False)
    client: str = field(repr=False)
    language: str = SWEDISH
    slot: int = field(default=UNNAMED, repr=False)


async def live_session(parts: Parts, caller: Caller, code: str = "degraded") -> Session:
    """The session of the caller's token; `code` is what is said when the database is away.

    Raises:
        Refused: 401, or 503 when nobody can tell.
    """
    key, now = parts.settings.hash_key, parts.clock()
    try:
        session = await parts.read(lambda connection: find_session(connection, caller.token, key, parts.idle, now))
    except SQLAlchemyError as error:
        raise unstored("find a session", error, code) from error
    if session is None:
        raise Refused(401, "no_session")
    return session


def limit(parts: Parts, kind: Kind, key: str, text: str = "") -> None:
    """Count one more.

    Raises:
        Refused: 429 with the seconds to wait.
    """
    seconds = parts.limits.take(kind, key)
    if seconds is not None:
        raise Refused(429, "too_fast", text, retry_after=seconds)


async def limit_receipts(parts: Parts, caller: Caller) -> None:
    """Count one more code that is tried: here first, so that a flood costs the database nothing, then for all.

    Raises:
        Refused: 429 with the seconds to wait.
    """
    limit(parts, "receipt", caller.client)
    seconds = await parts.write(lambda connection: count_attempt(connection, caller.slot, parts.clock()))
    if seconds is not None:
        raise Refused(429, "too_fast", retry_after=seconds)


def unstored(what: str, error: SQLAlchemyError, code: str = "degraded", text: str = "") -> Refused:
    """The refusal for a database that is away; the log gets what failed, never with whose words."""
    logger.error("The database could not %s: %s", what, type(error).__name__)
    return Refused(503, code, text)
