"""Tokens for people: an operator's for the admin API, a customer's for one tenant's. Hashed, 30 days, revocable.

A customer's token opens its page through a link that works once; the link's exchange makes a session of its own.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, TenantOwned, of_tenant

LIFETIME = timedelta(days=30)


class AdminToken(Base):
    """An operator's token; belongs to no tenant and is read through the system door alone."""

    __tablename__ = "admin_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CustomerToken(TenantOwned, Base):
    """One tenant's token for its own API and page. `link_hash` is the single-use link's, emptied by its use."""

    __tablename__ = "customer_token"
    __table_args__ = (
        of_tenant(),
        Index("ix_customer_token_token_hash", "token_hash"),
        Index("ix_customer_token_link_hash", "link_hash"),
    )

    token_hash: Mapped[str] = mapped_column(Text)
    link_hash: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
