"""Sources read by hand: the jobs of the queue `knowledge`, one at a time, with a given way to ask and to read."""

from __future__ import annotations

import time
from typing import Any

import dramatiq
from sqlalchemy import select

from clients.documents.reader import Reader
from clients.queue import Done, Later
from clients.web.fetch import Fetcher
from config.errors import NotYet
from models.chunk import KnowledgeChunk
from models.database import tenant_session
from models.jobs import CrawlSource, ReadFile, SourceJob
from models.source import KnowledgeDocument, KnowledgeSource
from models.tenant import NewTenant
from tests.workers.line import Line
from workers.broker import queue
from workers.crawl import crawl
from workers.read_file import read

JOBS: dict[str, type[SourceJob]] = {"source.crawl": CrawlSource, "source.read": ReadFile}
PATIENCE_S = 30.0  # for delays together; reading takes the time it takes


class Desk:
    """Runs what the queue holds."""

    def __init__(self, fetcher: Fetcher, reader: Reader) -> None:
        self.fetcher, self.reader, self.line = fetcher, reader, Line()
        self.steps = 0

    def run(self, most: int = 10_000) -> int:
        """Until nothing is left, or `most` jobs ran. Returns how many did."""
        waited_s, ran = 0.0, 0
        while ran < most and waited_s < PATIENCE_S:
            fetched = queue().fetch(self.line.process, ("knowledge",), 1, call=self.line.call())
            if not fetched.messages:
                if fetched.next_due_ms is None:
                    break
                delay_s = max(0.0005, fetched.next_due_ms / 1000)
                time.sleep(delay_s)
                waited_s += delay_s
                continue
            verdict: Done | Later = Done()
            entry = fetched.messages[0]
            message: dramatiq.Message[Any] = dramatiq.Message.decode(entry.payload)
            try:
                self.run_job(message.actor_name, message.kwargs)
            except NotYet as later:
                verdict = Later(later.delay_ms)
            else:
                ran += message.actor_name in JOBS
            queue().settle(self.line.process, entry, verdict, call=self.line.call())
        return ran

    def run_job(self, name: str, arguments: dict[str, Any]) -> None:
        if name not in JOBS:  # embedding is another matter
            return
        job = JOBS[name].from_arguments(arguments)
        if isinstance(job, CrawlSource):
            crawl(job, self.fetcher, self.reader)
        elif isinstance(job, ReadFile):
            read(job, self.reader)


def source_of(tenant: NewTenant) -> KnowledgeSource:
    with tenant_session(tenant.tenant_id) as session:
        return session.scalars(select(KnowledgeSource).order_by(KnowledgeSource.created_at.desc()).limit(1)).one()


def documents_of(tenant: NewTenant) -> dict[str, KnowledgeDocument]:
    with tenant_session(tenant.tenant_id) as session:
        found = session.scalars(select(KnowledgeDocument).where(KnowledgeDocument.kind != "sitemap"))
        return {document.url: document for document in found}


def chunks_of(tenant: NewTenant, *, retired: bool = False) -> dict[str, list[KnowledgeChunk]]:
    """Address → its chunks in order, the live ones or the retired ones."""
    by_address: dict[str, list[KnowledgeChunk]] = {}
    with tenant_session(tenant.tenant_id) as session:
        statement = select(KnowledgeDocument.url, KnowledgeChunk).join(
            KnowledgeChunk, KnowledgeChunk.document_id == KnowledgeDocument.id
        )
        state = KnowledgeChunk.retired_at.is_not(None) if retired else KnowledgeChunk.retired_at.is_(None)
        for url, chunk in session.execute(statement.where(state).order_by(KnowledgeChunk.position)):
            by_address.setdefault(url, []).append(chunk)
    return by_address
