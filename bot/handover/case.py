"""A case: one hand-over of one person to one service, with its clock and who has it.

`open_case` writes the case and its notice in the caller's transaction. Only the code that has committed that
transaction may say "vi har tagit emot".
"""

from __future__ import annotations

import secrets
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from bot.handover.deadline import due_at
from bot.handover.insertion import insert_once
from bot.handover.notices import outbox
from bot.handover.own_acts import revoke_receipt, share_more, stop_contact
from bot.handover.progress import (
    close,
    give_back,
    hand_over_to,
    hand_to,
    mark_registered,
    raise_alarm,
    record_first_contact,
    release,
    reopen,
    take,
    take_up,
    withdraw,
)
from bot.handover.record import Case, CaseError, HandOver, How, find_case, first, from_row, get_case
from bot.tables import cases

# The doorway of the room's cases: callers need not know in which file a step stands.
__all__ = [
    "Case",
    "CaseError",
    "HandOver",
    "How",
    "case_by_reference",
    "cases_of_conversation",
    "close",
    "find_case",
    "get_case",
    "give_back",
    "hand_over_to",
    "hand_to",
    "mark_registered",
    "open_case",
    "raise_alarm",
    "record_first_contact",
    "release",
    "reopen",
    "revoke_receipt",
    "share_more",
    "stop_contact",
    "take",
    "take_up",
    "withdraw",
]

# No 0 O 1 I L 5 S 2 Z 8 B G Q U V: read aloud or copied by hand, none of the rest is taken for another; no vowels, so
# that no word appears by chance. 18 characters in 6 places: 34 million references.
REFERENCE_ALPHABET = "34679CDFHJKMNPRTWX"


def open_case(connection: Connection, hand_over: HandOver, promise_hours: int | None, now: datetime) -> Case:
    """Store the case and its notice; the same conversation and message always give the same case.

    Safe when two transactions do it at the same time. An acute case also raises an alarm at minute 0.
    """
    while True:
        found = find_case(connection, hand_over.conversation_id, hand_over.message_id)
        if found is not None:
            return found
        row = _row(hand_over, promise_hours, now)
        if insert_once(connection, cases, row):
            break
        # Either somebody else has just opened it (found above) or the reference was already in use (drawn anew).
    for kind in (outbox.NEW_CASE, outbox.ACUTE) if hand_over.acute else (outbox.NEW_CASE,):
        outbox.add(connection, row["id"], kind, f"{kind}:{row['id']}", now)
    return get_case(connection, row["id"])


# Asked twice with every message, so it stands ready.
_OF_TALK = select(cases).where(cases.c.conversation_id == bindparam("talk")).order_by(cases.c.created_at, cases.c.id)


def case_by_reference(connection: Connection, reference: str) -> Case | None:
    """The case that staff and notices call so."""
    return first(connection, cases.c.reference == reference)


def cases_of_conversation(connection: Connection, conversation_id: str) -> list[Case]:
    """Every case of one conversation, oldest first."""
    return [from_row(row) for row in connection.execute(_OF_TALK, {"talk": conversation_id})]


def _row(hand_over: HandOver, promise_hours: int | None, now: datetime) -> dict[str, Any]:
    told = {f.name: getattr(hand_over, f.name) for f in fields(hand_over)}
    told["summary"] = hand_over.summary if hand_over.shared == "summary" else None
    ours = {"id": secrets.token_hex(16), "reference": _reference(), "state": "open"}
    return {**told, **ours, "created_at": now, "due_at": due_at(now, promise_hours)}


def _reference() -> str:
    drawn = [secrets.choice(REFERENCE_ALPHABET) for _ in range(6)]
    return f"{''.join(drawn[:3])}-{''.join(drawn[3:])}"
