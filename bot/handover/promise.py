"""Which sentence may be said after a hand-over is committed: a time only where the catalogue promises one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.handover.deadline import in_words
from bot.sentences import SWEDISH


def promise_sentence(due_at: datetime | None, marked: bool, language: str = SWEDISH) -> tuple[str, Mapping[str, str]]:
    """The name of a sentence of domain.yml and its values.

    `due_at` is the committed case's own; `marked` says that the promise is shown as unconfirmed (demo mode).
    """
    if due_at is None:
        return "utter_case_no_promise", {}
    return ("utter_case_promise_marked" if marked else "utter_case_promise"), {"due": in_words(due_at, language)}
