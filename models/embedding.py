"""Which chunks lack a vector, keeping vectors, and what a tenant's chunks look like together: the SQL behind `EmbedChunks`."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    cast,
    delete,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from models.base import now
from models.chunk import KnowledgeChunk
from models.vector import AskedVector, HalfVector, HalfVectors, KnowledgeSpace, KnowledgeTerm, KnowledgeVector

LARGE_FROM, LARGE_UNTIL = 20_000, 16_000  # chunks: compared one by one below, through an index above; not to and fro
KEPT_RETIRED = timedelta(days=400)  # how long an old answer can be explained by what it quoted
KEPT_ASKED = timedelta(days=1)
PAIRS = 4_000  # of a tenant's chunks, by chance: enough to know their middle


@dataclass(frozen=True)
class Unembedded:
    """A live chunk without a vector of the model."""

    chunk_id: uuid.UUID
    heading: str
    text: str
    of_entry: bool
    language: str


@dataclass(frozen=True)
class ChunkVectors:
    """The vectors of one chunk, as Postgres reads them."""

    chunk_id: uuid.UUID
    size: int  # their dimensions
    heading: str | None
    body: str
    sentences: str | None = None  # of an entry's answer, several vectors


@dataclass(frozen=True)
class Standing:
    """How far a tenant's chunks are embedded, and what its search knew when it last looked at all of them."""

    chunks: int
    vectors: int
    space: KnowledgeSpace | None


_LIVE = KnowledgeChunk.retired_at.is_(None)


def _has_vector(model: str) -> ColumnElement[bool]:
    of_chunk = select(KnowledgeVector.chunk_id).where(  # the system door may read no more than is named
        KnowledgeVector.tenant_id == KnowledgeChunk.tenant_id,
        KnowledgeVector.chunk_id == KnowledgeChunk.id,
        KnowledgeVector.model == model,
        or_(KnowledgeChunk.entry_id.is_(None), KnowledgeVector.sentences.is_not(None)),
    )
    return of_chunk.exists()


def unembedded(session: Session, model: str, limit: int) -> list[Unembedded]:
    """The session's tenant's live chunks that lack a vector of this model, some of them."""
    rows = session.execute(
        select(
            KnowledgeChunk.id,
            KnowledgeChunk.heading,
            KnowledgeChunk.text,
            KnowledgeChunk.entry_id,
            KnowledgeChunk.language,
        )
        .where(_LIVE, not_(_has_vector(model)))
        .limit(limit)
    )
    return [Unembedded(row.id, row.heading, row.text, row.entry_id is not None, row.language) for row in rows]


def keep_vectors(session: Session, model: str, vectors: Sequence[ChunkVectors]) -> None:
    """Store them for those chunks that are still live; a vector of another model is replaced."""
    if not vectors:
        return
    values = (
        func.unnest(
            literal([each.chunk_id for each in vectors], postgresql.ARRAY(postgresql.UUID())),
            literal([each.size for each in vectors], postgresql.ARRAY(Integer())),
            literal([each.heading for each in vectors], postgresql.ARRAY(Text())),
            literal([each.body for each in vectors], postgresql.ARRAY(Text())),
            literal([each.sentences for each in vectors], postgresql.ARRAY(Text())),
        )
        .table_valued("chunk_id", "size", "heading", "body", "sentences", name="given")
        .render_derived()
    )
    large = select(KnowledgeSpace.is_large).scalar_subquery()
    given = select(
        KnowledgeChunk.tenant_id,
        KnowledgeChunk.id,
        literal(model, Text()),
        values.c.size,
        func.coalesce(large, False),
        cast(values.c.heading, HalfVector()),
        cast(values.c.body, HalfVector()),
        cast(values.c.sentences, HalfVectors()),
    ).where(KnowledgeChunk.id == values.c.chunk_id, _LIVE)
    into = postgresql.insert(KnowledgeVector).from_select(
        ["tenant_id", "chunk_id", "model", "size", "is_large", "heading", "body", "sentences"], given
    )
    replaced = {name: into.excluded[name] for name in ("model", "size", "heading", "body", "sentences")}
    session.execute(into.on_conflict_do_update(index_elements=["tenant_id", "chunk_id"], set_=replaced))


def keep_languages(session: Session, told: Mapping[uuid.UUID, str]) -> None:
    """What entries' chunks turned out to be written in: their words are stemmed by it, whatever the tenant's language is."""
    for language in sorted(set(told.values())):
        names = [name for name, spoken in told.items() if spoken == language]
        session.execute(
            update(KnowledgeChunk)
            .where(KnowledgeChunk.id.in_(names), _LIVE)
            .values(language=language, detected=True)
            .execution_options(synchronize_session=False)
        )


def note_languages(session: Session, languages: Collection[str]) -> None:
    """A question is stemmed in all languages of the tenant's chunks; these are among them from now on."""
    known = session.scalar(select(KnowledgeSpace.languages))
    if known is not None and not set(languages) <= set(known):
        session.execute(update(KnowledgeSpace).values(languages=sorted({*known, *languages})))


def standing(session: Session, model: str) -> Standing:
    """Of the session's tenant."""
    chunks = session.scalar(select(func.count()).select_from(KnowledgeChunk).where(_LIVE)) or 0
    vectors = session.scalar(
        select(func.count())
        .select_from(KnowledgeVector)
        .join(KnowledgeChunk, and_(KnowledgeChunk.id == KnowledgeVector.chunk_id, _LIVE))
        .where(KnowledgeVector.model == model)
    )
    return Standing(chunks, vectors or 0, session.scalars(select(KnowledgeSpace)).first())


def paired_vectors(session: Session, model: str) -> list[tuple[str | None, str]]:
    """Heading and body vectors of chunks by chance (ids are), as Postgres writes them."""
    rows = session.execute(
        select(KnowledgeVector.heading, KnowledgeVector.body)
        .where(KnowledgeVector.model == model)
        .order_by(KnowledgeVector.chunk_id)
        .limit(PAIRS)
    )
    return [(row.heading, row.body) for row in rows]


def keep_space(session: Session, made: KnowledgeSpace) -> None:
    """What the tenant's search goes by from now on, with how common each word is."""
    made.languages = sorted(session.scalars(select(KnowledgeChunk.language).where(_LIVE).distinct()))
    made.heading_words = float(session.scalar(_HEADING_WORDS) or 1.0)
    made.made_at = now()
    session.merge(made)
    session.execute(delete(KnowledgeTerm).execution_options(synchronize_session=False))
    session.execute(_COUNT_TERMS, {"tenant": made.tenant_id})


_HEADING_WORDS = text(
    "SELECT avg(length(ts_filter(words, '{a}'))) FROM "
    "(SELECT words FROM knowledge_chunk WHERE retired_at IS NULL ORDER BY id LIMIT 2000) c"
)
_COUNT_TERMS = text(  # ts_stat reads as the session's tenant: row-level security holds in what it runs
    "INSERT INTO knowledge_term (tenant_id, lexeme, chunks) SELECT :tenant, word, ndoc "
    "FROM ts_stat('SELECT words FROM public.knowledge_chunk WHERE retired_at IS NULL')"
)


def forget_space(session: Session) -> None:
    """A tenant without chunks has none."""
    session.execute(delete(KnowledgeSpace))
    session.execute(delete(KnowledgeTerm))


def mark_large(session: Session, large: bool, limit: int) -> int:
    """Move some vectors into the index, or out of it. Returns how many were moved."""
    some = select(KnowledgeVector.chunk_id).where(KnowledgeVector.is_large != large).limit(limit)
    moved = session.execute(
        update(KnowledgeVector)
        .where(KnowledgeVector.chunk_id.in_(some.scalar_subquery()))
        .values(is_large=large)
        .execution_options(synchronize_session=False)
        .returning(KnowledgeVector.chunk_id)
    )
    return len(moved.all())


def forget_retired(session: Session) -> None:
    """Vectors of retired chunks go at once, their words after `KEPT_RETIRED`, what was asked after `KEPT_ASKED`."""
    retired = select(KnowledgeChunk.id).where(KnowledgeChunk.retired_at.is_not(None))
    session.execute(
        delete(KnowledgeVector)
        .where(KnowledgeVector.chunk_id.in_(retired))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(KnowledgeChunk)
        .where(KnowledgeChunk.retired_at < now() - KEPT_RETIRED)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(AskedVector)
        .where(AskedVector.created_at < now() - KEPT_ASKED)
        .execution_options(synchronize_session=False)
    )
