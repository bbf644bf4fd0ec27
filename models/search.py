"""Finding what answers a question: by its vector and its words together, through one SECURITY DEFINER function.

The function filters on the session's tenant, never on an argument (migrations/search_rules.py). A question comes as a
turn whose vector stands in `asked_vector`, as a vector, or as words alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, column, literal_column, select, text
from sqlalchemy.orm import Session

from models.trip import Asked, Query, Row, ask, given, tell
from models.vector import AskedVector, KnowledgeSpace, vector_text

LONGEST_QUERY = 2_000  # characters


@dataclass(frozen=True)
class FoundChunk:
    """A chunk with how sure it is to answer, 0 to 1; comparable between questions as far as one number can be."""

    chunk_id: uuid.UUID
    entry_id: uuid.UUID | None
    document_id: uuid.UUID | None
    title: str
    text: str
    score: float
    heading_cosine: float | None  # to the question's vector as they are; None without either
    body_cosine: float | None
    sentence_near: float | None  # of its nearest sentence, seen from the middle of the tenant's texts; -1 to 1
    source: str | None = None  # the URL or file name of its document


_COLUMNS = (
    "chunk_id",
    "entry_id",
    "document_id",
    "title",
    "said",
    "score",
    "heading_cosine",
    "body_cosine",
    "sentence_near",
)
# For each hit one look by key: a join would be planned for the thousand rows that a function is taken to return.
_SOURCE = literal_column("(SELECT d.url FROM knowledge_document d WHERE d.id = found.document_id)", Text)
_SEARCH = Query(
    select(*(column(name) for name in _COLUMNS), _SOURCE.label("source")).select_from(
        text(
            "search_chunks(:query, :language, CAST(:turn AS uuid), CAST(:vector AS text), CAST(:model AS text), :size) "
            "AS found(chunk_id, entry_id, document_id, title, said, score, heading_cosine, body_cosine, sentence_near)"
        ).bindparams(*(given(name) for name in ("query", "language", "turn", "vector", "model", "size")))
    )
)


def search(
    session: Session,
    query: str,
    *,
    limit: int,
    language: str,
    turn_id: uuid.UUID | None = None,
    vector: Sequence[float] | None = None,
    model: str | None = None,
) -> Asked[list[FoundChunk]]:
    """The session's tenant's chunks for a question, best first; travels with the session's next trip.

    `turn_id`: whose vector to use, the turn's or a kept search's; else `vector`, made by `model`; else words alone.
    """
    values = {
        "query": query[:LONGEST_QUERY].replace("\x00", " "),
        "language": language,
        "turn": turn_id,
        "vector": vector_text(vector) if vector is not None else None,
        "model": model,
        "size": limit,
    }
    return ask(session, _SEARCH, values, lambda rows: [_found(row) for row in rows])


def _found(row: Row) -> FoundChunk:
    chunk_id, entry_id, document_id, title, said, score, heading_cosine, body_cosine, sentence_near, source = row
    cosines = heading_cosine, body_cosine, sentence_near
    return FoundChunk(chunk_id, entry_id, document_id, title, said, float(score), *cosines, source)


_SPACE_MODEL = Query(select(KnowledgeSpace.model))


def ask_vector_model(session: Session) -> Asked[str | None]:
    """The model whose vectors the session's tenant's chunks have; None while they have none."""
    return ask(session, _SPACE_MODEL, {}, lambda rows: rows[0][0] if rows else None)


def keep_turn_vector(
    session: Session, tenant_id: uuid.UUID, turn_id: uuid.UUID, model: str, vector: Sequence[float]
) -> None:
    """What the turn's question became, for the search that answers it; repeated, nothing changes. Travels."""
    tell(
        session,
        _KEEP,
        {"tenant": tenant_id, "turn": turn_id, "model": model, "vector": vector_text(vector)},
    )


_KEEP = Query(
    text(
        "INSERT INTO asked_vector (tenant_id, id, turn_id, model, vector) "
        "VALUES (:tenant, :turn, :turn, :model, :vector) ON CONFLICT DO NOTHING RETURNING id"
    )
    .bindparams(*(given(name) for name in ("tenant", "turn", "model", "vector")))
    .columns(id=AskedVector.id.type)
)
