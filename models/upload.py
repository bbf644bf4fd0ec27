"""A file on its way in: kept in pieces, so that nobody ever holds more than one, until it has been read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.errors import Conflict
from models.crawl import lock_source
from models.database import tenant_session
from models.jobs import ReadFile
from models.source import (
    DocumentKind,
    KnowledgeDocument,
    KnowledgeSource,
    KnowledgeUpload,
    SourceKind,
    SourceState,
)
from models.sources import refuse_too_many

FILE_BYTES = 20 * 1024 * 1024
PIECE_BYTES = 512 * 1024
LONGEST_NAME = 200


def begin_upload(tenant_id: uuid.UUID, name: str) -> uuid.UUID:
    """A source whose file is about to arrive.

    Raises:
        Conflict: the tenant has as many sources as it may.
    """
    with tenant_session(tenant_id) as session:
        refuse_too_many(session)
        source = KnowledgeSource(
            tenant_id=tenant_id, id=uuid.uuid4(), kind=SourceKind.FILE, name=name, state=SourceState.UPLOADING
        )
        source.touch()  # if nothing more comes, the clock clears it away
        session.add(source)
        return source.id


def keep_piece(tenant_id: uuid.UUID, source_id: uuid.UUID, number: int, piece: bytes) -> None:
    """The next piece. Repeated, it is kept once."""
    with tenant_session(tenant_id) as session:
        source = lock_source(session, tenant_id, source_id)
        if source is None or source.state != SourceState.UPLOADING:
            raise Conflict("The upload was given up meanwhile.")
        source.touch()
        session.add(
            KnowledgeUpload(tenant_id=tenant_id, id=uuid.uuid4(), source_id=source_id, number=number, piece=piece)
        )


def end_upload(tenant_id: uuid.UUID, source_id: uuid.UUID) -> KnowledgeSource:
    """It is complete: to be read next."""
    with tenant_session(tenant_id) as session:
        source = lock_source(session, tenant_id, source_id)
        if source is None or source.state != SourceState.UPLOADING:
            raise Conflict("The upload was given up meanwhile.")
        source.begin_round()
        session.add(
            KnowledgeDocument(
                tenant_id=tenant_id,
                id=uuid.uuid4(),
                source_id=source_id,
                kind=DocumentKind.FILE,
                url=source.name,
                round_id=source.round_id,
            )
        )
        return source


def give_up_upload(tenant_id: uuid.UUID, source_id: uuid.UUID) -> None:
    """It broke off: nothing of it stays."""
    with tenant_session(tenant_id) as session:
        source = lock_source(session, tenant_id, source_id)
        if source is not None and source.state == SourceState.UPLOADING:
            session.delete(source)


def file_of(session: Session, source_id: uuid.UUID) -> bytes:
    """The whole file; empty when it was read and dropped."""
    pieces = select(KnowledgeUpload.piece).where(KnowledgeUpload.source_id == source_id)
    return b"".join(session.scalars(pieces.order_by(KnowledgeUpload.number)))


def drop_file(session: Session, source_id: uuid.UUID) -> None:
    """It was read, or never will be."""
    session.execute(delete(KnowledgeUpload).where(KnowledgeUpload.source_id == source_id))


def file_job(source: KnowledgeSource) -> tuple[ReadFile, str]:
    """The job that reads it, and its message id."""
    job = ReadFile(tenant_id=str(source.tenant_id), source_id=str(source.id), round_id=str(source.round_id))
    return job, f"read:{source.id}:{source.round_id}"


def in_pieces(data: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of the size that is kept."""
    held = bytearray()
    for part in data:
        held += part
        while len(held) >= PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
    if held:
        yield bytes(held)
