"""When staff have the talk: after they have written in a case's thread, and in a session opened with a receipt.

From then on the person's messages go to the thread, not to Rasa; danger is answered as always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.chat.session import Session
from bot.handover.case import Case, cases_of_conversation, raise_alarm
from bot.handover.record import OPEN, CaseError, get_case
from bot.handover.thread import ThreadMessage, messages, post


@dataclass(frozen=True)
class Desk:
    """The case whose thread takes the messages, and how the member of staff who wrote last appears."""

    case_id: str
    alias: str | None


def find_desk(connection: Connection, session: Session) -> Desk | None:
    """Who has the talk: staff, or nobody but the assistant."""
    if session.case_id:
        return Desk(session.case_id, _alias(messages(connection, session.case_id)))
    for case in reversed(cases_of_conversation(connection, session.id)):
        alias = _alias(messages(connection, case.id)) if case.state in OPEN else None
        if alias is not None:
            return Desk(case.id, alias)
    return None


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


def _alias(thread: list[ThreadMessage]) -> str | None:
    written = [message for message in thread if message.sender == "staff"]
    return (written[-1].alias or "") if written else None
