"""Chunks: the pieces of a tenant's knowledge that are found, quoted and cited. A FAQ entry is one, a document several.

Versions are kept: a chunk never changes its words. What is replaced is retired, so that an old answer can be explained
by the chunk it names. An entry's chunk follows the entry by triggers (migrations/knowledge_rules.py): whoever writes
entries, of this release or the one before, cannot forget it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index, Text, select, text, update
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, now, of_tenant
from models.tenant import TenantConfiguration

LIVE = "retired_at IS NULL"


class KnowledgeChunk(TenantOwned, Base):
    """One passage under its heading. It belongs to an entry or to a document; once retired perhaps to none.

    A document that is deleted takes its id off its passages. A deleted entry's id stays on them, held by no key: it tells
    which versions of an answer belong together, where no address does.
    """

    __tablename__ = "knowledge_chunk"
    __table_args__ = (
        of_tenant(),
        ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["knowledge_document.tenant_id", "knowledge_document.id"],
            ondelete="SET NULL (document_id)",  # and a trigger retires what still counted (migrations/document_rules.py)
        ),
        CheckConstraint(
            "num_nonnulls(entry_id, document_id) = 1 OR retired_at IS NOT NULL AND num_nonnulls(entry_id, document_id) = 0",
            name="one_owner",
        ),
        Index("uq_knowledge_chunk_entry_live", "tenant_id", "entry_id", unique=True, postgresql_where=text(LIVE)),
        Index("ix_knowledge_chunk_document", "tenant_id", "document_id", "position"),
        Index("ix_knowledge_chunk_live", "tenant_id", "id", postgresql_where=text(LIVE)),
        Index(
            "ix_knowledge_chunk_tenant_words",
            "tenant_id",
            "words",
            postgresql_using="gin",
            postgresql_where=text(LIVE),
            postgresql_with={"fastupdate": "off"},  # no list of pending words that every search has to read through
        ),
    )

    entry_id: Mapped[uuid.UUID | None]
    document_id: Mapped[uuid.UUID | None]
    position: Mapped[int] = mapped_column(server_default="0", default=0)  # order within the document
    heading: Mapped[str] = mapped_column(Text)  # the path above a document's passage; the question of an entry
    text: Mapped[str] = mapped_column(Text)  # the passage; the answer of an entry
    language: Mapped[str] = mapped_column(Text)  # what its words are stemmed by
    detected: Mapped[bool] = mapped_column(server_default="false", default=False)  # an entry's: told by its words
    words: Mapped[str] = mapped_column(
        TSVECTOR, Computed("chunk_words(language, heading, text)", persisted=True), deferred=True
    )
    retired_at: Mapped[datetime | None]


@dataclass(frozen=True)
class NewChunk:
    """A chunk to be. `heading`: the heading path of a document ("Prices > Colour"), or the question of an entry.

    language: what it is written in, where that is sure.
    """

    heading: str
    text: str
    language: str | None = None


@dataclass(frozen=True)
class EntryOwner:
    """The chunk of a FAQ entry."""

    entry_id: uuid.UUID


@dataclass(frozen=True)
class DocumentOwner:
    """The chunks of one page or file."""

    document_id: uuid.UUID


ChunkOwner = EntryOwner | DocumentOwner


def replace_chunks(
    session: Session,
    tenant_id: uuid.UUID,
    owner: ChunkOwner,
    chunks: Sequence[NewChunk],
    *,
    language: str | None = None,
) -> int:
    """Make these the owner's live chunks, in this order. Returns how many are new, and so need a vector.

    What is unchanged stays as it is, with its vector; what is no longer among them is retired. `language`: of chunks
    that are not sure of theirs, the tenant's where it is None. Entries' chunks follow their entry by themselves: this is
    for documents, and for an owner that goes (no chunks).
    """
    spoken = language or _language(session, tenant_id)
    column = KnowledgeChunk.entry_id if isinstance(owner, EntryOwner) else KnowledgeChunk.document_id
    owner_id = owner.entry_id if isinstance(owner, EntryOwner) else owner.document_id
    live = session.scalars(
        select(KnowledgeChunk)
        .where(KnowledgeChunk.tenant_id == tenant_id, column == owner_id, KnowledgeChunk.retired_at.is_(None))
        .order_by(KnowledgeChunk.position)
        .with_for_update()
    ).all()
    unclaimed: dict[tuple[str, str, str], list[KnowledgeChunk]] = {}
    for chunk in live:
        unclaimed.setdefault((chunk.language, chunk.heading, chunk.text), []).append(chunk)
    kept: dict[uuid.UUID, int] = {}
    new: list[KnowledgeChunk] = []
    for position, wanted in enumerate(chunks):
        same = unclaimed.get((wanted.language or spoken, wanted.heading, wanted.text))
        if same:
            kept[same.pop(0).id] = position
        else:
            new.append(_made(tenant_id, owner, position, wanted, wanted.language or spoken))
    at = now()
    for chunk in live:
        if chunk.id in kept:
            chunk.position = kept[chunk.id]
        else:
            chunk.retired_at = at
    session.flush()  # retired before added: an entry has one live chunk at a time
    session.add_all(new)
    session.flush()
    return len(new)


def retire_documents(session: Session, documents: Sequence[uuid.UUID]) -> int:
    """Retire all chunks of documents that go. Returns how many."""
    retired = session.execute(
        update(KnowledgeChunk)
        .where(KnowledgeChunk.document_id.in_(documents), KnowledgeChunk.retired_at.is_(None))
        .values(retired_at=now())
        .execution_options(synchronize_session=False)
        .returning(KnowledgeChunk.id)
    )
    return len(retired.all())


def chunks_named(session: Session, chunks: Sequence[uuid.UUID]) -> dict[uuid.UUID, KnowledgeChunk]:
    """These chunks, retired ones too: what an answer's sources said when it was given."""
    return {chunk.id: chunk for chunk in session.scalars(select(KnowledgeChunk).where(KnowledgeChunk.id.in_(chunks)))}


def live_chunks(session: Session, documents: Sequence[uuid.UUID]) -> Counter[uuid.UUID]:
    """How many live chunks each of these documents has."""
    found = session.scalars(
        select(KnowledgeChunk.document_id).where(
            KnowledgeChunk.document_id.in_(documents), KnowledgeChunk.retired_at.is_(None)
        )
    )
    return Counter(name for name in found if name is not None)


def _made(tenant_id: uuid.UUID, owner: ChunkOwner, position: int, wanted: NewChunk, language: str) -> KnowledgeChunk:
    return KnowledgeChunk(
        tenant_id=tenant_id,
        id=uuid.uuid4(),
        entry_id=owner.entry_id if isinstance(owner, EntryOwner) else None,
        document_id=owner.document_id if isinstance(owner, DocumentOwner) else None,
        position=position,
        heading=wanted.heading,
        text=wanted.text,
        language=language,
    )


def _language(session: Session, tenant_id: uuid.UUID) -> str:
    found = session.scalar(select(TenantConfiguration.language).where(TenantConfiguration.tenant_id == tenant_id))
    return found or "en"
