"""Running it: the off switches, confirmed facts, the figures of each day, signs of life, models and their use."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, String, Table, Text

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

models = Table(
    "models",
    metadata,
    Column("version", String(80), primary_key=True, comment="name of the file"),
    Column("trained_at", UtcDateTime, nullable=False),
    Column("trained_by", String(80), nullable=False, comment="account on the machine where it was trained"),
    Column("code", String(12), nullable=False, comment="bot.versions.made_from.code_fingerprint of that time"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the file"),
    Column("figures", JSON, comment="what evaluation measured: figures, never a message; empty: not measured"),
    Column("compared_with", String(80), comment="the version that was in use when it was measured"),
    Column("passed", Boolean, comment="whether it may be used; empty: not measured"),
    Column("reasons", JSON, nullable=False, comment="what the gate had against it"),
)

model_uses = Table(
    "model_uses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("follows", Integer, nullable=False, unique=True, comment="id of the row before, 0 for the first"),
    Column("version", String(80), nullable=False, comment="in use from now on: the newest row is the one that counts"),
    Column("before", String(80), comment="the version to go back to"),
    Column("act", String(12), nullable=False, comment="activate or roll_back"),
    Column("staff_id", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("comment", Text, nullable=False),
)

model_processes = Table(
    "model_processes",
    metadata,
    Column("process", String(80), primary_key=True, comment="host and port of a rasa process"),
    Column("version", String(80), nullable=False, comment="the model that answers there; empty: none"),
    Column("refused", String(80), comment="the version that it was to use and does not"),
    Column("why", String(20), comment="one of bot.versions.fitness.PROBLEMS"),
    Column("seen_at", UtcDateTime, nullable=False),
)
