"""A conversation: who owns it (bot or human), its epoch, and the customer as far as known.

Its row lock orders everything that happens in it; whoever changes a turn holds it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import FRESH, Base, TenantOwned, now, of_tenant, within_tenant
from models.entity import first, loaded
from models.page import Page
from models.trip import Asked, Query, ask, given


class Owner(StrEnum):
    """Who answers."""

    BOT = "bot"
    HUMAN = "human"


class Conversation(TenantOwned, Base):
    """One visitor's thread in one connection."""

    __tablename__ = "conversation"
    __table_args__ = (
        of_tenant(),
        within_tenant("connection_id", "connection"),
        UniqueConstraint("tenant_id", "connection_id", "external_id"),
        Index("ix_conversation_activity", "tenant_id", "last_activity_at", "id"),
    )
    travels = True

    connection_id: Mapped[uuid.UUID]
    external_id: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text, server_default=Owner.BOT, default=Owner.BOT)
    epoch: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)  # ms; only human signs raise it
    last_human_at: Mapped[datetime | None]
    handed_back_at: Mapped[datetime | None]  # signs from before this are history, whenever they are found
    assignee: Mapped[str | None] = mapped_column(Text)  # the channel's user id, as last seen
    closed_at: Mapped[datetime | None]
    episode_since: Mapped[datetime | None]  # when it was last closed: what was said before is history
    language: Mapped[str | None] = mapped_column(Text)  # ISO 639, of the latest words that told one
    customer: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    abstentions: Mapped[int] = mapped_column(server_default="0", default=0)  # "I don't know" in a row
    next_position: Mapped[int] = mapped_column(server_default="1", default=1)  # of the next turn
    last_activity_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def visitor_id(self) -> str:
        """Who wrote, as the channel calls them; where it names nobody, the conversation is all we know of them."""
        return str(self.customer.get("external_id") or self.id)

    def taken_by_human(self, epoch: int, at: datetime) -> None:
        """A human sign: a person owns the conversation from now on and the epoch rises, to `epoch` at least."""
        self.owner = Owner.HUMAN
        self.epoch = max(self.epoch + 1, epoch)
        self.last_human_at = max(at, self.last_human_at or at)

    def knows_customer(self, claims: dict[str, Any] | None) -> None:
        """Add what the channel or the visitor says about the customer; a newer claim replaces an older one."""
        if claims:
            self.customer = {**self.customer, **{name: value for name, value in claims.items() if value}}

    def handed_over(self) -> None:
        """The bot gives the conversation to a person; the epoch stays, so what it still has to say may leave."""
        self.owner = Owner.HUMAN
        self.last_human_at = now()
        self.abstentions = 0

    def handed_back(self, at: datetime) -> None:
        """The bot answers again. The epoch stays: turns opened from here carry it."""
        self.owner = Owner.BOT
        self.handed_back_at = at
        self.abstentions = 0

    def closed(self, at: datetime) -> None:
        """It is over; whatever is written next starts anew, with the bot."""
        self.closed_at = self.episode_since = at
        self.handed_back(at)

    def settled(self, at: datetime) -> bool:
        """Whether what happened at this instant was over when the bot got the conversation back."""
        return self.handed_back_at is not None and at <= self.handed_back_at

    def was_the_persons(self, at: datetime) -> bool:
        """Whether a person showed after this instant: what was written then is theirs, also once the bot has it back."""
        return self.last_human_at is not None and at <= self.last_human_at

    def hand_back_when_due(self, after: timedelta, at: datetime) -> None:
        """Back to the bot after a long silence of the person."""
        if self.owner == Owner.HUMAN and self.last_human_at and at - self.last_human_at >= after:
            self.handed_back(self.last_human_at + after)


def conversation_id(tenant_id: uuid.UUID, connection_id: uuid.UUID, external_id: str) -> uuid.UUID:
    """The conversation's id before any row exists: the ingress names it in keys without asking Postgres."""
    return uuid.uuid5(tenant_id, f"conversation:{connection_id}:{external_id}")


def conversation_name(tenant_id: uuid.UUID, connection_id: str, external_id: str) -> str:
    """`str(conversation_id(...))` by hand (RFC 9562, version 5): `uuid5` takes 8 of the 55 µs of accepting a webhook."""
    named = tenant_id.bytes + f"conversation:{connection_id}:{external_id}".encode()
    digest = bytearray(hashlib.sha1(named, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_LOCK = (  # built once: constructing a statement costs as much as running it
    select(Conversation).where(Conversation.id == bindparam("conversation")).with_for_update()
)


def lock_conversation(session: Session, conversation: uuid.UUID) -> Conversation | None:
    """The conversation, its row locked until the transaction ends."""
    return session.scalars(_LOCK, {"conversation": conversation}, execution_options=FRESH).first()


_ROW = Query(select(Conversation).where(Conversation.id == given("conversation")))


def ask_row(session: Session, conversation: uuid.UUID) -> Asked[Conversation | None]:
    """The conversation as it stands; None where there is no row of it."""
    return ask(session, _ROW, {"conversation": conversation}, first(session, Conversation, _ROW))


_TURN = table("turn", column("id", Uuid()), column("conversation_id", Uuid()))
OF_TURN = (
    select(_TURN.c.conversation_id).where(_TURN.c.id == given("turn")).scalar_subquery()
)  # of the turn that is given

_ENSURE = Query(
    insert(Conversation)
    .values(
        tenant_id=given("tenant"),
        id=given("conversation"),
        connection_id=given("connection"),
        external_id=given("external"),
        last_activity_at=given("at"),
    )
    .on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"last_activity_at": given("at")})
    .returning(Conversation)
)


def ensure_conversation(
    session: Session, tenant_id: uuid.UUID, conversation: uuid.UUID, connection_id: uuid.UUID, external_id: str
) -> Conversation:
    """The conversation, made if it is new, active now, its row locked: one statement does it all."""
    return ask_conversation(session, tenant_id, conversation, connection_id, external_id).get()


def ask_conversation(
    session: Session, tenant_id: uuid.UUID, conversation: uuid.UUID, connection_id: uuid.UUID, external_id: str
) -> Asked[Conversation]:
    """The same, for a transaction that asks more at once."""
    values = {
        "tenant": tenant_id,
        "conversation": conversation,
        "connection": connection_id,
        "external": external_id,
        "at": now(),
    }
    return ask(session, _ENSURE, values, lambda rows: loaded(session, Conversation, _ENSURE.keys, rows[0]))


def newest_conversations(
    session: Session, page: Page, *, owner: Owner | None = None, since: datetime | None = None
) -> Sequence[Conversation]:
    """The session's tenant's conversations by latest activity; one more than the page holds when there are more."""
    statement = select(Conversation)
    if owner is not None:
        statement = statement.where(Conversation.owner == owner)
    if since is not None:
        statement = statement.where(Conversation.last_activity_at >= since)
    return session.scalars(page.of(statement, Conversation.last_activity_at, Conversation.id)).all()


def conversations_of_visitor(session: Session, visitor: str) -> Sequence[Conversation]:
    """All of one visitor's, by `visitor_id` or by the id of one of them; their rows locked until the transaction ends."""
    called = Conversation.customer["external_id"].astext
    named = session.scalars(select(Conversation).where(or_(called == visitor, Conversation.id == _uuid(visitor)))).all()
    names = {found.customer["external_id"] for found in named if found.customer.get("external_id")}
    return session.scalars(
        select(Conversation)
        .where(or_(called.in_(names), Conversation.id.in_([found.id for found in named])))
        .order_by(Conversation.id)
        .with_for_update()
    ).all()


def erase_conversations(session: Session, conversations: Collection[uuid.UUID]) -> None:
    """Delete them with everything that hangs on them: messages, turns, what left, leads, bookings. Usage stays counted."""
    session.execute(delete(Conversation).where(Conversation.id.in_(conversations)))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
