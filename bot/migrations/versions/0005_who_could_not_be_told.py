"""What each way of a notice answered, and which notice an alarm tells of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "errors",
                sa.JSON(),
                nullable=True,
                comment="channel → the last code it answered with; never anything personal",
            )
        )
        batch_op.add_column(
            sa.Column(
                "about",
                sa.Integer(),
                nullable=True,
                comment="id of the notice that could not be delivered, which this one tells of",
            )
        )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("about")
        batch_op.drop_column("errors")
