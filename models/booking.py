"""A booking request: what a visitor asked for, within opening hours, until they change or cancel it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, now, of_tenant, within_tenant
from models.conversation import OF_TURN
from models.entity import first
from models.trip import Asked, Query, ask


class BookingState(StrEnum):
    """Where a request stands."""

    ASKING = "asking"  # day, time or contact is still missing, or the visitor has not confirmed
    REQUESTED = "requested"  # confirmed by the visitor; a person decides
    CANCELLED = "cancelled"
    PASSED = "passed"  # its time is over
    ABANDONED = "abandoned"  # the visitor never went on


OPEN = (BookingState.ASKING, BookingState.REQUESTED)


class Booking(TenantOwned, Base):
    """One request, one open per conversation. `wanted` holds the `wish` so far, and the step that is `planned`."""

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

    def move(self, state: BookingState) -> None:
        self.state, self.updated_at = state, now()


_OPEN = Query(select(Booking).where(Booking.conversation_id == OF_TURN, Booking.state.in_(OPEN)))


def open_booking(session: Session, turn_id: uuid.UUID) -> Asked[Booking | None]:
    """What the visitor of a turn asked for, or is being asked about. Read it under the conversation's lock."""
    return ask(session, _OPEN, {"turn": turn_id}, first(session, Booking, _OPEN))
