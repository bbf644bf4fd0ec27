"""What leaves: every part of a turn that goes out is a row, unique on (tenant, turn, part), sent at most once."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, now, of_tenant, within_tenant
from models.entity import first, objects
from models.trip import Asked, Query, ask, given


class Part(StrEnum):
    """Which part of a turn, in the order they leave."""

    REPLY = "reply"
    HAND_OVER = "hand_over"  # the message that tells the visitor
    NOTE = "note"  # private, for the person who takes over
    ASSIGNMENT = "assignment"  # unassign, raise the priority
    MISSED = "missed"  # much later: what was promised with the hand-over was not kept


class OutboundState(StrEnum):
    """Where a part stands."""

    PENDING = "pending"
    SENDING = "sending"  # written to the wire, or about to be, until the deadline
    UNKNOWN = "unknown"  # the channel did not say
    DELIVERED = "delivered"
    DROPPED = "dropped"  # a person showed up first
    FAILED = "failed"


UNSENT = (OutboundState.PENDING, OutboundState.SENDING, OutboundState.UNKNOWN)
PART_ORDER = tuple(Part)
MAX_POSTS = 2  # the first and one more after read-back and settle


class Outbound(TenantOwned, Base):
    """One part on its way out."""

    __tablename__ = "outbound"
    __table_args__ = (
        of_tenant(),
        within_tenant("turn_id", "turn"),
        UniqueConstraint("tenant_id", "turn_id", "part"),
        Index("ix_outbound_unsent", "updated_at", postgresql_where=text("state IN ('pending','sending','unknown')")),
    )
    travels = True

    turn_id: Mapped[uuid.UUID]
    part: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=OutboundState.PENDING)
    body: Mapped[str] = mapped_column(Text, default="")
    posts: Mapped[int] = mapped_column(default=0)  # how often the request was let go
    deadline_at: Mapped[datetime | None]  # no post starts after it
    external_id: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime]

    @classmethod
    def pending(cls, tenant_id: uuid.UUID, turn_id: uuid.UUID, part: Part, body: str = "") -> Outbound:
        """A part that waits to leave."""
        return cls(
            tenant_id=tenant_id, turn_id=turn_id, part=part, body=body, state=OutboundState.PENDING, updated_at=now()
        )

    def move(self, state: OutboundState) -> None:
        self.state, self.updated_at = state, now()

    @property
    def unsent(self) -> bool:
        return self.state in UNSENT


_OF_TURN = Query(select(Outbound).where(Outbound.turn_id == given("turn")))


def parts_of_turn(session: Session, turn_id: uuid.UUID) -> Asked[list[Outbound]]:
    """A turn's parts in the order they leave."""
    read = objects(session, Outbound, _OF_TURN)
    in_order = lambda rows: sorted(read(rows), key=lambda part: PART_ORDER.index(Part(part.part)))  # noqa: E731
    return ask(session, _OF_TURN, {"turn": turn_id}, in_order)


_PART = Query(select(Outbound).where(Outbound.id == given("part")))


def ask_part(session: Session, part_id: uuid.UUID) -> Asked[Outbound | None]:
    """One part as it stands."""
    return ask(session, _PART, {"part": part_id}, first(session, Outbound, _PART))


def drop_unsent(session: Session, turn_id: uuid.UUID) -> None:
    """The turn ends otherwise: what was written for it and has not left never will."""
    session.execute(
        update(Outbound)
        .where(Outbound.turn_id == turn_id, Outbound.state.in_(UNSENT))
        .values(state=OutboundState.DROPPED, updated_at=now())
    )


def stuck_parts(session: Session, *, untouched_since: datetime, limit: int = 500) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, turn) of parts nobody has moved for a while, of all tenants; for the system door."""
    rows = session.execute(
        select(Outbound.tenant_id, Outbound.turn_id)
        .where(Outbound.state.in_(UNSENT), Outbound.updated_at < untouched_since)
        .distinct()
        .limit(limit)
    )
    return [(row.tenant_id, row.turn_id) for row in rows]
