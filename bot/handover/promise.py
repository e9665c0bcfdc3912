"""What may be said after a hand-over is committed: a time only where the catalogue promises one, and the usual wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.handover import waiting
from bot.handover.deadline import in_words
from bot.handover.record import Case
from bot.sentences import SWEDISH

Said = tuple[str, Mapping[str, str]]
"""The name of a sentence of domain.yml, and its values."""


def promise_sentences(
    connection: Connection, case: Case, marked: bool, now: datetime, language: str = SWEDISH
) -> list[Said]:
    """What is said of a committed case: first what is promised, then how long it usually takes if that is known.

    `marked` says that the promise is shown as unconfirmed (demo mode).
    """
    usual = usual_wait_sentence(connection, case, now, language)
    return [promise_sentence(case.due_at, marked, language), *([usual] if usual else [])]


def promise_sentence(due_at: datetime | None, marked: bool, language: str = SWEDISH) -> Said:
    """The promise alone; `due_at` is the committed case's own."""
    if due_at is None:
        return "utter_case_no_promise", {}
    return ("utter_case_promise_marked" if marked else "utter_case_promise"), {"due": in_words(due_at, language)}


def usual_wait_sentence(connection: Connection, case: Case, now: datetime, language: str = SWEDISH) -> Said | None:
    """How long it usually takes; None when that is not known, or is no shorter than what is promised.

    Nor is it said to somebody who is threatened tonight: what others waited is no answer then.
    """
    if case.acute:
        return None
    usual = waiting.wait_of_service(connection, case.service, now)
    if usual is None or (case.due_at is not None and now + usual >= case.due_at):
        return None
    return "utter_case_usual_wait", {"wait": waiting.in_words(usual, language)}
