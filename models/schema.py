"""Whether the database has what this code reads and writes: part of readiness. A newer database stays fine for older code."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.base import Base

_COLUMNS = text(
    "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
)


def missing_columns(session: Session) -> list[str]:
    """`table.column` of everything the tables here declare and the database lacks, sorted."""
    there = {(row[0], row[1]) for row in session.execute(_COLUMNS)}
    wanted = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}
    return sorted(f"{table}.{column}" for table, column in wanted - there)
