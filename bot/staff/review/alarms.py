"""The button "Larma": a reviewer has found somebody in danger in a talk.

It is recorded, stands on top for log controllers, administrators and reviewers until one of them has noted what was
done, and where the person has a case that is not over, those who have it get the notice of danger at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from bot.database import reading, transaction
from bot.handover.case import cases_of_conversation
from bot.handover.case import raise_alarm as tell_case_workers
from bot.handover.record import OPEN
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.review import digest, transcripts
from bot.staff.web import Answer, Page, Redirect, Visit
from bot.tables import alarms, staff, talks

SHORTEST, LONGEST = 10, 1_000
HANDLED_SHOWN = 50


def show_alarms(desk: Desk, visit: Visit) -> Answer:
    """Those that wait, the oldest first, and what was done about the others."""
    with transaction(desk.engine) as connection:
        record(connection, visit.member.id, "list_alarms", visit.now)
        return _page(connection, visit)


def raise_alarm(desk: Desk, visit: Visit) -> Answer:
    """Record the alarm and say the routine once more: the button alone helps nobody."""
    text = visit.form.one("what")
    with transaction(desk.engine) as connection:
        talk = transcripts.find_talk(connection, visit.params["conversation"])
        if talk is None:
            return Page("gone.html", status=404)
        problem = _problem(text)
        if problem:
            return Page("alarm.html", {"talk_id": talk.id, "what": text, "raised": False}, 422, {"what": problem})
        values = {"id": secrets.token_hex(16), "conversation_id": talk.id, "text": text}
        connection.execute(alarms.insert().values(**values, raised_by=visit.member.id, raised_at=visit.now))
        told = _tell(connection, talk.id, visit.now)
        digest.refresh(connection, [talk.id])
        detail = {"case_told": told} if told else {}
        record(connection, visit.member.id, "alarm", visit.now, conversation_id=talk.id, reason=text, detail=detail)
    return Page("alarm.html", {"talk_id": talk.id, "what": text, "raised": True, "told": told})


def handle_alarm(desk: Desk, visit: Visit) -> Answer:
    """Note what was done; the first note counts, another's is never overwritten."""
    text = visit.form.one("what")
    with transaction(desk.engine) as connection:
        own = alarms.c.id == visit.params["alarm"]
        alarm = connection.execute(select(alarms).where(own)).mappings().first()
        if alarm is None:
            return Page("gone.html", status=404)
        problem = _problem(text)
        if problem:
            return _page(connection, visit, {f"what-{alarm['id']}": problem}, text)
        done = {"handled_by": visit.member.id, "handled_at": visit.now, "handled_text": text}
        changed = connection.execute(update(alarms).where(own, alarms.c.handled_at.is_(None)).values(**done)).rowcount
        connection.execute(update(talks).where(talks.c.conversation_id == alarm["conversation_id"]).values(stale=True))
        if changed:
            about = alarm["conversation_id"]
            record(connection, visit.member.id, "alarm_handled", visit.now, conversation_id=about, reason=text)
    return Redirect(f"/larm?klart={'alarm_handled' if changed else 'alarm_handled_already'}")


def waiting(desk: Desk) -> int:
    """How many nobody has dealt with."""
    with reading(desk.engine) as connection:
        counted = select(func.count()).select_from(alarms).where(alarms.c.handled_at.is_(None))
        return int(connection.execute(counted).scalar_one())


def _page(connection: Connection, visit: Visit, problems: Mapping[str, str] | None = None, typed: str = "") -> Page:
    by, handler = staff.alias("by"), staff.alias("handler")
    joined = alarms.outerjoin(by, by.c.id == alarms.c.raised_by).outerjoin(handler, handler.c.id == alarms.c.handled_by)
    query = select(alarms, by.c.alias.label("raiser"), handler.c.alias.label("handler")).select_from(joined)
    open_ones = query.where(alarms.c.handled_at.is_(None)).order_by(alarms.c.raised_at)
    done = query.where(alarms.c.handled_at.is_not(None)).order_by(alarms.c.handled_at.desc()).limit(HANDLED_SHOWN)
    values: dict[str, Any] = {
        "open_alarms": connection.execute(open_ones).mappings().all(),
        "done_alarms": connection.execute(done).mappings().all(),
        "typed": typed,
        "notice": visit.query.one("klart"),
    }
    return Page("alarms.html", values, 422 if problems else 200, problems or {})


def _tell(connection: Connection, conversation_id: str, now: datetime) -> int:
    """The notice of danger to those who have the person's cases; returns to how many cases."""
    open_cases = [case for case in cases_of_conversation(connection, conversation_id) if case.state in OPEN]
    for case in open_cases:
        tell_case_workers(connection, case.id, now)
    return len(open_cases)


def _problem(text: str) -> str | None:
    if len(text) < SHORTEST:
        return "no_what"
    return "long_what" if len(text) > LONGEST else None
