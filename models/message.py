"""A message of a conversation. Unique on (tenant, connection, external id): a repeat finds its row."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, func, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.base import Base, TenantOwned, of_tenant, within_tenant
from models.conversation import OF_TURN, Conversation
from models.entity import objects
from models.page import Page
from models.trip import Asked, Query, Row, ask, given, tell

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
    travels = True

    conversation_id: Mapped[uuid.UUID]
    connection_id: Mapped[uuid.UUID]
    external_id: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    accepted_at: Mapped[datetime]
    turn_id: Mapped[uuid.UUID | None]  # the turn that answers it (visitor) or said it (bot)
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)


_COLUMNS = [column.key for column in Message.__table__.columns if column.key != "created_at"]
_ADD = Query(
    insert(Message).values({key: given(key) for key in _COLUMNS}).on_conflict_do_nothing().returning(Message.id)
)
_BELONGS = Query(update(Message).where(Message.id == given("message")).values(turn_id=given("turn")))


def add_message(session: Session, message: Message) -> Asked[bool]:
    """Insert unless it is a repeat; the answer is False for a repeat."""
    message.id = message.id or uuid.uuid4()
    message.details = message.details or {}
    return ask(session, _ADD, {key: getattr(message, key) for key in _COLUMNS}, bool)


def belongs_to(session: Session, message_id: uuid.UUID, turn_id: uuid.UUID) -> None:
    """The turn answers this message."""
    tell(session, _BELONGS, {"message": message_id, "turn": turn_id})


def message_by_external_id(session: Session, connection_id: uuid.UUID, external_id: str) -> Message | None:
    """The message a channel calls `external_id`, or None."""
    return session.scalars(
        select(Message).where(Message.connection_id == connection_id, Message.external_id == external_id)
    ).first()


def _known_ids(conversation: Any) -> Query:
    newest_first = Message.accepted_at.desc()
    return Query(
        select(Message.external_id).where(Message.conversation_id == conversation).order_by(newest_first).limit(500)
    )


_KNOWN_IDS, _KNOWN_IDS_OF_TURN = _known_ids(given("conversation")), _known_ids(OF_TURN)


def known_external_ids(session: Session, conversation_id: uuid.UUID) -> Asked[frozenset[str]]:
    """What the channel calls the conversation's latest messages, as far as we have rows of them."""
    return ask(session, _KNOWN_IDS, {"conversation": conversation_id}, _first_column)


def known_to_turn(session: Session, turn_id: uuid.UUID) -> Asked[frozenset[str]]:
    """The same, of a turn's conversation."""
    return ask(session, _KNOWN_IDS_OF_TURN, {"turn": turn_id}, _first_column)


def _first_column(rows: list[Row]) -> frozenset[str]:
    return frozenset(value for (value,) in rows)


_OF_TURN = Query(
    select(Message)
    .where(Message.turn_id == given("turn"), Message.author == Author.VISITOR)
    .order_by(Message.sent_at, Message.accepted_at, Message.created_at)
)


def messages_of_turn(session: Session, turn_id: uuid.UUID) -> Asked[list[Message]]:
    """What the visitor said in this turn, in the order they sent it, then as it arrived."""
    return ask(session, _OF_TURN, {"turn": turn_id}, objects(session, Message, _OF_TURN))


def _history(what: Any, conversation: Any, before: Any) -> Query:
    return Query(
        what.where(Message.conversation_id == conversation, Message.accepted_at < before)
        .order_by(Message.accepted_at.desc(), Message.created_at.desc())
        .limit(given("size"))
    )


_OLDEST_OF_TURN = (
    select(func.min(Message.accepted_at))
    .where(Message.turn_id == given("turn"), Message.author == Author.VISITOR)
    .scalar_subquery()
)
_EPISODE_OF_TURN = (  # what was said before the conversation was last closed is another matter
    select(func.coalesce(Conversation.episode_since, text("'-infinity'")))
    .where(Conversation.id == OF_TURN)
    .scalar_subquery()
)
_HISTORY = _history(select(Message), given("conversation"), given("before"))
_HISTORY_OF_TURN = _history(
    select(Message.author, Message.body).where(Message.accepted_at > _EPISODE_OF_TURN), OF_TURN, _OLDEST_OF_TURN
)


def history(session: Session, conversation_id: uuid.UUID, *, before: datetime, limit: int) -> list[Message]:
    """The last messages of the conversation accepted before an instant, oldest first."""
    values = {"conversation": conversation_id, "before": before, "size": limit}
    return ask(session, _HISTORY, values, objects(session, Message, _HISTORY)).get()[::-1]


def history_of_turn(session: Session, turn_id: uuid.UUID, *, limit: int) -> Asked[list[tuple[str, str]]]:
    """(author, body) of what was said in the turn's episode before its first message, oldest first.

    May be read after the transaction.
    """
    return ask(
        session, _HISTORY_OF_TURN, {"turn": turn_id, "size": limit}, lambda rows: [(a, b) for a, b in rows[::-1]]
    )


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
