"""Requests for records, as rows: who examines which case for whom, and what was hidden with which provision."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from bot.handover.insertion import insert_once
from bot.handover.record import Case, from_row
from bot.tables import audit, cases, record_hidden, record_requests

MOST_FOUND = 100
OPEN_FOR = timedelta(hours=12)
TRIES, TRIES_IN = 20, timedelta(hours=1)
"""How many receipt codes one member of staff may try. Counted in the log, so that it holds for all processes."""
TRY = "try_record_code"


@dataclass(frozen=True)
class Search:
    """What cases are looked for; None is "all"."""

    reference: str | None = None
    service: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class RecordRequest:
    """A request that is being examined; `hidden` is part → provision."""

    id: str
    case_id: str
    asked_by: str
    created_at: datetime
    hidden: Mapping[str, str]


def find_cases(connection: Connection, wanted: Search) -> list[Case]:
    """The newest first, at most `MOST_FOUND`."""
    query = select(cases).order_by(cases.c.created_at.desc(), cases.c.id).limit(MOST_FOUND)
    for column, value in ((cases.c.reference, wanted.reference), (cases.c.service, wanted.service)):
        query = query if value is None else query.where(column == value)
    if wanted.since:
        query = query.where(cases.c.created_at >= wanted.since)
    if wanted.until:
        query = query.where(cases.c.created_at < wanted.until)
    return [from_row(row) for row in connection.execute(query)]


def tries_left(connection: Connection, staff_id: str, now: datetime) -> bool:
    """Whether this member of staff may try one more receipt code."""
    mine = audit.c.staff_id == staff_id, audit.c.action == TRY, audit.c.at > now - TRIES_IN
    return int(connection.execute(select(func.count()).select_from(audit).where(*mine)).scalar_one()) < TRIES


def make_request(connection: Connection, case_id: str, staff_id: str, asked_by: str, now: datetime) -> str:
    """Begin to examine a case; returns the request's id."""
    made = secrets.token_hex(16)
    values = {"id": made, "case_id": case_id, "staff_id": staff_id, "asked_by": asked_by, "created_at": now}
    connection.execute(record_requests.insert().values(**values))
    return made


def find_request(connection: Connection, request_id: str, staff_id: str, now: datetime) -> RecordRequest | None:
    """One's own request of today; another's, an old one and none are the same answer."""
    mine = record_requests.c.id == request_id, record_requests.c.staff_id == staff_id
    wanted = select(record_requests).where(*mine, record_requests.c.created_at > now - OPEN_FOR)
    row = connection.execute(wanted).first()
    if row is None:
        return None
    dark = select(record_hidden.c.part, record_hidden.c.provision).where(record_hidden.c.request_id == request_id)
    hidden = {found.part: found.provision for found in connection.execute(dark)}
    return RecordRequest(row.id, row.case_id, row.asked_by, row.created_at, hidden)


def hide(connection: Connection, request: RecordRequest, part: str, provision: str, now: datetime) -> None:
    """Hide a part, or change the provision that it was hidden with."""
    row = {"request_id": request.id, "part": part, "provision": provision, "hidden_at": now}
    if not insert_once(connection, record_hidden, row):
        same = record_hidden.c.request_id == request.id, record_hidden.c.part == part
        connection.execute(update(record_hidden).where(*same).values(provision=provision, hidden_at=now))


def show_again(connection: Connection, request: RecordRequest, parts: Sequence[str]) -> None:
    """Show what was hidden."""
    mine = record_hidden.c.request_id == request.id, record_hidden.c.part.in_(parts)
    connection.execute(delete(record_hidden).where(*mine))
