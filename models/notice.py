"""What a business is told by mail: one row and one Message-ID per event, sent until the server took it, never again after."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, now, of_tenant


class NoticeKind(StrEnum):
    """What happened."""

    HAND_OVER = "hand_over"
    FAILURE = "failure"  # a reply could not be sent
    LEAD = "lead"  # somebody left contact
    BOOKING = "booking"  # an appointment was asked for, changed or cancelled


class NoticeState(StrEnum):
    """Where a notice stands."""

    PENDING = "pending"
    SENT = "sent"  # the mail server took it
    FAILED = "failed"  # refused for good, or nobody to send it to


class Notice(TenantOwned, Base):
    """One mail to the business. `event_id` is the turn, lead or booking it tells of."""

    __tablename__ = "notice"
    __table_args__ = (
        of_tenant(),
        UniqueConstraint("tenant_id", "kind", "event_id"),
        Index("ix_notice_pending", "updated_at", postgresql_where=text("state = 'pending'")),
    )

    kind: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(Text)
    conversation_id: Mapped[uuid.UUID | None]
    recipients: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=NoticeState.PENDING)
    reason: Mapped[str | None] = mapped_column(Text)  # why it failed
    sent_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    @property
    def message_id(self) -> str:
        """The fixed Message-ID (RFC 5322): a mail sent twice by a crash is one mail to whoever reads it."""
        return f"<{self.id}@frontdesk>"

    def move(self, state: NoticeState, reason: str | None = None) -> None:
        self.state, self.reason, self.updated_at = state, reason, now()
        if state == NoticeState.SENT:
            self.sent_at = self.updated_at


def add_notice(
    session: Session,
    tenant_id: uuid.UUID,
    kind: NoticeKind,
    event_id: str,
    *,
    recipients: list[str],
    subject: str,
    body: str,
    conversation_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Store a notice to be sent; None when the event has one already."""
    statement = (
        insert(Notice)
        .values(
            tenant_id=tenant_id,
            id=uuid.uuid4(),
            kind=kind,
            event_id=event_id,
            conversation_id=conversation_id,
            recipients=recipients,
            subject=subject,
            body=body,
            state=NoticeState.PENDING,
            updated_at=now(),
        )
        .on_conflict_do_nothing()
        .returning(Notice.id)
    )
    return session.scalar(statement)


def pending_notices(
    session: Session, *, untouched_since: datetime, limit: int = 200
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, notice) of notices whose job may be lost, of all tenants; for the system door."""
    rows = session.execute(
        select(Notice.tenant_id, Notice.id)
        .where(Notice.state == NoticeState.PENDING, Notice.updated_at < untouched_since)
        .limit(limit)
    )
    return [(row.tenant_id, row.id) for row in rows]
