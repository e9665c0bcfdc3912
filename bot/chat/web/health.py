"""Whether everything that a message needs is there, by asking each for real."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.parts import Parts
from bot.handover.notices.heartbeat import is_beating

RELAY = "relay"
SILENCE = timedelta(seconds=60)


async def degraded(parts: Parts) -> list[str]:
    """What is away: any of `database`, `relay`, `rasa`, `actions`; empty when all is well."""
    try:
        away = await parts.write(lambda connection: _database(connection, parts))
    except SQLAlchemyError:
        away = ["database", RELAY]
    return [*away, *await parts.assistant.away()]


def _database(connection: Connection, parts: Parts) -> list[str]:
    # A writing transaction: a database that can only be read takes no message.
    connection.execute(text("UPDATE conversations SET created_at = created_at WHERE id = ''"))
    return [] if is_beating(connection, RELAY, parts.clock(), SILENCE) else [RELAY]
