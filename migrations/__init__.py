"""Alembic migrations, made for a database whose previous release still runs; policies.py alone writes policies."""
