"""Reads a website, one request a job: take the next address, wait for the host's turn, ask, record, send the next job.

Safe to run twice: a job names its step, a step is recorded once under the source's lock, and one whose step is recorded only
sends the job that follows. Nothing is asked while a transaction is open. A cancelled source's job records nothing.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

import structlog

from clients.documents.blocks import READER, Document, Unreadable
from clients.documents.reader import Reader
from clients.web import robots as rules
from clients.web.fetch import Answer, Fetcher, FetchError
from clients.web.robots import Robots
from clients.web.sitemap import LIMIT_BYTES as SITEMAP_BYTES
from clients.web.sitemap import Sitemap, read_sitemap
from clients.web.urls import host, normal, origin, same_site
from config.errors import NotYet
from config.settings import settings
from models.crawl import claim_host, crawl_job, lock_source, next_waiting
from models.database import system_session, tenant_session
from models.jobs import CrawlSource, EmbedChunks, SourceJob
from models.source import DocumentKind, DocumentState, KnowledgeDocument, KnowledgeSource
from models.tenant import Tenant
from models.turn import Delivery
from workers import crawled
from workers.broker import actor, stopping
from workers.resources import fetcher, reader, send
from workers.url_variants import is_idle

TIME_LIMIT_MS = 90_000
DELAY_S = 1.0  # between two requests to one host, whoever's crawl it is
PAGE_BYTES, FILE_BYTES = 5 * 1024 * 1024, 20 * 1024 * 1024
NO_PLACE_MS = 500
PAGES_PER_EMBEDDING, EMBED_AFTER_S = 10, 5.0  # the pages of one embedding job, and how long it waits for them
SKIPPED_AT_ONCE = 200  # addresses that robots.txt forbids, told in one job
ROBOTS_HOPS = 5
SHARE = 3 / 8  # of the worker's threads may read sources: the others answer visitors

log = structlog.get_logger()


@dataclass(frozen=True)
class Todo:
    """A request to make: for an address, or (document is None) for a site's robots.txt."""

    url: str
    kind: DocumentKind | None
    document_id: uuid.UUID | None
    etag: str | None
    modified: str | None
    delay_s: float


@dataclass(frozen=True)
class Got:
    """What came of it."""

    answer: Answer | None = None
    document: Document | None = None
    sitemap: Sitemap | None = None
    error: Exception | None = None


@actor(CrawlSource, time_limit_ms=TIME_LIMIT_MS)
def crawl_source(job: CrawlSource, delivery: Delivery) -> None:
    """One request of the source's reading, if this is its turn."""
    with reading_place():
        crawl(job, fetcher(), reader())


def crawl(job: CrawlSource, fetching: Fetcher, reading: Reader) -> None:
    """The same with a given way to ask and to read."""
    tenant_id, source_id = uuid.UUID(job.tenant_id), uuid.UUID(job.source_id)
    todo = _next(job, tenant_id, source_id)
    if todo is None:
        return
    with system_session() as session:
        wait_ms = claim_host(session, host(todo.url), settings().scaled_s(todo.delay_s))
    if wait_ms:
        raise NotYet(wait_ms)
    got = _robots(fetching, todo.url) if todo.kind is None else _ask(fetching, reading, todo)
    _record(job, tenant_id, source_id, todo, got)


@contextmanager
def reading_place() -> Iterator[None]:
    """Raises NotYet when enough threads read already."""
    places = _places()
    if not places.acquire(blocking=False):
        raise NotYet(NO_PLACE_MS)
    try:
        yield
    finally:
        places.release()


@lru_cache(maxsize=1)
def _places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(max(1, int(settings().worker_threads * SHARE)))


def under_way(source: KnowledgeSource | None, tenant: Tenant | None, round_id: str) -> bool:
    """Whether a job of this round has anything to do."""
    if source is None or tenant is None or tenant.suspended_at is not None:
        return False
    return source.is_under_way and str(source.round_id) == round_id


def _next(job: CrawlSource, tenant_id: uuid.UUID, source_id: uuid.UUID) -> Todo | None:
    """The next request; None when there is none to make for this job, and then what follows is done."""
    with tenant_session(tenant_id) as session:
        source = lock_source(session, tenant_id, source_id)
        if source is None or not under_way(source, session.get(Tenant, tenant_id), job.round_id):
            log.info("source.crawl.skipped", source_id=job.source_id)
            return None
        if str(source.step) != job.cursor:
            log.info("source.crawl.skipped", source_id=job.source_id, step=job.cursor)
        elif reason := crawled.over_limit(source):
            crawled.finish(session, source, reason)
        else:
            for _ in range(SKIPPED_AT_ONCE):
                document = next_waiting(session, source)
                if document is None:
                    if crawled.finish(session, source):
                        break
                    session.flush()
                    continue
                if is_idle(session, source, document):
                    crawled.not_needed(document)
                elif todo := _todo(source, document):
                    return todo
                else:
                    crawled.not_allowed(session, document)
                session.flush()
        following = crawl_job(source) if source.is_under_way else None
    if following is not None:  # it was sent before, and once is enough; or it was lost
        send(following[0], message_id=following[1])
    else:
        embed(job, "end")
    return None


def embed(job: SourceJob, part: str, *, delay_s: float = 0.0) -> None:
    """New chunks need vectors: once for some pages, and once more when all are read."""
    delay_ms = int(settings().scaled_s(delay_s) * 1000)
    send(EmbedChunks(tenant_id=job.tenant_id), message_id=f"embed:{job.round_id}:{part}", delay_ms=delay_ms)


def _todo(source: KnowledgeSource, document: KnowledgeDocument) -> Todo | None:
    """The request for a document, or the one for its site's rules before; None when they forbid it."""
    site = origin(document.url)
    if site not in source.robots:
        return Todo(f"{site}/robots.txt", None, document.id, None, None, DELAY_S)
    known = Robots(source.robots[site])
    if not known.allows(document.url) and not (
        document.kind == DocumentKind.SITEMAP and _is_named(source, document.url)
    ):
        return None
    unchanged = document.content_hash is not None and document.reader == READER
    return Todo(
        document.url,
        DocumentKind(document.kind),
        document.id,
        document.etag if unchanged else None,
        document.modified if unchanged else None,
        max(DELAY_S, known.delay_s),
    )


def _is_named(source: KnowledgeSource, sitemap: str) -> bool:
    """Whether the site's rules name this sitemap themselves, which is leave to read it."""
    return any(normal(each, site) == sitemap for site, text in source.robots.items() for each in rules.sitemaps(text))


def _robots(fetching: Fetcher, url: str) -> Got:
    """The rules, followed within the site; what leads elsewhere has none for us."""
    for _ in range(ROBOTS_HOPS):
        try:
            answer = fetching.get(url, limit=lambda _: rules.LIMIT_BYTES, first_part=True)
        except FetchError as error:
            return Got(error=error)
        target = normal(answer.headers.get("location", ""), url)
        if answer.status not in crawled.REDIRECTS or target is None or not same_site(target, url):
            return Got(answer)
        url = target
    return Got(answer)


def _ask(fetching: Fetcher, reading: Reader, todo: Todo) -> Got:
    """The page, and what it says."""
    limit = _limit(todo.url) if todo.kind is DocumentKind.PAGE else lambda _: SITEMAP_BYTES
    try:
        listed = todo.kind is DocumentKind.SITEMAP  # of a longer one the beginning counts
        answer = fetching.get(todo.url, limit=limit, first_part=listed, etag=todo.etag, modified=todo.modified)
        if answer.status != 200 or answer.unwanted:
            return Got(answer)
        if todo.kind is DocumentKind.SITEMAP:
            return Got(answer, sitemap=read_sitemap(answer.body))
        return Got(answer, document=_read(reading, answer))
    except FetchError as error:
        return Got(error=error)
    except Unreadable as error:
        return Got(answer, error=error)


def _read(reading: Reader, answer: Answer) -> Document:
    name = answer.url.partition("?")[0].rpartition("/")[2]
    return reading.read(answer.body, name=name, content_type=answer.headers.get("content-type", ""), url=answer.url)


def _limit(url: str) -> Callable[[str], int]:
    """How much is taken of what calls itself so: pages and texts, PDF and Word files; nothing of anything else."""
    named_file = url.partition("?")[0].lower().endswith((".pdf", ".docx"))

    def of(content_type: str) -> int:
        name = content_type.partition(";")[0].strip().lower()
        if name in {"application/pdf", "application/x-pdf"} or name.endswith("wordprocessingml.document"):
            return FILE_BYTES
        if name in {"application/octet-stream", "binary/octet-stream", "application/zip"}:
            return FILE_BYTES if named_file else 0
        if name in {
            "",
            "application/xhtml+xml",
            "text/html",
            "text/plain",
            "text/markdown",
            "text/csv",
            "text/x-markdown",
        }:
            return PAGE_BYTES
        return 0

    return of


def _record(job: CrawlSource, tenant_id: uuid.UUID, source_id: uuid.UUID, todo: Todo, got: Got) -> None:
    """What came, under the source's lock; then the job of the next request, after the host's time."""
    if stopping() and got.error is not None:  # half a page is nobody's
        raise NotYet(0)
    wait_s = todo.delay_s
    with tenant_session(tenant_id) as session:
        source = lock_source(session, tenant_id, source_id)
        if source is None or not source.is_under_way or str(source.round_id) != job.round_id:
            log.info("source.crawl.skipped", source_id=job.source_id)
            return
        if str(source.step) != job.cursor:
            return
        source.stepped()
        source.bytes_read += got.answer.received if got.answer else 0
        new = 0
        document = session.get(KnowledgeDocument, (tenant_id, todo.document_id))
        if document is not None:
            match todo.kind:
                case None:
                    crawled.record_robots(session, source, document, got.answer, got.error)
                case DocumentKind.SITEMAP:
                    crawled.record_sitemap(session, source, document, got.answer, got.sitemap, got.error)
                case DocumentKind.PAGE | DocumentKind.FILE:
                    new = crawled.record_page(session, source, document, got.answer, got.document, got.error)
                case _:
                    assert_never(todo.kind)
            wait_s = max(wait_s, crawled.asked_to_wait_s(got.answer))
        following = crawl_job(source) if source.is_under_way else None
        state = document.state if document is not None else DocumentState.SKIPPED
    log.info("page.fetched", source_id=job.source_id, state=str(state), new_chunks=new)
    if new:
        embed(job, str(int(job.cursor) // PAGES_PER_EMBEDDING), delay_s=EMBED_AFTER_S)
    if following is not None:
        send(following[0], message_id=following[1], delay_ms=int(settings().scaled_s(wait_s) * 1000))
