"""What every table shares: the declarative base, constraint names, and the tenant as the first part of every key."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, ForeignKeyConstraint, MetaData, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base: times carry a zone, UUIDs are native, dictionaries are jsonb."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        uuid.UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
    }


class TenantOwned:
    """Columns of a tenant's table: (tenant_id, id) is the primary key, so every foreign key carries the tenant."""

    travels: ClassVar[bool] = False  # written by models/entity.py: nothing of its row is made by SQLAlchemy's flush

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


FRESH = {"populate_existing": True}  # what a lock returns is the row as it is now, not as the session knew it


def of_tenant() -> ForeignKeyConstraint:
    """The row belongs to a tenant and goes with it."""
    return ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE")


def within_tenant(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key to another row of the same tenant."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete="CASCADE")


def now() -> datetime:
    """The current instant, with its zone."""
    return datetime.now(UTC)
