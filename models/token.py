"""Tokens for people: an operator's for the admin API, a customer's for one tenant's. Hashed, 30 days, revocable.

A customer's token opens its page through a link that works once; the link's exchange makes a session of its own.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Index, Text, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from config.errors import NotFound
from config.secrets import credential_hash, new_token
from models.base import Base, TenantOwned, now, of_tenant
from models.database import system_session, tenant_session
from models.tenant import Tenant

LIFETIME = timedelta(days=30)
SESSION_PREFIX = "fds_"  # of the read-only page; no credential of any API
ADMIN_PREFIX, CUSTOMER_PREFIX = "fda_", "fdc_"  # told apart, and from API keys (fd_), by whoever finds one


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


def issue_admin_token() -> str:
    """A new operator's token; shown once, stored hashed."""
    token = ADMIN_PREFIX + new_token()
    with system_session() as session:
        session.add(AdminToken(token_hash=credential_hash(token), expires_at=now() + LIFETIME))
    return token


def issue_customer_token(tenant_id: uuid.UUID) -> str:
    """A new token for one tenant; shown once, stored hashed.

    Raises:
        NotFound: there is no such tenant.
    """
    token = CUSTOMER_PREFIX + new_token()
    with tenant_session(tenant_id) as session:
        if session.get(Tenant, tenant_id) is None:
            raise NotFound
        session.add(CustomerToken(tenant_id=tenant_id, token_hash=credential_hash(token), expires_at=now() + LIFETIME))
    return token


def admin_by_token(token: str) -> uuid.UUID | None:
    """The id of an operator's token that counts right now, or None."""
    with system_session() as session:
        return session.scalar(
            select(AdminToken.id).where(
                AdminToken.token_hash == credential_hash(token),
                AdminToken.expires_at > now(),
                AdminToken.revoked_at.is_(None),
            )
        )


def customer_by_token(token: str) -> uuid.UUID | None:
    """The tenant behind a customer's token that counts right now, or None."""
    with system_session() as session:
        return session.scalar(
            select(CustomerToken.tenant_id).where(
                CustomerToken.token_hash == credential_hash(token),
                CustomerToken.expires_at > now(),
                CustomerToken.revoked_at.is_(None),
            )
        )


def issue_customer_link(tenant_id: uuid.UUID) -> tuple[str, str]:
    """A new token for one tenant, and the code of a link that opens its page once. Both are shown once, stored hashed.

    Raises:
        NotFound: there is no such tenant.
    """
    token, code = issue_customer_token(tenant_id), new_token()
    with tenant_session(tenant_id) as session:
        session.execute(
            update(CustomerToken)
            .where(CustomerToken.token_hash == credential_hash(token))
            .values(link_hash=credential_hash(code))
        )
    return token, code


def open_customer_link(code: str) -> str | None:
    """The session that a link's code is exchanged for; None when it was used, has expired, was revoked or is none."""
    with system_session() as session:
        found = session.execute(
            select(CustomerToken.tenant_id, CustomerToken.id).where(
                CustomerToken.link_hash == credential_hash(code),
                CustomerToken.expires_at > now(),
                CustomerToken.revoked_at.is_(None),
            )
        ).first()
    if found is None:
        return None
    token = SESSION_PREFIX + new_token()
    with tenant_session(found.tenant_id) as session:
        used = session.execute(
            update(CustomerToken)
            .where(CustomerToken.id == found.id, CustomerToken.link_hash == credential_hash(code))
            .values(link_hash=None)
            .returning(CustomerToken.id)
        ).first()
        if used is None:  # somebody else was first
            return None
        session.add(
            CustomerToken(tenant_id=found.tenant_id, token_hash=credential_hash(token), expires_at=now() + LIFETIME)
        )
    return token


def revoke_customer_tokens(tenant_id: uuid.UUID, token: str | None = None) -> int:
    """End this token, or every token, link and session of the tenant; returns how many counted until now."""
    ended = update(CustomerToken).where(CustomerToken.revoked_at.is_(None), CustomerToken.expires_at > now())
    if token is not None:
        ended = ended.where(CustomerToken.token_hash == credential_hash(token))
    with tenant_session(tenant_id) as session:
        return len(session.scalars(ended.values(revoked_at=now()).returning(CustomerToken.id)).all())


def revoke_admin_tokens() -> int:
    """End every operator's token; returns how many counted until now."""
    with system_session() as session:
        return len(
            session.scalars(
                update(AdminToken)
                .where(AdminToken.revoked_at.is_(None), AdminToken.expires_at > now())
                .values(revoked_at=now())
                .returning(AdminToken.id)
            ).all()
        )
