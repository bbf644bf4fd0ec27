"""Whether what was accepted has its row: the queue counts acceptances by tenant and day, here their rows are counted.

Rows and acceptances are not one to one. What makes them differ is noted where it happens, append-only, once for each work.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Date, Index, Text, UniqueConstraint, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, now, of_tenant
from models.message import Author, Message
from models.tenant import Tenant

CLOCKS_DIFFER = timedelta(seconds=5)  # a row's time is the ingress's, a count's day the queue's
COMPARED = timedelta(days=8)  # how long the queue keeps its counts


class AcceptanceCorrection(TenantOwned, Base):
    """`messages` are added to the rows of the day."""

    __tablename__ = "acceptance_correction"
    __table_args__ = (
        of_tenant(),
        UniqueConstraint("tenant_id", "work_id"),
        Index("ix_acceptance_correction_day", "day"),
    )

    day: Mapped[date] = mapped_column(Date)  # in UTC
    work_id: Mapped[str] = mapped_column(Text)
    messages: Mapped[int]


def note_found(session: Session, message: Message) -> None:
    """A row that no acceptance made: reconciliation found it in its channel."""
    _note(session, message.tenant_id, message.accepted_at, f"found:{message.id}", -1)


def note_repeat(session: Session, message: Message, accepted_at: datetime) -> None:
    """An acceptance that made no row, because the message has one already; a second run of it adds nothing."""
    at = accepted_at.astimezone(UTC)
    _note(session, message.tenant_id, at, f"repeat:{message.id}:{at.isoformat()}", 1)


def note_erased(session: Session, conversations: Collection[uuid.UUID]) -> None:
    """Rows that are about to be erased with their conversations."""
    day = func.date(func.timezone("UTC", Message.accepted_at))
    rows = session.execute(
        select(Message.tenant_id, day.label("day"), func.count().label("messages"))
        .where(Message.conversation_id.in_(conversations), *_COUNTS, Message.accepted_at > now() - COMPARED)
        .group_by(Message.tenant_id, day)
    )
    for row in rows:
        at = datetime.combine(row.day, time(), UTC)
        _note(session, row.tenant_id, at, f"erased:{uuid.uuid4()}", row.messages)


def recorded_on(session: Session, day: date) -> dict[uuid.UUID, int]:
    """How many accepted visitor messages of a day have been recorded, by tenant; for the system door."""
    begins = datetime.combine(day, time(), UTC)
    counted = session.execute(
        select(Message.tenant_id, func.count().label("messages"))
        .where(
            *_COUNTS,
            Message.accepted_at >= begins - CLOCKS_DIFFER,
            Message.accepted_at < begins + timedelta(days=1) + CLOCKS_DIFFER,
        )
        .group_by(Message.tenant_id)
    )
    found = {row.tenant_id: row.messages for row in counted}
    corrected = session.execute(
        select(AcceptanceCorrection.tenant_id, func.sum(AcceptanceCorrection.messages).label("messages"))
        .where(AcceptanceCorrection.day == day)
        .group_by(AcceptanceCorrection.tenant_id)
    )
    for row in corrected:
        found[row.tenant_id] = found.get(row.tenant_id, 0) + row.messages
    return found


def living(session: Session, tenants: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these tenants that are not being forgotten; for the system door."""
    kept = or_(Tenant.delete_after.is_(None), Tenant.delete_after > now())
    return set(session.scalars(select(Tenant.id).where(Tenant.id.in_(tenants), kept)))


_COUNTS = (Message.author == Author.VISITOR, Message.turn_id.is_not(None))  # another system's history has no turns


def _note(session: Session, tenant_id: uuid.UUID, at: datetime, work_id: str, messages: int) -> None:
    day = at.astimezone(UTC).date()
    session.execute(
        insert(AcceptanceCorrection)
        .values(tenant_id=tenant_id, id=uuid.uuid4(), day=day, work_id=work_id, messages=messages)
        .on_conflict_do_nothing()
    )
