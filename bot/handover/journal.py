"""What a person does with their own case, noted in the same log as what staff do with it.

Nobody signs in as the person: the log says `PERSON`, and the session or the code was what let them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from bot.tables import audit

PERSON = "person"
WITHDREW, STOPPED, REVOKED, SHARED = "person_withdrew", "person_stopped", "person_revoked", "person_shared"


def note(
    connection: Connection, case_id: str, action: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Add one line, in the transaction of what it tells of."""
    line = {"staff_id": PERSON, "action": action, "at": now, "case_id": case_id, "detail": dict(detail or {})}
    connection.execute(insert(audit).values(**line))
