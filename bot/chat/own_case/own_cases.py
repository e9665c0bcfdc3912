"""What a person may do with the cases of their session: those it opened, or the one its code opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.chat.own_case.staffed import own_cases
from bot.chat.phrases import Wish
from bot.chat.session import Session
from bot.handover.case import Case, stop_contact, withdraw
from bot.handover.record import OPEN

KEEP = "/case_keep"
# Payload of a button → what it does.
ACTS: Mapping[str, Wish] = {"/case_stop": "stop", "/case_withdraw": "withdraw"}
PAYLOADS = (*ACTS, KEEP)


def fulfil(connection: Connection, session: Session, wish: Wish, now: datetime, only: str | None = None) -> int:
    """Do it to every case of the session that it concerns, or to one of them; returns how many there were."""
    act: Callable[[Connection, str, datetime], Case] = stop_contact if wish == "stop" else withdraw
    concerned = [case for case in own_cases(connection, session) if only in (None, case.id) and is_possible(wish, case)]
    for case in concerned:
        act(connection, case.id, now)
    return len(concerned)


def has_case_for(connection: Connection, session: Session, wish: Wish) -> bool:
    """Whether the session has a case that the wish could change."""
    return any(is_possible(wish, case) for case in own_cases(connection, session))


def is_possible(wish: Wish, case: Case) -> bool:
    """Whether there is anything left for the wish to change in this case."""
    return case.state in OPEN if wish == "withdraw" else case.state != "withdrawn" and case.stopped_at is None
