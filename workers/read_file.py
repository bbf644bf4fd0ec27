"""Reads an uploaded file once, then drops it.

Safe to run twice: a file that was read is gone, and what it says is replaced by the same.
"""

from __future__ import annotations

import uuid

import structlog
from sqlalchemy import select

from clients.documents.blocks import Document, Unreadable
from clients.documents.reader import Reader
from models.crawl import lock_source
from models.database import tenant_session
from models.jobs import ReadFile
from models.source import DocumentState, KnowledgeDocument, SourceState
from models.tenant import Tenant
from models.turn import Delivery
from models.upload import drop_file, file_of
from workers import crawled
from workers.broker import actor
from workers.crawl import embed, reading_place, under_way
from workers.resources import reader

TIME_LIMIT_MS = 90_000

log = structlog.get_logger()


@actor(ReadFile, time_limit_ms=TIME_LIMIT_MS)
def read_file(job: ReadFile, delivery: Delivery) -> None:
    """The source's file, if it waits to be read."""
    with reading_place():
        read(job, reader())


def read(job: ReadFile, reading: Reader) -> None:
    """The same with a given way to read."""
    tenant_id, source_id = uuid.UUID(job.tenant_id), uuid.UUID(job.source_id)
    with tenant_session(tenant_id) as session:
        source = lock_source(session, tenant_id, source_id)
        if source is None or not under_way(source, session.get(Tenant, tenant_id), job.round_id):
            log.info("source.read.skipped", source_id=job.source_id)
            return
        if source.state == SourceState.QUEUED:
            source.stepped()
        name, data = source.name, file_of(session, source_id)
    found: Document | Unreadable
    try:
        found = reading.read(data, name=name)
        if not found.blocks:
            found = Unreadable("The page holds no text.")
    except Unreadable as error:
        found = error
    new = _record(job, tenant_id, source_id, found)
    log.info("file.read", source_id=job.source_id, new_chunks=new)
    if new:
        embed(job, "end")


def _record(job: ReadFile, tenant_id: uuid.UUID, source_id: uuid.UUID, found: Document | Unreadable) -> int:
    """What it says, or why it could not be read. Cancelled meanwhile, nothing."""
    with tenant_session(tenant_id) as session:
        source = lock_source(session, tenant_id, source_id)
        if source is None or not source.is_under_way or str(source.round_id) != job.round_id:
            log.info("source.read.skipped", source_id=job.source_id)
            return 0
        document = session.scalars(select(KnowledgeDocument).where(KnowledgeDocument.source_id == source_id)).one()
        new = 0
        if isinstance(found, Unreadable):
            document.state, document.detail = DocumentState.FAILED, str(found)
            source.end_round(SourceState.FAILED, str(found))
        else:
            document.title = (found.title or source.name)[:300]
            new = crawled.take_words(session, document, found, None)
            source.end_round(SourceState.READY, found.note)
        source.next_at = None
        drop_file(session, source_id)
        return new
