"""Every table, in the order of the way of a message. Migrations are made from here and checked against it by a test.

Ids that leave the house are random; `messages.id` and `thread_messages.id` are running numbers, because "what came
after" is asked by them. Text columns hold masked text only.
"""

from __future__ import annotations

from bot.tables.base import metadata
from bot.tables.cases import case_presence, cases, contacts, outbox, record_hidden, record_requests, thread_messages
from bot.tables.people import (
    ONLY_ADDED_TO,
    audit,
    audit_checks,
    recovery_codes,
    staff,
    staff_preferences,
    staff_sessions,
)
from bot.tables.running import (
    confirmations,
    daily_figures,
    heartbeats,
    model_processes,
    model_uses,
    models,
    receipt_attempts,
    switches,
)
from bot.tables.talks import (
    alarms,
    conversations,
    examples,
    messages,
    readings,
    saved_filters,
    talk_notes,
    talk_tags,
    talks,
    trackers,
    uncertain,
)
from bot.triggers import attach

__all__ = [
    "ONLY_ADDED_TO",
    "alarms",
    "audit",
    "audit_checks",
    "case_presence",
    "cases",
    "confirmations",
    "contacts",
    "conversations",
    "daily_figures",
    "examples",
    "heartbeats",
    "messages",
    "metadata",
    "model_processes",
    "model_uses",
    "models",
    "outbox",
    "readings",
    "receipt_attempts",
    "record_hidden",
    "record_requests",
    "recovery_codes",
    "saved_filters",
    "staff",
    "staff_preferences",
    "staff_sessions",
    "switches",
    "talk_notes",
    "talk_tags",
    "talks",
    "thread_messages",
    "trackers",
    "uncertain",
]

attach(metadata)
