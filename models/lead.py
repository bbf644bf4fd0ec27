"""A lead: contact and wish a visitor left, merged on e-mail, then on phone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, Text, delete, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, of_tenant, within_tenant
from models.page import Page
from models.trip import Asked, Query, ask, given


class Lead(TenantOwned, Base):
    """One person who wants something of the business. Every value stood in the visitor's own words or record."""

    __tablename__ = "lead"
    __table_args__ = (
        of_tenant(),
        within_tenant("conversation_id", "conversation"),
        Index("uq_lead_email", "tenant_id", "email", unique=True, postgresql_where=text("email IS NOT NULL")),
        Index("ix_lead_phone", "tenant_id", "phone"),
        Index("ix_lead_conversation", "tenant_id", "conversation_id"),
        Index("ix_lead_created", "tenant_id", "created_at", "id"),
    )
    is_new: ClassVar[bool] = False  # True on what `merge_lead` has just made

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

    `is_new` tells which. The tenant's leads are merged one at a time (advisory lock within the transaction).
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"lead:{tenant_id}", 0))))
    lead = _find(session, conversation_id, email, phone)
    if lead is None:
        lead = Lead(tenant_id=tenant_id, conversation_id=conversation_id)
        lead.is_new = True  # type: ignore[misc]  # of this object, not of the class
        session.add(lead)
    lead.email = lead.email or email
    lead.phone = lead.phone or phone
    lead.name = name or lead.name
    lead.company = company or lead.company
    lead.wish = wish or lead.wish
    session.flush()
    return lead


_HAS_LEAD = Query(select(Lead.id).where(Lead.conversation_id == given("conversation")).limit(1))


def has_lead(session: Session, conversation_id: uuid.UUID) -> Asked[bool]:
    """Whether the conversation's visitor has left contact before."""
    return ask(session, _HAS_LEAD, {"conversation": conversation_id}, bool)


def leads_of(session: Session, conversations: Collection[uuid.UUID]) -> dict[uuid.UUID, Lead]:
    """The newest lead first left in each of these conversations that has one."""
    found = session.scalars(select(Lead).where(Lead.conversation_id.in_(conversations)).order_by(Lead.created_at))
    return {lead.conversation_id: lead for lead in found}


def newest_leads(session: Session, page: Page) -> Sequence[Lead]:
    """The session's tenant's leads, newest first; one more than the page holds when there are more."""
    return session.scalars(page.of(select(Lead), Lead.created_at, Lead.id)).all()


def erase_leads(session: Session, emails: Collection[str], phones: Collection[str]) -> None:
    """Delete the leads that have one of these contacts, whichever conversation they were first left in."""
    session.execute(delete(Lead).where(or_(Lead.email.in_(emails), Lead.phone.in_(phones))))


def lead_with(session: Session, email: str | None, phone: str | None) -> Lead | None:
    """The lead that has this e-mail, else this phone, whichever conversation it was first left in."""
    for column, value in ((Lead.email, email), (Lead.phone, phone)):
        if value is not None:
            found = session.scalars(select(Lead).where(column == value).order_by(Lead.created_at).limit(1)).first()
            if found is not None:
                return found
    return None


def _find(session: Session, conversation_id: uuid.UUID, email: str | None, phone: str | None) -> Lead | None:
    found = lead_with(session, email, phone)
    if found is not None:
        return found
    same_conversation = select(Lead).where(
        Lead.conversation_id == conversation_id,
        *([Lead.email.is_(None)] if email else []),
        *([Lead.phone.is_(None)] if phone else []),
    )
    return session.scalars(same_conversation.order_by(Lead.created_at.desc()).limit(1)).first()
