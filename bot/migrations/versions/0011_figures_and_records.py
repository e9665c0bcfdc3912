"""Counts for each day, which remain when talks and cases are deleted; and requests for records with what was hidden."""

import sqlalchemy as sa
from alembic import op

import bot.database

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments, and would make the table anew
        op.alter_column("staff", "role", comment="one of bot.staff.access.ROLES")
    op.create_table(
        "daily_figures",
        sa.Column("day", sa.String(length=10), nullable=False, comment="in Stockholm, as 2026-11-22"),
        sa.Column("figure", sa.String(length=20), nullable=False, comment="one of bot.handover.figures.FIGURES"),
        sa.Column(
            "subject",
            sa.String(length=40),
            nullable=False,
            comment="service, district or need; empty for the whole city",
        ),
        sa.Column(
            "detail", sa.String(length=20), nullable=False, comment="outcome, kind, or a waiting time in minutes"
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "figure", "subject", "detail", name=op.f("pk_daily_figures")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "counted_at",
                bot.database.UtcDateTime(),
                nullable=True,
                comment="when the talk, over by then, went into daily_figures",
            )
        )
        batch_op.create_index("ix_conversations_counted", ["counted_at", "last_seen_at"], unique=False)
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "counted_at",
                bot.database.UtcDateTime(),
                nullable=True,
                comment="when what became of the promise went into daily_figures",
            )
        )
        batch_op.create_index(batch_op.f("ix_cases_counted_at"), ["counted_at"], unique=False)
    op.create_table(
        "record_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column(
            "staff_id", sa.String(length=32), nullable=False, comment="who examines it; nobody else sees this request"
        ),
        sa.Column("asked_by", sa.String(length=10), nullable=False, comment="public or person"),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_record_requests_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_requests")),
    )
    op.create_index(op.f("ix_record_requests_case_id"), "record_requests", ["case_id"], unique=False)
    op.create_table(
        "record_hidden",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column(
            "part",
            sa.String(length=30),
            nullable=False,
            comment="a part of the record, as bot.staff.records.parts names it",
        ),
        sa.Column("provision", sa.String(length=200), nullable=False, comment="chapter and section, as staff wrote it"),
        sa.Column("hidden_at", bot.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["record_requests.id"],
            name=op.f("fk_record_hidden_request_id_record_requests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("request_id", "part", name=op.f("pk_record_hidden")),
    )
