"""Vectors of chunks and of questions, and what a tenant's search needs to know of all its chunks together.

Half-precision numbers: half the memory, and no measurable loss of order. A vector stands with the model that made it;
vectors of two models never meet.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, func, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from models.base import Base, TenantOwned, of_tenant, within_tenant

SIZES = (256, 384, 512, 768, 1024, 1536, 3072)  # those an index exists for; another size is searched exactly
Numbers = Sequence[float]


class HalfVector(UserDefinedType[str]):
    """pgvector's `halfvec`; travels as text, "[0.1,0.2]"."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "halfvec"


class HalfVectors(UserDefinedType[str]):
    """`halfvec[]`; travels as text too: the driver does not know what stands in it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "halfvec[]"


ischema_names["halfvec"] = HalfVector  # SQLAlchemy knows it when it reads a database


def vector_text(vector: Numbers) -> str:
    """A vector as Postgres reads it."""
    return "[" + ",".join(f"{number:.5g}" for number in vector) + "]"


def vectors_text(vectors: Sequence[Numbers]) -> str:
    """Several of them."""
    return "{" + ",".join(f'"{vector_text(vector)}"' for vector in vectors) + "}"


def vector_numbers(said: str) -> list[float]:
    """A vector as Postgres writes it."""
    return [float(number) for number in said[1:-1].split(",")]


def _nearest(field: str, size: int) -> Index:
    return Index(
        f"ix_knowledge_vector_{field}_{size}",
        literal_column(f"({field}::halfvec({size}))").label("nearest"),
        postgresql_using="hnsw",
        postgresql_ops={"nearest": "halfvec_ip_ops"},
        postgresql_with={"m": 24, "ef_construction": 128},
        postgresql_where=text(f"is_large AND size = {size}"),
    )


class KnowledgeVector(Base):
    """The vectors of one live chunk. `is_large`: of a tenant whose chunks are too many to compare with each."""

    __tablename__ = "knowledge_vector"
    __table_args__ = (
        of_tenant(),
        within_tenant("chunk_id", "knowledge_chunk"),
        *(_nearest(field, size) for size in SIZES for field in ("heading", "body")),
    )

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    chunk_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    is_large: Mapped[bool] = mapped_column(server_default="false")
    heading: Mapped[str | None] = mapped_column(HalfVector())  # as a question is embedded; none without a heading
    body: Mapped[str] = mapped_column(HalfVector())  # as a passage is embedded
    sentences: Mapped[str | None] = mapped_column(HalfVectors())  # of an entry's answer, each with its question


class AskedVector(TenantOwned, Base):
    """What a visitor's question became, read by the search that answers it; or a search whose vector is being made.

    `said` stands only until the vector does. Rows go with their turn, the others after a day.
    """

    __tablename__ = "asked_vector"
    __table_args__ = (
        of_tenant(),
        within_tenant("turn_id", "turn"),
        Index("ix_asked_vector_turn", "tenant_id", "turn_id"),
        Index("ix_asked_vector_old", "tenant_id", "created_at"),
    )
    travels = True

    turn_id: Mapped[uuid.UUID | None]
    said: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    vector: Mapped[str | None] = mapped_column(HalfVector())


class KnowledgeTerm(Base):
    """In how many live chunks of the tenant a word occurs."""

    __tablename__ = "knowledge_term"
    __table_args__ = (of_tenant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    lexeme: Mapped[str] = mapped_column(Text, primary_key=True)
    chunks: Mapped[int]


class KnowledgeSpace(Base):
    """The tenant's chunks seen together: how many, where their middle lies, in which directions they differ by manner only."""

    __tablename__ = "knowledge_space"
    __table_args__ = (of_tenant(), Index("ix_knowledge_space_model", "model", "tenant_id"))

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(Text)
    chunks: Mapped[int]  # live ones, when this was made
    vectors: Mapped[int]  # of them, with a vector of the model
    is_large: Mapped[bool] = mapped_column(server_default="false")
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    heading_words: Mapped[float]  # different words of a heading, on average
    heading_mean: Mapped[str] = mapped_column(HalfVector())
    body_mean: Mapped[str] = mapped_column(HalfVector())
    directions: Mapped[str] = mapped_column(HalfVectors())
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
