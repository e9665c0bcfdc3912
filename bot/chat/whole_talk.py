"""A whole talk, as it is drawn anew: for pages without script, for a copy, for coming back to it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.callers import Caller, live_session, unstored
from bot.chat.draft import Message
from bot.chat.own_case.news import note_read
from bot.chat.own_case.staffed import case_ids, company, own_cases
from bot.chat.parts import Parts
from bot.chat.sensitive import sensitive_talk
from bot.chat.session import Session
from bot.chat.transcript import transcript
from bot.chat.web.views import View
from bot.handover.thread import messages as thread_messages


@dataclass(frozen=True)
class Talk:
    """Transcript and thread in one row of messages, where what was sent to staff stands once.

    `sensitive` as in `bot.chat.sensitive`; `has_case`: something was handed over; `with_staff`: it was opened with a
    receipt. `company`: who is at the other end, as in `staffed.company`.
    """

    messages: list[Message]
    sensitive: bool
    has_case: bool
    with_staff: bool
    company: str = ""


NOTHING_SAID = Talk([], False, False, False)


async def read_talk(parts: Parts, caller: Caller, shown: bool = True) -> Talk:
    """The caller's talk. When it goes on the screen what staff have written in it counts as read.

    Raises:
        Refused: 401, 503.
    """
    session = await live_session(parts, caller)
    try:
        talk, unread = await parts.read(lambda connection: _whole_talk(connection, parts, session, caller.language))
        if unread and shown:
            await note_read(parts, session, unread)
    except SQLAlchemyError as error:
        raise unstored("read a talk", error) from error
    return talk


def _whole_talk(connection: Connection, parts: Parts, session: Session, language: str) -> tuple[Talk, int]:
    """The talk, and the newest message of staff that has not been read yet (0: none)."""
    view = View(parts, session, parts.clock())
    all_said = transcript(connection, session.id)
    rows = [row for row in all_said if not (session.case_id and row.sender == "person")]
    opened = case_ids(connection, session)
    thread = [row for case_id in opened for row in thread_messages(connection, case_id)]
    written = [row for row in thread if session.case_id or row.sender == "staff"]
    said = sorted([*view.stored(connection, rows), *view.thread(written)], key=lambda message: str(message["at"]))
    unread = max((row.id for row in written if row.sender == "staff" and row.read_at is None), default=0)
    there = company(connection, parts, session, language)
    sensitive = sensitive_talk(all_said, own_cases(connection, session))
    return Talk(said, sensitive, bool(opened), bool(session.case_id), there), unread
