"""Which tenants have passages that lack vectors: a row made by a trigger with the passage, gone when all have theirs.

Whoever adds passages, of this release or the one before, cannot forget it (migrations/embedding_rules.py). `mark` is
new with every addition: a job takes away only the row that it saw before it looked. So the clock reads a few entries
of two indexes where it would have to read every tenant's passages.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, Text, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.settings import settings
from models.base import Base, now, of_tenant
from models.vector import KnowledgeSpace

AGAIN_S = 120.0  # after a job's last sign the clock takes it for lost
WAITS_S = 300.0  # until it is tried again: a raised budget, or a new day, is noticed within this
AT_ONCE = 1_000  # tenants found in one round; the others in the next


class WaitsFor(StrEnum):
    """What a tenant's embedding waits for."""

    BUDGET = "budget"  # it has no room for the next call
    ENDPOINT = "endpoint"  # it refuses texts, or every one

    def told(self, passages: int) -> str:
        """For the tenant, of so many passages that wait."""
        number = f"{passages} passage is" if passages == 1 else f"{passages} passages are"
        if self is WaitsFor.BUDGET:
            return f"{number} found by words alone until the budget has room for embedding."
        return f"{number} found by words alone: the embedding endpoint refuses them."


class EmbeddingDue(Base):
    """A tenant some of whose passages may lack a vector."""

    __tablename__ = "embedding_due"
    __table_args__ = (of_tenant(), Index("ix_embedding_due_next", "next_at"))

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    mark: Mapped[uuid.UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())  # when the clock sends its job (again)
    waits_for: Mapped[str | None] = mapped_column(Text)


def begin_embedding(session: Session, tenant_id: uuid.UUID) -> uuid.UUID:
    """A job begins or goes on, and the clock need not send another. Whatever the mark stands for is there to be listed."""
    at = _in(AGAIN_S)
    begun = insert(EmbeddingDue).values(tenant_id=tenant_id, next_at=at)
    begun = begun.on_conflict_do_update(index_elements=["tenant_id"], set_={"next_at": at})
    return session.execute(begun.returning(EmbeddingDue.mark)).scalar_one()


def goes_on(session: Session) -> None:
    """What the session's tenant's embedding waited for has come."""
    session.execute(update(EmbeddingDue).where(EmbeddingDue.waits_for.is_not(None)).values(waits_for=None))


def postpone(session: Session, waits_for: WaitsFor) -> None:
    """Nothing can be done for the session's tenant now; the clock tries again."""
    session.execute(update(EmbeddingDue).values(next_at=_in(WAITS_S), waits_for=waits_for))


def finish_embedding(session: Session, mark: uuid.UUID) -> None:
    """All that the mark stands for has its vectors. What was added since keeps the session's tenant due."""
    session.execute(delete(EmbeddingDue).where(EmbeddingDue.mark == mark))


def waits_for(session: Session) -> WaitsFor | None:
    """What the session's tenant's embedding waits for; None while it goes on, or is done."""
    found = session.scalar(select(EmbeddingDue.waits_for))
    return WaitsFor(found) if found in set(WaitsFor) else None


def tenants_behind(session: Session, model: str) -> list[uuid.UUID]:
    """Tenants whose job is to be sent: passages were added and nobody is at them, or another model made their vectors.

    For the system door. Reads two indexes, as far as there is something to send.
    """
    at = now()
    due = select(EmbeddingDue.tenant_id).where(EmbeddingDue.next_at <= at).order_by(EmbeddingDue.next_at).limit(AT_ONCE)
    under_way = select(EmbeddingDue.tenant_id).where(
        EmbeddingDue.tenant_id == KnowledgeSpace.tenant_id, EmbeddingDue.next_at > at
    )
    changed = (
        select(KnowledgeSpace.tenant_id)
        .where(or_(KnowledgeSpace.model < model, KnowledgeSpace.model > model))  # no index answers "<>"
        .where(~under_way.exists())
        .limit(AT_ONCE)
    )
    return list(dict.fromkeys([*session.scalars(due), *session.scalars(changed)]))


def _in(seconds: float) -> datetime:
    return now() + timedelta(seconds=settings().scaled_s(seconds))
