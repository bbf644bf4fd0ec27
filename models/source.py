"""Where a tenant's knowledge comes from besides its own entries: websites and files, and the documents read from them.

    UPLOADING ─► QUEUED ─► RUNNING ─► READY | FAILED | CANCELLED ─► (refresh) ─► QUEUED …          any ─► DELETED

A round is one reading of a source; its id is on every job, so that jobs of a cancelled or older round do nothing.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from config.settings import settings
from models.base import Base, TenantOwned, now, of_tenant, within_tenant

MOST_SOURCES = 200  # of one tenant
MOST_PAGES, DEFAULT_PAGES = 5_000, 500
MOST_DEPTH, DEFAULT_DEPTH = 30, 10
MOST_REFRESH_HOURS, DEFAULT_REFRESH_HOURS = 24 * 30, 24
AGAIN_HOURS = 6.0  # at the latest: a source whose round failed
KEPT_DELETED = timedelta(days=90)  # so that answers that quoted it can be explained


class SourceKind(StrEnum):
    """What is read."""

    WEBSITE = "website"
    FILE = "file"


class SourceState(StrEnum):
    """How far its reading has come."""

    UPLOADING = "uploading"  # the file is arriving
    QUEUED = "queued"  # its first job has not begun
    RUNNING = "running"
    READY = "ready"  # read to the end; the detail says what could not be
    FAILED = "failed"  # nothing could be read, or the site stopped answering; what was read before still counts
    CANCELLED = "cancelled"  # what was read before and until then still counts
    DELETED = "deleted"  # kept for a while, so that old answers can be explained


UNDER_WAY = (SourceState.QUEUED, SourceState.RUNNING)


class DocumentKind(StrEnum):
    """What stands behind an address."""

    SITEMAP = "sitemap"  # only names pages
    PAGE = "page"
    FILE = "file"  # an uploaded one


class DocumentState(StrEnum):
    """What the last round made of a document. Whether it has words that count is another matter: `content_hash`."""

    WAITING = "waiting"  # to be fetched in this round
    INDEXED = "indexed"  # its words are as they were found there
    SKIPPED = "skipped"  # nothing to take: not allowed, no text, said elsewhere
    FAILED = "failed"  # could not be read; words from before are kept
    GONE = "gone"  # is not there; words from before are kept until it was missed twice in a row


class Tie(StrEnum):
    """Why a document names another address."""

    CANONICAL = "canonical"  # it says of itself that it is the other
    MOVED = "moved"  # it leads to the other
    SAME = "same"  # it says exactly what the other says
    IGNORED = "ignored"  # it said so, but the other could not be read: it is read as itself


class KnowledgeSource(TenantOwned, Base):
    """A website or a file."""

    __tablename__ = "knowledge_source"
    __table_args__ = (
        of_tenant(),
        Index("ix_knowledge_source_newest", "tenant_id", "created_at", "id"),
        Index("ix_knowledge_source_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)  # where a website's reading begins
    state: Mapped[str] = mapped_column(Text, server_default=SourceState.QUEUED, default=SourceState.QUEUED)
    detail: Mapped[str | None] = mapped_column(Text)  # a sentence for the tenant
    max_pages: Mapped[int] = mapped_column(server_default=text(str(DEFAULT_PAGES)), default=DEFAULT_PAGES)
    max_depth: Mapped[int] = mapped_column(server_default=text(str(DEFAULT_DEPTH)), default=DEFAULT_DEPTH)
    refresh_hours: Mapped[int | None]  # None: only when asked
    round_id: Mapped[uuid.UUID | None]
    step: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # requests recorded in this round
    pages: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # of them for pages
    failures: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # of them in a row without an answer
    bytes_read: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)  # in this round
    robots: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)  # origin → what it said
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # when the clock has to look at it again
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), default=now)
    deleted_at: Mapped[datetime | None]

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    def begin_round(self) -> None:
        """A new reading; jobs of earlier ones are void from now on."""
        self.state, self.detail = SourceState.QUEUED, None
        self.round_id = uuid.uuid4()
        self.step = self.pages = self.failures = self.bytes_read = 0
        self.robots = {}
        self.started_at = self.finished_at = None
        self.touch()

    def stepped(self) -> None:
        """One request of the round is recorded."""
        if self.state == SourceState.QUEUED:
            self.state, self.started_at = SourceState.RUNNING, now()
        self.step += 1
        self.touch()

    def touch(self) -> None:
        """It goes on; if nothing is heard of it for long, the clock sends its job again."""
        self.updated_at = now()
        self.next_at = now() + timedelta(seconds=settings().scaled_s(STALLED_S))

    def end_round(self, state: SourceState, detail: str | None) -> None:
        """The reading is over; the next one is due after the source's interval, sooner when this one failed."""
        self.state, self.detail = state, detail
        self.finished_at = self.updated_at = now()
        hours: float | None = self.refresh_hours
        if hours is not None and state is SourceState.FAILED:
            hours = min(hours, AGAIN_HOURS)
        self.next_at = now() + timedelta(seconds=settings().scaled_s(hours * 3600)) if hours else None

    def delete(self) -> None:
        """Nothing of it counts any more; jobs of its round are void."""
        self.state, self.round_id = SourceState.DELETED, None
        self.deleted_at = self.updated_at = now()
        self.next_at = now() + KEPT_DELETED  # then the clock forgets it


STALLED_S = 300.0  # a round that recorded nothing for so long has lost its job


class KnowledgeDocument(TenantOwned, Base):
    """One page or file of a source. Its words are its chunks (models/chunk.py)."""

    __tablename__ = "knowledge_document"
    __table_args__ = (
        of_tenant(),
        within_tenant("source_id", "knowledge_source"),
        UniqueConstraint("tenant_id", "source_id", "url"),
        Index("ix_knowledge_document_state", "tenant_id", "source_id", "state", "kind"),
        Index("ix_knowledge_document_newest", "tenant_id", "source_id", "created_at", "id"),
    )

    source_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(Text, server_default=DocumentKind.PAGE, default=DocumentKind.PAGE)
    url: Mapped[str] = mapped_column(Text)  # a file's name for a file
    title: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=DocumentState.WAITING, default=DocumentState.WAITING)
    detail: Mapped[str | None] = mapped_column(Text)  # a sentence for the tenant
    round_id: Mapped[uuid.UUID | None]  # the round that met it last
    depth: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # links away from where the reading began
    hops: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # redirects that led here, in a row
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # without an answer, in this round
    missing: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # rounds in a row that did not find it
    same_as: Mapped[str | None] = mapped_column(Text)  # the address it names as its own, or leads to
    tie: Mapped[str | None] = mapped_column(Text)  # a Tie: why it names another
    etag: Mapped[str | None] = mapped_column(Text)
    modified: Mapped[str | None] = mapped_column(Text)  # Last-Modified, as the server wrote it
    links: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)  # of a page with words
    body_hash: Mapped[str | None] = mapped_column(Text)  # of the bytes
    content_hash: Mapped[str | None] = mapped_column(Text)  # of the words that count; None: there are none
    reader: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # version of what read it
    checked_at: Mapped[datetime | None]  # when its words were last known to be right
    retired_at: Mapped[datetime | None]  # since when it has no words any more


class KnowledgeUpload(TenantOwned, Base):
    """A piece of an uploaded file, kept until it has been read."""

    __tablename__ = "knowledge_upload"
    __table_args__ = (
        of_tenant(),
        within_tenant("source_id", "knowledge_source"),
        UniqueConstraint("tenant_id", "source_id", "number"),
    )

    source_id: Mapped[uuid.UUID]
    number: Mapped[int]
    piece: Mapped[bytes] = mapped_column(LargeBinary)


class HostVisit(Base):
    """When a host may next be asked for something, by whomever's crawl. Names no tenant; the host stands as a hash."""

    __tablename__ = "host_visit"

    host_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    next_at: Mapped[datetime]
