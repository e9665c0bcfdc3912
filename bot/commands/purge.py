"""`python -m bot purge`: what the relay does every hour, once and now."""

from __future__ import annotations

from datetime import timedelta
from typing import TextIO

from bot.database import create_database_engine, now
from bot.handover.counting import count_all
from bot.handover.disposal import Purged, delete_again, purge
from bot.handover.ledger import Ledger
from bot.settings import Settings


def purge_once(target: TextIO) -> int:
    """Delete what is old enough and say how much; exit code 1 when no disposal decision allows it."""
    settings = Settings.from_environment()
    engine = create_database_engine(settings.database_url)
    count_all(engine, timedelta(minutes=settings.session_idle_minutes), now())
    back = delete_again(engine, Ledger.of(settings))
    if back != Purged():
        target.write(f"A backup had brought back {back.conversations} conversations and {back.cases} cases: deleted.\n")
    if not settings.disposal_decision:
        target.write("Nothing was deleted: VAGVISAREN_DISPOSAL_DECISION names no disposal decision.\n")
        return 1
    gone = purge(engine, settings, now())
    target.write(f"Deleted {gone.conversations} conversations and {gone.cases} cases.\n")
    return 0
