"""Answers kept for repeated questions: what was fully grounded and concerned no conversation, until what it rests on changes.

`answer_version` is raised by triggers (migrations/policies.py) in the transaction of the change. The version is read before
anything an answer is made of, so an answer is never newer than the version it is kept under. Nothing a visitor wrote is kept:
the question only as a keyed hash; and what was said goes with the conversation it was said in, too.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, of_tenant, within_tenant
from models.trip import Asked, Query, ask, given, tell


class AnswerVersion(Base):
    """How often what a tenant's answers are made of has changed."""

    __tablename__ = "answer_version"
    __table_args__ = (of_tenant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


class KeptAnswer(TenantOwned, Base):
    """One answer. `id` follows from the question, its language, the model and our own rules."""

    __tablename__ = "kept_answer"
    __table_args__ = (
        of_tenant(),
        within_tenant("conversation_id", "conversation"),
        Index("ix_kept_answer_expires", "expires_at"),
        Index("ix_kept_answer_conversation", "tenant_id", "conversation_id"),
    )

    version: Mapped[int] = mapped_column(BigInteger)
    sentences: Mapped[list[Any]] = mapped_column(JSONB)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    conversation_id: Mapped[uuid.UUID]
    expires_at: Mapped[datetime]


@dataclass(frozen=True)
class Kept:
    """What was said."""

    sentences: list[str]
    sources: list[dict[str, Any]]


_VERSION = Query(select(func.coalesce(func.max(AnswerVersion.version), 0)))
_FOUND = Query(
    select(KeptAnswer.sentences, KeptAnswer.sources).where(
        KeptAnswer.id == given("id"), KeptAnswer.version == given("version"), KeptAnswer.expires_at > func.now()
    )
)
_KEEP = Query(
    insert(KeptAnswer)
    .values(
        {
            name: given(name)
            for name in ("tenant_id", "id", "version", "sentences", "sources", "conversation_id", "expires_at")
        }
    )
    .on_conflict_do_update(
        index_elements=["tenant_id", "id"],
        set_={
            name: getattr(insert(KeptAnswer).excluded, name)
            for name in ("version", "sentences", "sources", "conversation_id", "expires_at")
        },
    )
)


def ask_version(session: Session) -> Asked[int]:
    """The session's tenant's. Ask it before what an answer is made of."""
    return ask(session, _VERSION, {}, lambda rows: int(rows[0][0]))


def raise_version(session: Session, tenant_id: uuid.UUID) -> None:
    """Something changed that no trigger sees."""
    raised = insert(AnswerVersion).values(tenant_id=tenant_id, version=1)
    session.execute(
        raised.on_conflict_do_update(index_elements=["tenant_id"], set_={"version": AnswerVersion.version + 1})
    )


def ask_kept(session: Session, name: uuid.UUID, version: int) -> Asked[Kept | None]:
    """The answer by this name, if nothing has changed since."""
    return ask(session, _FOUND, {"id": name, "version": version}, lambda rows: Kept(*rows[0]) if rows else None)


def keep(
    session: Session,
    tenant_id: uuid.UUID,
    name: uuid.UUID,
    version: int,
    kept: Kept,
    conversation_id: uuid.UUID,
    expires_at: datetime,
) -> None:
    """Keep an answer that was said; a newer one takes its place."""
    values = {"tenant_id": tenant_id, "id": name, "version": version, "conversation_id": conversation_id}
    tell(session, _KEEP, {**values, **vars(kept), "expires_at": expires_at})


def expired_answers(session: Session, at: datetime, limit: int = 1000) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, answer) of those nobody will use again, of all tenants; for the system door."""
    rows = session.execute(select(KeptAnswer.tenant_id, KeptAnswer.id).where(KeptAnswer.expires_at < at).limit(limit))
    return [(row.tenant_id, row.id) for row in rows]


def drop_expired(session: Session, at: datetime) -> None:
    """The session's tenant's."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.expires_at < at))
