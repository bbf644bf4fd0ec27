"""What a hand-over promised the visitor: an answer by an instant. Kept by a person's public answer, watched by the clock.

open -> (reminded) -> kept | missed (and told once) -> kept late
  '-> dropped: the conversation was closed, given back, or promised anew
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, UniqueConstraint, or_, select, text, update
from sqlalchemy.orm import Mapped, Session

from models.base import FRESH, Base, TenantOwned, of_tenant, within_tenant

CLOCKS_DIFFER = timedelta(minutes=1)  # by as much a channel's clock, or its precision, from ours

_WATCHED = "kept_at IS NULL AND dropped_at IS NULL AND missed_at IS NULL"


class Promise(TenantOwned, Base):
    """An answer that was promised with the hand-over of a turn."""

    __tablename__ = "promise"
    __table_args__ = (
        of_tenant(),
        within_tenant("conversation_id", "conversation"),
        within_tenant("turn_id", "turn"),
        UniqueConstraint("tenant_id", "turn_id"),
        Index("ix_promise_conversation", "tenant_id", "conversation_id"),
        Index("ix_promise_open", "remind_at", postgresql_where=text(_WATCHED)),
    )

    conversation_id: Mapped[uuid.UUID]
    turn_id: Mapped[uuid.UUID]
    due_at: Mapped[datetime]
    remind_at: Mapped[datetime]  # the business, while there is time
    reminded_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]  # a person's first public answer, also a late one
    missed_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]

    @property
    def watched(self) -> bool:
        """Whether it can still be missed."""
        return self.kept_at is None and self.dropped_at is None and self.missed_at is None


_OPEN = (Promise.kept_at.is_(None), Promise.dropped_at.is_(None))


def keep_promises(session: Session, conversation_id: uuid.UUID, at: datetime) -> None:
    """A person answered in public: whatever was promised before that is kept, if late. `at` may be a channel's clock."""
    session.execute(
        update(Promise)
        .where(Promise.conversation_id == conversation_id, *_OPEN, Promise.created_at <= at + CLOCKS_DIFFER)
        .values(kept_at=at)
    )


def drop_promises(session: Session, conversation_id: uuid.UUID, at: datetime) -> None:
    """Nobody waits for what was promised any more."""
    session.execute(update(Promise).where(Promise.conversation_id == conversation_id, *_OPEN).values(dropped_at=at))


def lock_promise(session: Session, promise_id: uuid.UUID) -> Promise | None:
    """A promise, its row locked until the transaction ends. Lock its conversation first."""
    return session.scalars(
        select(Promise).where(Promise.id == promise_id).with_for_update(), execution_options=FRESH
    ).first()


def promise_of_turn(session: Session, turn_id: uuid.UUID) -> Promise | None:
    """What was promised with this turn's hand-over."""
    return session.scalars(select(Promise).where(Promise.turn_id == turn_id)).first()


def latest_promise(session: Session, conversation_id: uuid.UUID) -> Promise | None:
    """The conversation's newest promise, whatever became of it."""
    return session.scalars(
        select(Promise).where(Promise.conversation_id == conversation_id).order_by(Promise.created_at.desc()).limit(1)
    ).first()


@dataclass(frozen=True)
class DuePromise:
    """A promise the clock must look at: ids and times only, readable without a tenant."""

    tenant_id: uuid.UUID
    promise_id: uuid.UUID


def due_promises(session: Session, at: datetime, *, limit: int = 500) -> list[DuePromise]:
    """Watched promises to be reminded of or missed by now, of all tenants; for the system door."""
    rows = session.execute(
        select(Promise.tenant_id, Promise.id)
        .where(
            Promise.kept_at.is_(None),
            Promise.dropped_at.is_(None),
            Promise.missed_at.is_(None),
            or_((Promise.remind_at <= at) & Promise.reminded_at.is_(None), Promise.due_at <= at),
        )
        .order_by(Promise.due_at)
        .limit(limit)
    )
    return [DuePromise(row.tenant_id, row.id) for row in rows]
