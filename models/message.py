"""A message of a conversation. Unique on (tenant, connection, external id): a repeat finds its row."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, bindparam, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.base import Base, TenantOwned, of_tenant, within_tenant
from models.conversation import Conversation
from models.page import Page

HAND_OFF = "handoff"  # a quick reply's action: the visitor wants a person


class Author(StrEnum):
    """Who wrote it."""

    VISITOR = "visitor"
    BOT = "bot"
    HUMAN = "human"


class Message(TenantOwned, Base):
    """`sent_at` is the sender's claim, `accepted_at` our clock."""

    __tablename__ = "message"
    __table_args__ = (
        of_tenant(),
        within_tenant("conversation_id", "conversation"),
        within_tenant("turn_id", "turn"),
        UniqueConstraint("tenant_id", "connection_id", "external_id"),
        Index("ix_message_conversation", "tenant_id", "conversation_id", "accepted_at"),
        Index("ix_message_turn", "tenant_id", "turn_id"),
        Index("ix_message_accepted", "accepted_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
    )

    conversation_id: Mapped[uuid.UUID]
    connection_id: Mapped[uuid.UUID]
    external_id: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    accepted_at: Mapped[datetime]
    turn_id: Mapped[uuid.UUID | None]  # the turn that answers it (visitor) or said it (bot)
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)


def add_message(session: Session, message: Message) -> bool:
    """Insert unless it is a repeat; False for a repeat."""
    columns = {
        column.key: getattr(message, column.key)
        for column in Message.__table__.columns
        if column.key not in {"created_at", "id", "details"}
    }
    message.id = message.id or uuid.uuid4()
    statement = insert(Message).values(id=message.id, details=message.details or {}, **columns).on_conflict_do_nothing()
    return session.execute(statement.returning(Message.id)).first() is not None


def message_by_external_id(session: Session, connection_id: uuid.UUID, external_id: str) -> Message | None:
    """The message a channel calls `external_id`, or None."""
    return session.scalars(
        select(Message).where(Message.connection_id == connection_id, Message.external_id == external_id)
    ).first()


_KNOWN_IDS = (
    select(Message.external_id)
    .where(Message.conversation_id == bindparam("conversation"))
    .order_by(Message.accepted_at.desc())
    .limit(500)
)


def known_external_ids(session: Session, conversation_id: uuid.UUID) -> frozenset[str]:
    """What the channel calls the conversation's latest messages, as far as we have rows of them."""
    return frozenset(session.scalars(_KNOWN_IDS, {"conversation": conversation_id}))


def messages_of_turn(session: Session, turn_id: uuid.UUID) -> list[Message]:
    """What the visitor said in this turn, in the order they sent it, then as it arrived."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.turn_id == turn_id, Message.author == Author.VISITOR)
            .order_by(Message.sent_at, Message.accepted_at, Message.created_at)
        )
    )


def history(session: Session, conversation_id: uuid.UUID, *, before: datetime, limit: int) -> list[Message]:
    """The last messages of the conversation accepted before an instant, oldest first."""
    newest_first = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.accepted_at < before)
        .order_by(Message.accepted_at.desc(), Message.created_at.desc())
        .limit(limit)
    )
    return list(newest_first)[::-1]


def newest_messages(session: Session, conversation_id: uuid.UUID, page: Page) -> Sequence[Message]:
    """A conversation's messages, newest first; one more than the page holds when there are more."""
    statement = select(Message).where(Message.conversation_id == conversation_id)
    return session.scalars(page.of(statement, Message.accepted_at, Message.id)).all()


def last_messages(session: Session, conversations: Collection[uuid.UUID]) -> dict[uuid.UUID, Message]:
    """The newest message of each of these conversations that has one; one look into the index for each."""
    asked = select(Conversation.id).where(Conversation.id.in_(conversations)).subquery()
    newest = (
        select(Message)
        .where(Message.conversation_id == asked.c.id)
        .order_by(Message.accepted_at.desc(), Message.id.desc())
        .limit(1)
        .lateral()
    )
    found = session.scalars(select(aliased(Message, newest)).select_from(asked.join(newest, true())))
    return {message.conversation_id: message for message in found}


def visitor_words(session: Session, conversations: Collection[uuid.UUID]) -> Sequence[str]:
    """Everything visitors wrote in these conversations."""
    return session.scalars(
        select(Message.body).where(Message.conversation_id.in_(conversations), Message.author == Author.VISITOR)
    ).all()


def visitor_texts(session: Session, conversation_id: uuid.UUID, limit: int) -> list[str]:
    """What the visitor wrote last, oldest first."""
    newest_first = session.scalars(
        select(Message.body)
        .where(Message.conversation_id == conversation_id, Message.author == Author.VISITOR)
        .order_by(Message.accepted_at.desc())
        .limit(limit)
    )
    return list(newest_first)[::-1]
