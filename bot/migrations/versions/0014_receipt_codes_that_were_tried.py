"""Receipt codes that were tried, counted by all chat processes together."""

import sqlalchemy as sa
from alembic import op

import bot.database

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "receipt_attempts",
        sa.Column(
            "slot",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="bot.chat.attempts: shared by many addresses",
        ),
        sa.Column("remaining", sa.Float(), nullable=False, comment="attempts that the bucket still holds"),
        sa.Column("delay", sa.Float(), nullable=False, comment="seconds of the last wait"),
        sa.Column(
            "at",
            bot.database.UtcDateTime(),
            nullable=False,
            comment="from when on the bucket fills; deleted an hour later",
        ),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_receipt_attempts")),
    )
    op.create_index(op.f("ix_receipt_attempts_at"), "receipt_attempts", ["at"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("receipt_attempts")
