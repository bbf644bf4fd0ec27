"""A booking request: what a visitor asked for, within opening hours, until they change or cancel it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, TenantOwned, of_tenant, within_tenant


class BookingState(StrEnum):
    """Where a request stands."""

    ASKING = "asking"  # day, time or contact is still missing, or the visitor has not confirmed
    REQUESTED = "requested"  # confirmed by the visitor; a person decides
    CANCELLED = "cancelled"


class Booking(TenantOwned, Base):
    """One request. `wanted` holds what is known so far, as the visitor said it."""

    __tablename__ = "booking"
    __table_args__ = (
        of_tenant(),
        within_tenant("conversation_id", "conversation"),
        Index(
            "uq_booking_open",
            "tenant_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("state IN ('asking', 'requested')"),
        ),
    )

    conversation_id: Mapped[uuid.UUID]
    lead_id: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime | None]
    wanted: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    updated_at: Mapped[datetime]
