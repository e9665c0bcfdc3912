"""PostgreSQL's index of words knows which messages are the newest: it is built anew, some seconds for a million."""

from alembic import op

from bot.triggers import WORDS, create_triggers

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP INDEX ix_{WORDS}")
        create_triggers(connection)


def downgrade() -> None:
    """Back."""
