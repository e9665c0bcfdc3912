"""What an open page follows: a stream that says that something has changed, never what.

The page then asks for the list or the case again, by an address that is audited like any other reading. A stream ends
with its session, and keeps none alive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.engine import Engine

from bot.database import reading, transaction
from bot.handover.presence import arrive, leave
from bot.staff.access import CASES
from bot.staff.casework.cases import NotYoursError, find_own, own_case
from bot.staff.casework.changes import state_of_case, state_of_queue
from bot.staff.parts import Desk
from bot.staff.sign_in.sessions import Session, renew
from bot.staff.web import Answer, Stream, Visit

# A sign of life reaches further than this (bot/handover/presence.py): one that is late makes nobody vanish.
SIGN_EVERY = timedelta(seconds=20)


@dataclass
class QueueFollower:
    """Looks at the queue of one person."""

    engine: Engine
    session: Session

    def look(self, now: datetime) -> str | None:
        """The state now, or None when the session is over."""
        with reading(self.engine) as connection:
            session = renew(connection, self.session, now)
            if session is None or not session.member.holds(CASES):
                return None
            return state_of_queue(connection, session.member, now).as_json()

    def leave(self) -> None:
        """Nobody notices."""


@dataclass
class CaseFollower:
    """Looks at one case, and shows colleagues that its page is open; not while it lies behind another (`is_seen`)."""

    engine: Engine
    session: Session
    case_id: str
    is_seen: bool = True
    _signed_at: datetime | None = field(default=None)

    def look(self, now: datetime) -> str | None:
        """The state now, or None when the session is over or the case is no longer of one's services."""
        self._give_sign(now)
        with reading(self.engine) as connection:
            session = renew(connection, self.session, now)
            if session is None:
                return None
            try:
                case = find_own(connection, session.member, self.case_id)
            except NotYoursError:
                return None
            return state_of_case(connection, case, session.member, now).as_json()

    def leave(self) -> None:
        """The page is closed; if it is open once more in another window, the next sign comes from there."""
        if not self.is_seen:
            return
        with transaction(self.engine) as connection:
            leave(connection, self.case_id, self.session.member.id)

    def _give_sign(self, now: datetime) -> None:
        if not self.is_seen:
            return
        if self._signed_at is not None and now - self._signed_at < SIGN_EVERY:
            return
        self._signed_at = now
        with transaction(self.engine) as connection:
            arrive(connection, self.case_id, self.session.member.id, now)


def follow_queue(desk: Desk, visit: Visit) -> Answer:
    """The stream of the queue."""
    session = _session(visit)
    return Stream(session.member.id, "queue", QueueFollower(desk.engine, session))


def follow_case(desk: Desk, visit: Visit) -> Answer:
    """The stream of one case; `dold` says that its page cannot be seen."""
    session, is_seen = _session(visit), not visit.query.one("dold")
    with reading(desk.engine) as connection:
        case = own_case(connection, visit)
    topic = case.id if is_seen else f"{case.id} behind"
    return Stream(session.member.id, topic, CaseFollower(desk.engine, session, case.id, is_seen))


def _session(visit: Visit) -> Session:
    if visit.session is None:
        raise LookupError("A stream was asked for by nobody.")
    return visit.session
