"""Whether an answer helped."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column(
        "messages",
        sa.Column(
            "feedback",
            sa.String(length=5),
            nullable=True,
            comment="on an answer that was asked about: asked, yes or no (it helped)",
        ),
    )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_column("feedback")
