"""The clock's look at sources: read again what is due, wake what lost its job, clear away uploads that broke off.

Safe to run twice: a round begins once, and its job has one message id.
"""

from __future__ import annotations

import uuid

import structlog

from models.crawl import begin_crawl, crawl_job, due_sources, forget_hosts, lock_source
from models.database import system_session, tenant_session
from models.jobs import SourceJob
from models.source import SourceKind, SourceState
from models.sources import forget_deleted
from models.tenant import Tenant
from models.upload import file_job
from workers.broker import stopping
from workers.resources import send

log = structlog.get_logger()


def refresh_sources() -> None:
    """All that is due."""
    with system_session() as session:
        due = due_sources(session)
        forget_hosts(session)
    for tenant_id, source_id in due:
        if stopping():
            return
        found = _look(tenant_id, source_id)
        if found is not None:
            send(found[0], message_id=found[1])


def _look(tenant_id: uuid.UUID, source_id: uuid.UUID) -> tuple[SourceJob, str] | None:
    """The job that a due source needs."""
    with tenant_session(tenant_id) as session:
        source = lock_source(session, tenant_id, source_id)
        tenant = session.get(Tenant, tenant_id)
        if source is None or tenant is None:
            return None
        if source.state == SourceState.DELETED:
            forget_deleted(session)
            return None
        if source.state == SourceState.UPLOADING:
            session.delete(source)
            log.info("upload.cleared", source_id=str(source_id))
            return None
        if tenant.suspended_at is not None:
            return None
        if source.is_under_way:
            log.warning("source.woken", source_id=str(source_id))
            source.touch()
        elif source.kind == SourceKind.WEBSITE:
            begin_crawl(session, source)
        else:
            source.next_at = None
            return None
        return crawl_job(source) if source.kind == SourceKind.WEBSITE else file_job(source)
