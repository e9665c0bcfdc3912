"""The off switch of the assistant, and the crowd that a case belongs to."""

import sqlalchemy as sa
from alembic import op

import bot.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "switches",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False, comment="why; empty when it was switched on without one"),
        sa.Column(
            "changed_by", sa.String(length=80), nullable=False, comment="id of a member of staff, or command_line"
        ),
        sa.Column("changed_at", bot.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("crowd", sa.String(length=32), nullable=True, comment="many from one caller: folded in the queue")
        )
        batch_op.create_index(batch_op.f("ix_cases_crowd"), ["crowd"], unique=False)
