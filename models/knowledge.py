"""What a tenant's bot may quote: question and answer entries, searched through one SECURITY DEFINER function.

The function filters on the session's tenant, never on an argument (migrations/policies.py explains why it exists).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Computed, Index, Text, column, func, or_, select, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, of_tenant
from models.page import Page
from models.trip import Asked, Query, ask, given

SEARCH_VECTOR = "setweight(to_tsvector('english', question), 'A') || setweight(to_tsvector('english', answer), 'B')"


class KnowledgeEntry(TenantOwned, Base):
    """One question with its approved answer."""

    __tablename__ = "knowledge_entry"
    __table_args__ = (of_tenant(), Index("ix_knowledge_entry_search", "search", postgresql_using="gin"))

    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCH_VECTOR, persisted=True), deferred=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


@dataclass(frozen=True)
class FoundEntry:
    """An entry with its rank for a query; higher is better, comparable within one search only."""

    entry_id: uuid.UUID
    question: str
    answer: str
    score: float


_SEARCH = Query(
    select(column("entry_id"), column("question"), column("answer"), column("score")).select_from(
        text("search_entries(:query, :size) AS found(entry_id, question, answer, score)").bindparams(
            given("query"), given("size")
        )
    )
)


def search_entries(session: Session, query: str, limit: int = 8) -> Asked[list[FoundEntry]]:
    """The session's tenant's entries that share a word with the query, best first."""
    values = {"query": query[:2000].replace("\x00", " "), "size": limit}
    return ask(session, _SEARCH, values, lambda rows: [FoundEntry(*row) for row in rows])


def newest_entries(session: Session, page: Page, holding: str | None = None) -> Sequence[KnowledgeEntry]:
    """The session's tenant's entries, newest first, one more than the page holds when there are more.

    `holding`: only those that hold this text as it is, whatever its case; for people who look for an entry to change.
    """
    statement = select(KnowledgeEntry)
    if holding:
        inside = [
            column.icontains(holding, autoescape=True) for column in (KnowledgeEntry.question, KnowledgeEntry.answer)
        ]
        statement = statement.where(or_(*inside))
    return session.scalars(page.of(statement, KnowledgeEntry.created_at, KnowledgeEntry.id)).all()
