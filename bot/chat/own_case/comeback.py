"""Coming back with a receipt: a new session that sees the case's thread and nothing of the earlier talk."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from bot.chat.draft import Message
from bot.chat.parts import Parts
from bot.chat.session import Session, open_session
from bot.chat.web.incoming import Refused
from bot.chat.web.views import View
from bot.handover.receipt import case_by_receipt, has_expired, normalise_code
from bot.handover.thread import mark_read, messages


async def come_back(parts: Parts, code: object) -> tuple[Session, list[Message]]:
    """A session bound to the case of this code, and the thread so far.

    Raises:
        Refused: 422 if it is no code, 404 if it opens nothing (`expired_receipt` if its last day has passed).
    """
    digits = normalise_code(code) if isinstance(code, str) else None
    if digits is None:
        raise Refused(422, "no_receipt")
    return await parts.write(lambda connection: _open(connection, parts, digits))


def _open(connection: Connection, parts: Parts, digits: str) -> tuple[Session, list[Message]]:
    now, key = parts.clock(), parts.settings.hash_key
    case = case_by_receipt(connection, digits, key, now)
    if case is None:
        raise Refused(404, "expired_receipt" if has_expired(connection, digits, key, now) else "unknown_receipt")
    session = open_session(connection, key, now, case.id)
    rows = messages(connection, case.id)
    mark_read(connection, case.id, "person", rows[-1].id if rows else 0, now)
    return session, View(parts, session, now).thread(rows)
