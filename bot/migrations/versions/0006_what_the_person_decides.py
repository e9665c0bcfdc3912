"""How far a shared talk may be read, and that the person has asked not to be contacted."""

import sqlalchemy as sa
from alembic import op

import bot.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "shared_until",
                sa.Integer(),
                nullable=True,
                comment="id of the talk's last message that staff may see, as the person saw it",
            )
        )
        batch_op.add_column(
            sa.Column(
                "stopped_at",
                bot.database.UtcDateTime(),
                nullable=True,
                comment="the person has asked not to be contacted: contact details stay shut",
            )
        )
