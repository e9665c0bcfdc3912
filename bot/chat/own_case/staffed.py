"""When staff have the talk: after they have written in a case's thread, and in a session opened with a receipt.

From then on the person's messages go to the thread, not to Rasa; danger is answered as always. Staff may give the talk
back: then the assistant answers until they write once more. A session that was opened with a receipt stays with them:
whoever comes back with a code writes to the city, not to a machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.chat.parts import Parts
from bot.chat.session import Session
from bot.handover.case import Case, cases_of_conversation, raise_alarm
from bot.handover.presence import present
from bot.handover.record import OPEN, CaseError, get_case
from bot.handover.thread import ThreadMessage, messages, post
from bot.tables import staff


@dataclass(frozen=True)
class Desk:
    """The case whose thread takes the messages.

    `alias`: how the member of staff who wrote last appears; `there`: who of them is at the case at this moment, by what
    the console has told and never by guessing; `service` is {"id", "district"} of the card to show.
    """

    case_id: str
    alias: str | None
    there: str | None
    service: Mapping[str, Any]


def find_desk(connection: Connection, session: Session, now: datetime) -> Desk | None:
    """Who has the talk: staff, or nobody but the assistant."""
    if session.case_id:
        return next((_desk(connection, case, now) for case in own_cases(connection, session)), None)
    for case in reversed(cases_of_conversation(connection, session.id)):
        desk = _desk(connection, case, now) if case.state in OPEN and case.given_back_at is None else None
        if desk and desk.alias is not None:
            return desk
    return None


def company(connection: Connection, parts: Parts, session: Session, language: str) -> str:
    """Who is at the other end, in words for the page: a human, one who is not here now, or the assistant again.

    Empty while the assistant has had the talk all along.
    """
    sentences, now = parts.sentences.of(language), parts.clock()
    desk = find_desk(connection, session, now)
    if desk and desk.there:
        return sentences.text("utter_door_live", alias=desk.there)
    if desk:
        return sentences.text("utter_door_waiting" if desk.alias else "utter_door_nobody", alias=desk.alias or "")
    left = [case for case in cases_of_conversation(connection, session.id) if case.given_back_at and case.state in OPEN]
    alias = _alias(messages(connection, left[-1].id)) if left else None
    return sentences.text("utter_door_given_back", alias=alias) if alias else ""


def post_to_desk(connection: Connection, desk: Desk, client_id: str, text: str, now: datetime) -> None:
    """Hand the message to staff, once."""
    post(connection, desk.case_id, "person", text, now, client_id=client_id)


def raise_alarms(connection: Connection, session: Session, now: datetime) -> None:
    """The person speaks of danger: whoever has their cases is to know at once."""
    for case_id in case_ids(connection, session):
        try:
            if get_case(connection, case_id).state in OPEN:
                raise_alarm(connection, case_id, now)
        except CaseError:
            continue  # purged or over: nobody is waiting for this person there


def case_ids(connection: Connection, session: Session) -> list[str]:
    """The cases whose threads this session may read: the receipt's own, or those that it opened."""
    if session.case_id:
        return [session.case_id]
    return [case.id for case in cases_of_conversation(connection, session.id)]


def own_cases(connection: Connection, session: Session) -> list[Case]:
    """As `case_ids`, the cases themselves; one that is purged is left out."""
    if not session.case_id:
        return cases_of_conversation(connection, session.id)
    try:
        return [get_case(connection, session.case_id)]
    except CaseError:
        return []


def _desk(connection: Connection, case: Case, now: datetime) -> Desk:
    here = next(iter(present(connection, case.id, now)), None)
    there = connection.execute(select(staff.c.alias).where(staff.c.id == here)).scalar() if here else None
    service = {"id": case.service, "district": case.district}
    return Desk(case.id, _alias(messages(connection, case.id)), there, service)


def _alias(thread: list[ThreadMessage]) -> str | None:
    written = [message for message in thread if message.sender == "staff"]
    return (written[-1].alias or "") if written else None
