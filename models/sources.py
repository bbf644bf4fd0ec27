"""What a tenant does with its sources: add a website, list, cancel, refresh, delete; and how it looks to the tenant."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, defer

from config.errors import Conflict, NotFound
from models.base import now
from models.chunk import KnowledgeChunk, retire_documents
from models.crawl import begin_crawl, crawl_job, end_crawl, lock_source
from models.database import tenant_session
from models.embedding_due import WaitsFor, waits_for
from models.jobs import SourceJob
from models.page import Page
from models.source import (
    DEFAULT_DEPTH,
    DEFAULT_PAGES,
    DEFAULT_REFRESH_HOURS,
    KEPT_DELETED,
    MOST_SOURCES,
    DocumentKind,
    DocumentState,
    KnowledgeDocument,
    KnowledgeSource,
    KnowledgeUpload,
    SourceKind,
    SourceState,
)
from models.vector import KnowledgeVector

LONGEST_NAME = 200


def refuse_too_many(session: Session) -> None:
    """Raises Conflict when the tenant has as many sources as it may."""
    count = session.scalar(
        select(func.count()).select_from(KnowledgeSource).where(KnowledgeSource.state != SourceState.DELETED)
    )
    if (count or 0) >= MOST_SOURCES:
        raise Conflict(f"There are {MOST_SOURCES} sources already. Delete one first.")


def add_website(
    tenant_id: uuid.UUID,
    url: str,
    *,
    name: str | None = None,
    max_pages: int = DEFAULT_PAGES,
    max_depth: int = DEFAULT_DEPTH,
    refresh_hours: int | None = DEFAULT_REFRESH_HOURS,
) -> KnowledgeSource:
    """A website to be read from this (normal) address on.

    Raises:
        Conflict: it is there already, or there are too many.
    """
    with tenant_session(tenant_id) as session:
        refuse_too_many(session)
        same = select(KnowledgeSource.id).where(
            KnowledgeSource.url == url, KnowledgeSource.state != SourceState.DELETED
        )
        if (known := session.scalar(same)) is not None:
            raise Conflict(f"This address is a source already ({known}). Refresh it, or delete it first.")
        source = KnowledgeSource(
            tenant_id=tenant_id,
            id=uuid.uuid4(),
            kind=SourceKind.WEBSITE,
            name=(name or url)[:LONGEST_NAME],
            url=url,
            max_pages=max_pages,
            max_depth=max_depth,
            refresh_hours=refresh_hours,
        )
        source.begin_round()
        session.add(source)
        session.flush()
        begin_crawl(session, source)
        return source


def standing_source(
    session: Session, tenant_id: uuid.UUID, source_id: uuid.UUID, *, lock: bool = False
) -> KnowledgeSource:
    """Raises NotFound for none, another tenant's and a deleted one alike."""
    found = lock_source(session, tenant_id, source_id) if lock else session.get(KnowledgeSource, (tenant_id, source_id))
    if found is None or found.state == SourceState.DELETED:
        raise NotFound
    return found


def cancel(tenant_id: uuid.UUID, source_id: uuid.UUID) -> None:
    """Stop its reading: the page being fetched is not recorded any more. What was read stays. Nothing to stop is no fault."""
    with tenant_session(tenant_id) as session:
        source = standing_source(session, tenant_id, source_id, lock=True)
        if source.is_under_way:
            end_crawl(session, source, SourceState.CANCELLED, "The reading was cancelled.")
            session.execute(delete(KnowledgeUpload).where(KnowledgeUpload.source_id == source_id))


def refresh(tenant_id: uuid.UUID, source_id: uuid.UUID) -> tuple[SourceJob, str]:
    """Read it again now; the job to send. One that is being read goes on.

    Raises:
        Conflict: a file is read once.
    """
    with tenant_session(tenant_id) as session:
        source = standing_source(session, tenant_id, source_id, lock=True)
        if source.kind == SourceKind.FILE:
            raise Conflict("A file is read once. Upload its new version, then delete this one.")
        if not source.is_under_way:
            begin_crawl(session, source)
        return crawl_job(source)


def delete_source(tenant_id: uuid.UUID, source_id: uuid.UUID) -> None:
    """Nothing of it is answered from any more, at once."""
    with tenant_session(tenant_id) as session:
        source = standing_source(session, tenant_id, source_id, lock=True)
        documents = session.scalars(
            select(KnowledgeDocument.id).where(
                KnowledgeDocument.source_id == source_id, KnowledgeDocument.content_hash.is_not(None)
            )
        ).all()
        retire_documents(session, documents)
        session.execute(delete(KnowledgeUpload).where(KnowledgeUpload.source_id == source_id))
        source.delete()


def newest_sources(session: Session, page: Page) -> Sequence[KnowledgeSource]:
    """The session's tenant's, newest first, one more than the page holds when there are more."""
    statement = select(KnowledgeSource).where(KnowledgeSource.state != SourceState.DELETED)
    statement = statement.options(defer(KnowledgeSource.robots))
    return session.scalars(page.of(statement, KnowledgeSource.created_at, KnowledgeSource.id)).all()


def newest_documents(
    session: Session, source_id: uuid.UUID, page: Page, state: str | None = None
) -> Sequence[KnowledgeDocument]:
    """The source's pages or file; `state` keeps those in it."""
    statement = select(KnowledgeDocument).where(
        KnowledgeDocument.source_id == source_id, KnowledgeDocument.kind != DocumentKind.SITEMAP
    )
    if state is not None:
        statement = statement.where(KnowledgeDocument.state == state)
    return session.scalars(page.of(statement, KnowledgeDocument.created_at, KnowledgeDocument.id)).all()


def progress(session: Session, sources: Collection[uuid.UUID]) -> dict[uuid.UUID, Counter[str]]:
    """How many pages of each source are in each state, how many live chunks they have (`chunks`), and how many of these
    have a vector (`embedded`).
    """
    document, made = KnowledgeDocument, {source: Counter[str]() for source in sources}
    states = select(document.source_id, document.state, func.count()).where(
        document.source_id.in_(sources), document.kind != DocumentKind.SITEMAP
    )
    for source_id, state, count in session.execute(states.group_by(document.source_id, document.state)):
        made[source_id][state] = count
    chunks = (
        select(document.source_id, func.count(), func.count(KnowledgeVector.chunk_id))
        .join(KnowledgeChunk, KnowledgeChunk.document_id == document.id)
        .outerjoin(KnowledgeVector, KnowledgeVector.chunk_id == KnowledgeChunk.id)
        .where(document.source_id.in_(sources), KnowledgeChunk.retired_at.is_(None))
    )
    for source_id, count, embedded in session.execute(chunks.group_by(document.source_id)):
        made[source_id]["chunks"], made[source_id]["embedded"] = count, embedded
    return made


def source_json(source: KnowledgeSource, counted: Counter[str], waiting: WaitsFor | None) -> dict[str, Any]:
    """As the tenant sees it. `waiting`: what its embedding waits for."""
    by_words = counted["chunks"] - counted["embedded"]
    details = [source.detail, waiting.told(by_words) if waiting is not None and by_words else None]
    return {
        "id": str(source.id),
        "kind": source.kind,
        "name": source.name,
        "url": source.url,
        "state": source.state,
        "detail": " ".join(filter(None, details)) or None,
        "progress": {
            "found": sum(counted[state] for state in DocumentState),
            **{str(state): counted[state] for state in DocumentState},
            "chunks": counted["chunks"],
            "embedded": counted["embedded"],
        },
        "max_pages": source.max_pages,
        "max_depth": source.max_depth,
        "refresh_hours": source.refresh_hours,
        "created_at": _instant(source.created_at),
        "started_at": _instant(source.started_at),
        "finished_at": _instant(source.finished_at),
        "next_at": None if source.is_under_way or source.state == SourceState.UPLOADING else _instant(source.next_at),
    }


def document_json(document: KnowledgeDocument) -> dict[str, Any]:
    """As the tenant sees it."""
    return {
        "id": str(document.id),
        "url": document.url,
        "title": document.title,
        "state": document.state,
        "detail": document.detail,
        "counts": document.content_hash is not None,
        "checked_at": _instant(document.checked_at),
    }


def view(tenant_id: uuid.UUID, source_id: uuid.UUID) -> dict[str, Any]:
    """One source as the tenant sees it.

    Raises:
        NotFound
    """
    with tenant_session(tenant_id) as session:
        source = standing_source(session, tenant_id, source_id)
        session.refresh(source)
        return source_json(source, progress(session, [source_id])[source_id], waits_for(session))


def forget_deleted(session: Session) -> None:
    """Of the session's tenant: sources deleted long ago, with what was read from them."""
    session.execute(delete(KnowledgeSource).where(KnowledgeSource.deleted_at < now() - KEPT_DELETED))


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
