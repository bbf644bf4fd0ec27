"""Alembic's entry: runs migrations over the connection that migrations/run.py opened."""

from alembic import context

from models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
