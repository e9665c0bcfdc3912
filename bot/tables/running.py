"""Running it: the off switches, confirmed facts, the figures of each day, signs of life."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, Integer, String, Table, Text

from bot.database import UtcDateTime
from bot.tables.base import metadata

confirmations = Table(
    "confirmations",
    metadata,
    Column("entry", String(40), primary_key=True, comment="id of a service or a line of services.yml"),
    Column("field", String(20), primary_key=True),
    Column("value_hash", String(64), nullable=False, comment="what was confirmed; a changed value is not"),
    Column("confirmed_by", String(80), nullable=False, comment="who at the city stands for it"),
    Column("confirmed_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False, comment="the last day that it counts"),
    Column("made_by", String(32), nullable=False, comment="the member of staff who entered it"),
    Column("made_at", UtcDateTime, nullable=False),
)

switches = Table(
    "switches",
    metadata,
    Column("name", String(60), primary_key=True, comment="assistant, or service:<id>"),
    Column("is_off", Boolean, nullable=False),
    Column("comment", Text, nullable=False, comment="why; empty when it was switched on without one"),
    Column("changed_by", String(80), nullable=False, comment="id of a member of staff, or command_line"),
    Column("changed_at", UtcDateTime, nullable=False),
)

daily_figures = Table(
    "daily_figures",
    metadata,
    Column("day", String(10), primary_key=True, comment="in Stockholm, as 2026-11-22"),
    Column("figure", String(20), primary_key=True, comment="one of bot.handover.figures.FIGURES"),
    Column("subject", String(40), primary_key=True, comment="service, district or need; empty for the whole city"),
    Column("detail", String(20), primary_key=True, comment="outcome, kind, or a waiting time in minutes"),
    Column("count", Integer, nullable=False),
)

receipt_attempts = Table(
    "receipt_attempts",
    metadata,
    Column(
        "slot", Integer, primary_key=True, autoincrement=False, comment="bot.chat.attempts: shared by many addresses"
    ),
    Column("remaining", Float, nullable=False, comment="attempts that the bucket still holds"),
    Column("delay", Float, nullable=False, comment="seconds of the last wait"),
    Column(
        "at", UtcDateTime, nullable=False, index=True, comment="from when on the bucket fills; deleted an hour later"
    ),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String(40), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
