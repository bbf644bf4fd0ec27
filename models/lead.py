"""A lead: contact and wish a visitor left, merged on e-mail, then on phone."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, of_tenant, within_tenant


class Lead(TenantOwned, Base):
    """One person who wants something of the business. Every value stood in the visitor's own words or record."""

    __tablename__ = "lead"
    __table_args__ = (
        of_tenant(),
        within_tenant("conversation_id", "conversation"),
        Index("uq_lead_email", "tenant_id", "email", unique=True, postgresql_where=text("email IS NOT NULL")),
        Index("ix_lead_phone", "tenant_id", "phone"),
        Index("ix_lead_conversation", "tenant_id", "conversation_id"),
    )

    conversation_id: Mapped[uuid.UUID]
    name: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)  # lower case
    phone: Mapped[str | None] = mapped_column(Text)  # E.164
    company: Mapped[str | None] = mapped_column(Text)
    wish: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


def merge_lead(
    session: Session,
    tenant_id: uuid.UUID,
    conversation_id: uuid.UUID,
    *,
    name: str | None,
    email: str | None,
    phone: str | None,
    company: str | None,
    wish: str | None,
) -> Lead:
    """The lead with this e-mail, else this phone, else of this conversation, else a new one; known values are kept.

    The tenant's leads are merged one at a time (advisory lock within the transaction).
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"lead:{tenant_id}", 0))))
    lead = _find(session, conversation_id, email, phone)
    if lead is None:
        lead = Lead(tenant_id=tenant_id, conversation_id=conversation_id)
        session.add(lead)
    lead.email = lead.email or email
    lead.phone = lead.phone or phone
    lead.name = name or lead.name
    lead.company = company or lead.company
    lead.wish = wish or lead.wish
    session.flush()
    return lead


def has_lead(session: Session, conversation_id: uuid.UUID) -> bool:
    """Whether the conversation's visitor has left contact before."""
    return session.scalar(select(Lead.id).where(Lead.conversation_id == conversation_id).limit(1)) is not None


def _find(session: Session, conversation_id: uuid.UUID, email: str | None, phone: str | None) -> Lead | None:
    for column, value in ((Lead.email, email), (Lead.phone, phone)):
        if value is not None:
            found = session.scalars(select(Lead).where(column == value).order_by(Lead.created_at).limit(1)).first()
            if found is not None:
                return found
    same_conversation = select(Lead).where(
        Lead.conversation_id == conversation_id,
        *([Lead.email.is_(None)] if email else []),
        *([Lead.phone.is_(None)] if phone else []),
    )
    return session.scalars(same_conversation.order_by(Lead.created_at.desc()).limit(1)).first()
