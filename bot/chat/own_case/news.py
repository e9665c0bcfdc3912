"""What came without being asked for: staff's messages in the talk's cases, and cases whose answer had been cut off."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.draft import Message
from bot.chat.own_case.promises import tell_late_cases, untold_cases
from bot.chat.own_case.staffed import case_ids, company
from bot.chat.parts import Parts
from bot.chat.session import Session, find_session
from bot.chat.transcript import created_at, late_messages, newest_id
from bot.chat.web.incoming import Refused
from bot.chat.web.views import OF_TRANSCRIPT, View
from bot.handover.thread import ThreadMessage, mark_read, messages

logger = logging.getLogger(__name__)
POLL_SECONDS = 1.5
HEARTBEAT_SECONDS = 15.0
_ID = re.compile(r"([mt])(\d{1,18})")
_THREAD_ID = re.compile(r"t(\d{1,18})")


@dataclass(frozen=True)
class Seen:
    """How far the page has read, in the two running numbers behind message ids."""

    transcript: int = 0
    thread: int = 0


def thread_number(id_: object) -> int:
    """The running number behind the id of a message of the thread.

    Raises:
        Refused: 422 for anything else.
    """
    match = _THREAD_ID.fullmatch(id_) if isinstance(id_, str) else None
    if match is None:
        raise Refused(422, "unreadable")
    return int(match.group(1))


def seen_until(connection: Connection, session: Session, after: str) -> Seen:
    """How far the page has read if the last message it knows has this id; from the start if it knows none."""
    match = _ID.fullmatch(after)
    if match is None:
        return Seen()
    number = int(match.group(2))
    if match.group(1) == OF_TRANSCRIPT:
        moment = created_at(connection, session.id, number)
        written = [row for row in _thread(connection, session) if moment and row.created_at <= moment]
        return Seen(number, max((row.id for row in written), default=0))
    row = next((row for row in _thread(connection, session) if row.id == number), None)
    return Seen(newest_id(connection, session.id, row.created_at) if row else 0, number)


def news(connection: Connection, parts: Parts, session: Session, seen: Seen) -> tuple[list[Message], Seen]:
    """What is new, in the order in which it was written, and how far the page has read with it."""
    view = View(parts, session, parts.clock())
    late = late_messages(connection, session.id, seen.transcript)
    staff = [row for row in _thread(connection, session) if row.id > seen.thread and row.sender == "staff"]
    drawn = [*zip((row.created_at for row in late), view.stored(connection, late), strict=True)]
    drawn += zip((row.created_at for row in staff), view.thread(staff), strict=True)
    until = Seen(
        max([seen.transcript, *(row.id for row in late)]),
        max([seen.thread, *(row.id for row in staff)]),
    )
    return [message for _, message in sorted(drawn, key=lambda pair: pair[0])], until


async def fetch_news(parts: Parts, session: Session, seen: Seen) -> tuple[list[Message], Seen]:
    """As `news`; writes only when there is something to write."""
    if await parts.read(lambda connection: bool(untold_cases(connection, session))):
        await parts.write(lambda connection: tell_late_cases(connection, parts, session, parts.clock()))
    return await parts.read(lambda connection: news(connection, parts, session, seen))


async def note_read(parts: Parts, session: Session, up_to: int) -> None:
    """The person has what staff wrote on the screen, up to that message: read is more than sent."""
    await parts.write(lambda connection: mark_thread_read(connection, parts, session, up_to))


async def events(parts: Parts, session: Session, after: str, language: str) -> AsyncIterator[str]:
    """The stream of server-sent events: `message` for each new one, `company` when it is another who is at the other
    end (in words), `ended` when the session has died. Without a word when the process stops: the page then
    comes back, to another process.

    A comment goes out every 15 seconds, so that neither proxy nor phone takes the silence for an end.
    """
    seen = await parts.read(lambda connection: seen_until(connection, session, after))
    silent, there = HEARTBEAT_SECONDS, ""
    while not parts.stopping.begun and await is_live(parts, session):
        found, seen, now_there = await _fetch_calmly(parts, session, seen, there, language)
        for message in found:
            yield f"event: message\nid: {message['id']}\ndata: {json.dumps(message, ensure_ascii=False)}\n\n"
        if now_there != there:
            there = now_there
            yield f"event: company\ndata: {json.dumps(there, ensure_ascii=False)}\n\n"
        silent = 0.0 if found else silent + POLL_SECONDS
        if silent >= HEARTBEAT_SECONDS:
            silent = 0.0
            yield ": \n\n"
        await parts.stopping.wait(POLL_SECONDS)
    if not parts.stopping.begun:
        yield "event: ended\ndata: {}\n\n"


async def _fetch_calmly(
    parts: Parts, session: Session, seen: Seen, there: str, language: str
) -> tuple[list[Message], Seen, str]:
    """A database that is away for a moment ends no stream: the next round brings what this one missed."""
    try:
        found, until = await fetch_news(parts, session, seen)
        return found, until, await parts.read(lambda connection: company(connection, parts, session, language))
    except SQLAlchemyError as error:
        logger.warning("A stream waits for the database: %s", type(error).__name__)
        return [], seen, there


async def is_live(parts: Parts, session: Session) -> bool:
    """Whether the session still opens anything; yes while nobody can tell."""
    key = parts.settings.hash_key
    try:
        found = await parts.read(lambda c: find_session(c, session.token, key, parts.idle, parts.clock()))
    except SQLAlchemyError:
        return True
    return found is not None


def mark_thread_read(connection: Connection, parts: Parts, session: Session, up_to: int) -> None:
    """As `note_read`, in the caller's transaction."""
    for case_id in case_ids(connection, session):
        mark_read(connection, case_id, "person", up_to, parts.clock())


def _thread(connection: Connection, session: Session) -> list[ThreadMessage]:
    return [row for case_id in case_ids(connection, session) for row in messages(connection, case_id)]
