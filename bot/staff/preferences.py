"""What a member of staff has chosen for their own console: sound and a number in the title, and keys of one letter.

It stands in the database and not in the browser: a shared computer must not make a noise for whoever comes next.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.handover.insertion import insert_once
from bot.staff.parts import Desk
from bot.staff.web import Answer, Redirect, Visit
from bot.tables import staff_preferences


@dataclass(frozen=True)
class Preferences:
    """Quiet unless wanted otherwise; keys of one letter until they are switched off (WCAG 2.1.4)."""

    alerts: bool = False
    shortcuts: bool = True


def read_preferences(connection: Connection, staff_id: str) -> Preferences:
    """What the person has chosen."""
    row = connection.execute(select(staff_preferences).where(staff_preferences.c.staff_id == staff_id)).first()
    return Preferences() if row is None else Preferences(row.alerts, row.shortcuts)


def save_preferences(desk: Desk, visit: Visit) -> Answer:
    """Keep both boxes of the form as they were sent."""
    chosen = Preferences(bool(visit.form.one("alerts")), bool(visit.form.one("shortcuts")))
    own = staff_preferences.c.staff_id == visit.member.id
    with transaction(desk.engine) as connection:
        if not insert_once(connection, staff_preferences, {"staff_id": visit.member.id, **asdict(chosen)}):
            connection.execute(update(staff_preferences).where(own).values(**asdict(chosen)))
    return Redirect("/arenden?klart=preferences_saved")
