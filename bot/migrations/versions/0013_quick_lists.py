"""How a person writes, for the list of talks."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column(
        "talks",
        sa.Column(
            "styles", sa.String(length=120), nullable=False, server_default="", comment="a list: how the person writes"
        ),
    )
    op.drop_index("ix_talks_stale", table_name="talks")
    op.create_index("ix_talks_stale", "talks", ["stale", "began_at"], unique=False)
    # Every talk is summed up once more, with what is new in its row.
    op.execute(sa.text("UPDATE talks SET stale = :yes").bindparams(yes=True))
