"""What a business is told by mail: one row and one Message-ID per event, sent until the server took it, never again after.

The row's id follows from its event: whoever stores a notice can name it after the commit, and a repeat finds it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, now, of_tenant
from models.page import Page


class NoticeKind(StrEnum):
    """What happened."""

    HAND_OVER = "hand_over"
    FAILURE = "failure"  # a reply could not be sent
    LEAD = "lead"  # somebody left contact
    BOOKING = "booking"  # an appointment was asked for, changed or cancelled
    BUDGET = "budget"  # so much of it is spent
    REMINDER = "reminder"  # what was promised to a visitor is due soon
    MISSED = "missed"  # and has not been kept


class NoticeState(StrEnum):
    """Where a notice stands."""

    PENDING = "pending"
    SENT = "sent"  # the mail server took it
    FAILED = "failed"  # refused for good, or nobody to send it to


class Notice(TenantOwned, Base):
    """One mail to the business. `event_id` is the turn, lead, booking or promise it tells of."""

    __tablename__ = "notice"
    __table_args__ = (
        of_tenant(),
        UniqueConstraint("tenant_id", "kind", "event_id"),
        Index("ix_notice_pending", "updated_at", postgresql_where=text("state = 'pending'")),
        Index("ix_notice_created", "tenant_id", "created_at", "id"),
    )

    kind: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(Text)
    conversation_id: Mapped[uuid.UUID | None]
    recipients: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)
    reached: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)  # the server took theirs
    refused: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)  # address -> why it never will
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=NoticeState.PENDING)
    reason: Mapped[str | None] = mapped_column(Text)  # why it failed, waits, or did not reach everybody
    claim_until: Mapped[datetime | None]  # somebody is sending it
    sent_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    @property
    def message_id(self) -> str:
        """The fixed Message-ID (RFC 5322): a mail sent twice by a crash is one mail to whoever reads it."""
        return f"<{self.id}@frontdesk>"

    @property
    def waiting(self) -> list[str]:
        """Who is still to be reached."""
        return [address for address in self.recipients if address not in self.reached and address not in self.refused]

    def move(self, state: NoticeState, reason: str | None = None) -> None:
        """Enter a state; whoever was sending it no longer is."""
        self.state, self.reason, self.updated_at = state, reason, now()
        self.claim_until = None
        if state == NoticeState.SENT:
            self.sent_at = self.updated_at


def notice_id(tenant_id: uuid.UUID, kind: NoticeKind, event_id: str) -> uuid.UUID:
    """The id of the event's notice, stored or not."""
    return uuid.uuid5(tenant_id, f"notice:{kind}:{event_id}")


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
            id=notice_id(tenant_id, kind, event_id),
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


def lock_notice(session: Session, tenant_id: uuid.UUID, name: uuid.UUID) -> Notice | None:
    """A notice, its row locked until the transaction ends."""
    return session.get(Notice, (tenant_id, name), with_for_update=True, populate_existing=True)


def newest_notices(session: Session, page: Page) -> Sequence[Notice]:
    """The session's tenant's notices, newest first; one more than the page holds when there are more."""
    return session.scalars(page.of(select(Notice), Notice.created_at, Notice.id)).all()


def erase_notices(session: Session, conversations: Collection[uuid.UUID]) -> None:
    """Delete what was told of these conversations: its text quotes the visitor."""
    session.execute(delete(Notice).where(Notice.conversation_id.in_(conversations)))


def pending_notices(
    session: Session, *, untouched_since: datetime, limit: int = 200
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, notice) of notices whose job may be lost, of all tenants; for the system door."""
    rows = session.execute(
        select(Notice.tenant_id, Notice.id)
        .where(Notice.state == NoticeState.PENDING, Notice.updated_at < untouched_since)
        .order_by(Notice.updated_at)
        .limit(limit)
    )
    return [(row.tenant_id, row.id) for row in rows]
