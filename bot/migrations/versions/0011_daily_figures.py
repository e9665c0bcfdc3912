"""Counts for each day, which remain when talks and cases are deleted; and what has already gone into them."""

import sqlalchemy as sa
from alembic import op

import bot.database

revision = "0011"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
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
