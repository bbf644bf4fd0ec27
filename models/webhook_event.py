"""A message or sign that is in Postgres before it is accepted (ACCEPT=durable), or that a reconciliation found, until its
stage has recorded it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Row, Text, bindparam, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, of_tenant

AT_ONCE = 500  # ids read by one statement


class WebhookEvent(TenantOwned, Base):
    """Named after its queue message, so that sending it again finds the one that is on its way."""

    __tablename__ = "webhook_event"
    __table_args__ = (of_tenant(), Index("ix_webhook_event_accepted", "accepted_at", "id"))

    request_id: Mapped[str | None] = mapped_column(Text)
    payload: Mapped[dict[str, Any]]  # a ReceiveMessage's arguments
    accepted_at: Mapped[datetime]

    @property
    def message_id(self) -> str:
        return self.id.hex


_KEEP = (  # built once: constructing a statement costs as much as running it
    insert(WebhookEvent)
    .values(
        tenant_id=bindparam("tenant"),
        id=bindparam("event"),
        payload=bindparam("content"),
        accepted_at=bindparam("at"),
        request_id=bindparam("request"),
    )
    .on_conflict_do_nothing()
)
_DROP = delete(WebhookEvent).where(WebhookEvent.id == bindparam("event"))


def keep_event(
    session: Session,
    tenant_id: uuid.UUID,
    message_id: str,
    payload: dict[str, Any],
    *,
    accepted_at: datetime,
    request_id: str | None,
) -> None:
    """Store it before it is accepted. One that stands there already stays."""
    values = {"tenant": tenant_id, "event": uuid.UUID(message_id), "content": payload}
    session.execute(_KEEP, {**values, "at": accepted_at, "request": request_id})


def drop_event(session: Session, message_id: str) -> None:
    """It was recorded, or not accepted after all, or given up by a person. Nothing happens when there is none."""
    try:
        name = uuid.UUID(message_id)
    except ValueError:  # a message that was not accepted at the ingress
        return
    session.execute(_DROP, {"event": name}, execution_options={"synchronize_session": False})


def events_before(
    session: Session, at: datetime, after: tuple[datetime, uuid.UUID] | None = None
) -> Sequence[Row[uuid.UUID, uuid.UUID, datetime]]:
    """(tenant, id, accepted at) of the next `AT_ONCE` events from before an instant, oldest first; for the system door."""
    statement = select(WebhookEvent.tenant_id, WebhookEvent.id, WebhookEvent.accepted_at)
    if after is not None:
        statement = statement.where(tuple_(WebhookEvent.accepted_at, WebhookEvent.id) > tuple_(*after))
    return session.execute(
        statement.where(WebhookEvent.accepted_at < at)
        .order_by(WebhookEvent.accepted_at, WebhookEvent.id)
        .limit(AT_ONCE)
    ).all()
