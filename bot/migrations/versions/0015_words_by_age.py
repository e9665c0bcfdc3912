"""PostgreSQL's index of words knows which messages are the newest: it is built anew, some seconds for a million."""

from alembic import op

from bot.triggers import POSTGRESQL_INDEX, WORDS

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # This order and nothing else in between: one table is locked, once, so that nobody who writes can be waited for
        # by whom they wait for.
        connection.exec_driver_sql(f"DROP INDEX ix_{WORDS}")
        connection.exec_driver_sql(POSTGRESQL_INDEX)


def downgrade() -> None:
    """Back."""
