"""Staff: accounts, sessions, and the record of what they do, which is only added to."""

from __future__ import annotations

from sqlalchemy import DDL, JSON, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, event

from bot.database import UtcDateTime
from bot.tables.base import metadata

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True, comment="sign-in name"),
    Column("alias", String(80), nullable=False, comment="what residents see"),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(20), nullable=False, comment="one of bot.staff.access.ROLES"),
    Column("services", JSON, nullable=False, default=list, comment="ids of the services the person works for"),
    Column("must_change_password", Boolean, nullable=False, default=False),
    Column("failed_sign_ins", Integer, nullable=False, default=0),
    Column("locked_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column(
        "subject",
        String(64),
        unique=True,
        index=True,
        comment="hash of issuer and sub: signs in through the city, never with a password",
    ),
    Column("second_factor", LargeBinary, comment="encrypted secret of the code app"),
    Column("second_factor_at", UtcDateTime, comment="when a first code confirmed it; empty: no second factor"),
    Column("last_step", Integer, comment="time step of the last code: a code is used once"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("handle", String(4), primary_key=True, comment="the code's first letters, to find it by"),
    Column("hash", String(200), nullable=False, comment="argon2 of the rest; the row goes when it is used"),
)

staff_preferences = Table(
    "staff_preferences",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("alerts", Boolean, nullable=False, comment="a sound and a number in the title when something comes"),
    Column("shortcuts", Boolean, nullable=False, comment="keys of one letter"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column(
        "stage", String(10), nullable=False, server_default="full", comment="code (the second step is left) or full"
    ),
    Column("through", String(10), nullable=False, server_default="local", comment="local or city"),
    Column("pending_factor", LargeBinary, comment="encrypted secret that no code has confirmed; goes with the session"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("staff_id", String(32), nullable=False),
    Column("action", String(40), nullable=False, comment="what was done: read_case, read_contact, sign_in, …"),
    Column("case_id", String(32), index=True),
    Column("conversation_id", String(32), index=True),
    Column("reason", Text),
    Column("detail", JSON),
    Index("ix_audit_staff_case", "staff_id", "case_id", "action"),
)

# The database itself refuses to change the audit, so that neither the console nor a slip in the code can.
ONLY_ADDED_TO = {
    "sqlite": [
        f"CREATE TRIGGER audit_keeps_{act.lower()} BEFORE {act} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$",
        "CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()",
    ],
}
for _dialect, _statements in ONLY_ADDED_TO.items():
    for _statement in _statements:
        event.listen(audit, "after_create", DDL(_statement).execute_if(dialect=_dialect))

audit_checks = Table(
    "audit_checks",
    metadata,
    Column("month", String(7), primary_key=True, comment="as 2026-11"),
    Column("checked_by", String(32), nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False, comment="what was found and done"),
)
