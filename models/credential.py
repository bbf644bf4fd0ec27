"""Secret API keys: stored hashed, scoped, revocable."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import Index, Text, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.secrets import credential_hash
from models.base import Base, TenantOwned, of_tenant


class Scope(StrEnum):
    """What a secret key may do."""

    CHAT = "chat"
    TURNS_READ = "turns:read"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_WRITE = "conversations:write"
    LEADS_READ = "leads:read"
    KNOWLEDGE_READ = "knowledge:read"
    KNOWLEDGE_WRITE = "knowledge:write"
    INTENTS_WRITE = "intents:write"
    USAGE_READ = "usage:read"
    VISITORS_ERASE = "visitors:erase"


class ApiKey(TenantOwned, Base):
    """A secret key: stored hashed, shown once, scoped, revocable."""

    __tablename__ = "api_key"
    __table_args__ = (of_tenant(), Index("ix_api_key_key_hash", "key_hash"))

    key_hash: Mapped[str] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    revoked_at: Mapped[datetime | None]

    @classmethod
    def issued(cls, tenant_id: uuid.UUID, key: str, scopes: list[Scope]) -> Self:
        """The row of a key that was just made."""
        return cls(tenant_id=tenant_id, key_hash=credential_hash(key), scopes=[str(scope) for scope in scopes])


def standing_keys(session: Session) -> Sequence[ApiKey]:
    """The session's tenant's keys that count, oldest first."""
    statement = select(ApiKey).where(ApiKey.revoked_at.is_(None)).order_by(ApiKey.created_at, ApiKey.id)
    return session.scalars(statement).all()
