"""Intents a tenant teaches by examples, and what happens when one is recognised. The row decides that, not the model:
a change of action counts from the next message, a deleted intent is no longer recognised.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, of_tenant, within_tenant
from models.page import Page
from models.trip import Asked, Query, ask, given

OUT_OF_SCOPE = frozenset({"out_of_scope", "oos", "other"})  # examples of what is none of the tenant's intents
MOST_INTENTS = 500
MOST_EXAMPLES = 20_000  # of one tenant; training holds them all in memory


class Action(StrEnum):
    """What happens when an own intent is recognised."""

    ANSWER = "answer"  # from the tenant's knowledge, like any question
    REPLY = "reply"  # the text that the tenant wrote for it
    HAND_OVER = "hand_over"  # a person answers


class OwnIntent(TenantOwned, Base):
    """One intent of a tenant's own. A built-in one's name teaches that one; a name of OUT_OF_SCOPE teaches none."""

    __tablename__ = "intent"
    __table_args__ = (
        of_tenant(),
        UniqueConstraint("tenant_id", "name"),
        Index("ix_intent_created", "tenant_id", "created_at", "id"),
    )

    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, server_default="", default="")
    action: Mapped[str] = mapped_column(Text, server_default=Action.ANSWER, default=Action.ANSWER)
    reply: Mapped[str] = mapped_column(Text, server_default="", default="")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class IntentExample(TenantOwned, Base):
    """What a visitor who wants it may say; with its embedding, so that training again embeds only what is new."""

    __tablename__ = "intent_example"
    __table_args__ = (
        of_tenant(),
        within_tenant("intent_id", "intent"),
        UniqueConstraint("tenant_id", "intent_id", "text"),
        Index("ix_intent_example_created", "tenant_id", "intent_id", "created_at", "id"),
    )

    intent_id: Mapped[uuid.UUID]
    text: Mapped[str] = mapped_column(Text)
    embedding: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # float32, little-endian
    embedding_model: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Example:
    """One example with its intent's name, as training reads it."""

    id: uuid.UUID
    intent: str
    text: str
    embedding: bytes | None  # None: not embedded by the model that was asked for


_FOUND = Query(select(OwnIntent.action, OwnIntent.reply).where(OwnIntent.name == given("name")))


def ask_own_intent(session: Session, name: str) -> Asked[tuple[Action, str] | None]:
    """What happens when the session's tenant's intent of this name is recognised; None when there is none any more."""
    return ask(session, _FOUND, {"name": name}, lambda rows: (Action(rows[0][0]), rows[0][1]) if rows else None)


def newest_intents(session: Session, page: Page) -> Sequence[OwnIntent]:
    """The session's tenant's intents, newest first, one more than the page holds when there are more."""
    return session.scalars(page.of(select(OwnIntent), OwnIntent.created_at, OwnIntent.id)).all()


def every_intent(session: Session) -> Sequence[OwnIntent]:
    """All of them, by name."""
    return session.scalars(select(OwnIntent).order_by(OwnIntent.name)).all()


def newest_examples(session: Session, intent_id: uuid.UUID, page: Page) -> Sequence[IntentExample]:
    """An intent's examples, newest first, one more than the page holds when there are more."""
    statement = select(IntentExample).where(IntentExample.intent_id == intent_id)
    return session.scalars(page.of(statement, IntentExample.created_at, IntentExample.id)).all()


def intent_by_name(session: Session, name: str) -> OwnIntent | None:
    """The session's tenant's intent of this name."""
    return session.scalar(select(OwnIntent).where(OwnIntent.name == name))


def count_examples(session: Session, intents: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many examples each of these intents has; one without any is missing."""
    rows = session.execute(
        select(IntentExample.intent_id, func.count())
        .where(IntentExample.intent_id.in_(intents))
        .group_by(IntentExample.intent_id)
    )
    return {row[0]: row[1] for row in rows}


def totals(session: Session) -> tuple[int, int]:
    """How many intents and how many examples the session's tenant has."""
    return (
        session.scalar(select(func.count()).select_from(OwnIntent)) or 0,
        session.scalar(select(func.count()).select_from(IntentExample)) or 0,
    )


def add_examples(session: Session, tenant_id: uuid.UUID, intent_id: uuid.UUID, texts: Sequence[str]) -> int:
    """Add what the intent does not have yet; returns how many those were."""
    if not texts:
        return 0
    rows = [
        {"tenant_id": tenant_id, "id": uuid.uuid4(), "intent_id": intent_id, "text": text}
        for text in dict.fromkeys(texts)
    ]
    added = session.scalars(insert(IntentExample).values(rows).on_conflict_do_nothing().returning(IntentExample.id))
    return len(added.all())


def examples_for_training(session: Session, embedding_model: str) -> list[Example]:
    """Every example of the session's tenant with its embedding by this model, in an order that does not change."""
    rows = session.execute(
        select(
            IntentExample.id,
            OwnIntent.name,
            IntentExample.text,
            IntentExample.embedding,
            IntentExample.embedding_model,
        )
        .join(OwnIntent, OwnIntent.id == IntentExample.intent_id)
        .order_by(OwnIntent.name, IntentExample.text)
    )
    return [
        Example(row.id, row.name, row.text, row.embedding if row.embedding_model == embedding_model else None)
        for row in rows
    ]


def example_texts(session: Session) -> list[tuple[str, str]]:
    """(intent's name, text) of every example, in the same order; without the embeddings."""
    rows = session.execute(
        select(OwnIntent.name, IntentExample.text)
        .join(IntentExample, IntentExample.intent_id == OwnIntent.id)
        .order_by(OwnIntent.name, IntentExample.text)
    )
    return [(row[0], row[1]) for row in rows]


def store_embeddings(session: Session, embedding_model: str, vectors: Mapping[uuid.UUID, bytes]) -> None:
    """Keep what the examples came to; one deleted meanwhile is left alone."""
    for example_id, vector in vectors.items():
        session.execute(
            update(IntentExample)
            .where(IntentExample.id == example_id)
            .values(embedding=vector, embedding_model=embedding_model)
        )
