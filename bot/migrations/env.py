"""Alembic's entry: the URL comes from `bot.database.migrate`, the schema from `bot.tables`."""

from alembic import context

from bot.database import create_database_engine
from bot.tables import metadata

engine = create_database_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
