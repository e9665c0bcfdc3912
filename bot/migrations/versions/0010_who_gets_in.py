"""The second factor, the city's own sign-in, an audit that the database guards, its monthly check, confirmed facts."""

import sqlalchemy as sa
from alembic import op

import bot.database

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

GUARDS = {
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


def upgrade() -> None:
    """Forward. Columns are added in place: on SQLite a table made anew would lose what refers to it."""
    _staff()
    _sessions()
    _new_tables()
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def _staff() -> None:
    subject = "hash of issuer and sub: signs in through the city, never with a password"
    op.add_column("staff", sa.Column("subject", sa.String(length=64), nullable=True, comment=subject))
    op.create_index(op.f("ix_staff_subject"), "staff", ["subject"], unique=True)
    secret = sa.Column("second_factor", sa.LargeBinary(), nullable=True, comment="encrypted secret of the code app")
    op.add_column("staff", secret)
    confirmed = "when a first code confirmed it; empty: no second factor"
    op.add_column("staff", sa.Column("second_factor_at", bot.database.UtcDateTime(), nullable=True, comment=confirmed))
    step = "time step of the last code: a code is used once"
    op.add_column("staff", sa.Column("last_step", sa.Integer(), nullable=True, comment=step))


def _sessions() -> None:
    stage = "code (the second step is left) or full"
    kinds = (("stage", "full", stage), ("through", "local", "local or city"))
    for name, default, comment in kinds:
        column = sa.Column(name, sa.String(length=10), nullable=False, server_default=default, comment=comment)
        op.add_column("staff_sessions", column)
    pending = "encrypted secret that no code has confirmed; goes with the session"
    op.add_column("staff_sessions", sa.Column("pending_factor", sa.LargeBinary(), nullable=True, comment=pending))


def _new_tables() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("handle", sa.String(length=4), nullable=False, comment="the code's first letters, to find it by"),
        sa.Column(
            "hash", sa.String(length=200), nullable=False, comment="argon2 of the rest; the row goes when it is used"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_recovery_codes_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "handle", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "audit_checks",
        sa.Column("month", sa.String(length=7), nullable=False, comment="as 2026-11"),
        sa.Column("checked_by", sa.String(length=32), nullable=False),
        sa.Column("checked_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="what was found and done"),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_audit_checks")),
    )
    op.create_table(
        "confirmations",
        sa.Column("entry", sa.String(length=40), nullable=False, comment="id of a service or a line of services.yml"),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column(
            "value_hash", sa.String(length=64), nullable=False, comment="what was confirmed; a changed value is not"
        ),
        sa.Column("confirmed_by", sa.String(length=80), nullable=False, comment="who at the city stands for it"),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False, comment="the last day that it counts"),
        sa.Column("made_by", sa.String(length=32), nullable=False, comment="the member of staff who entered it"),
        sa.Column("made_at", bot.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "field", name=op.f("pk_confirmations")),
    )
