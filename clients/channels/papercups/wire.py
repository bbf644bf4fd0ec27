"""Papercups' JSON as strict models, and the one rule that says who wrote a message. Shared by webhook and client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from clients.channels import Author, ChannelConversation, ChannelMessage, Customer
from clients.channels.marker import verify_marker
from clients.channels.untrusted import Body, ClaimedMoment, Count, ExternalId, Line, Moment

MARKER_KEY = "frontdesk"  # in a message's metadata
_EARLIEST = datetime.min.replace(tzinfo=UTC)

UserId = Annotated[int, Field(ge=0, lt=2**63)]


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


def _company_name(value: object) -> object:
    """A customer carries a company's name, an object with one, or (usually) neither."""
    return value.get("name") if isinstance(value, Mapping) else value


class WireCustomer(_Wire):
    """A customer, "basic" or full; every field but `id` is what the visitor's page claimed."""

    id: ExternalId | None = None
    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    company: Annotated[Line | None, BeforeValidator(_company_name)] = None

    def known(self, external_id: str | None = None) -> Customer:
        return Customer(self.id or external_id, self.name, self.email, self.phone, self.company)


class WireMetadata(_Wire):
    """A free map chosen by the sender; the two words we look at, and those only as short strings."""

    reply_action: Line | None = None
    frontdesk: str | None = None

    def kept(self) -> dict[str, str]:
        return {"reply_action": self.reply_action} if self.reply_action else {}


def _two_words(value: object) -> object:
    """A forged value of another type is dropped, not refused: it must not lose the message."""
    if value is None:
        return WireMetadata()
    if not isinstance(value, Mapping):
        raise ValueError("expected an object")
    picked = {name: value[name] for name in ("reply_action", MARKER_KEY) if isinstance(value.get(name), str)}
    if MARKER_KEY in picked and not picked[MARKER_KEY].isascii():
        del picked[MARKER_KEY]
    return WireMetadata.model_validate(picked)


class WireMessage(_Wire):
    """A message, "expanded" or not: the webhook's payload and the items of the REST answers."""

    id: ExternalId
    account_id: ExternalId
    conversation_id: ExternalId
    type: Line
    private: bool
    body: Body | None = None
    created_at: Moment = None
    sent_at: ClaimedMoment = None
    user_id: UserId | None = None
    customer_id: ExternalId | None = None
    customer: WireCustomer | None = None
    attachments: Count = 0
    metadata: Annotated[WireMetadata, BeforeValidator(_two_words)] = WireMetadata()

    def text(self) -> str:
        """What was written; a message of attachments alone says how many."""
        if self.body or not self.attachments:
            return self.body or ""
        return f"[{self.attachments} attachment{'s' if self.attachments > 1 else ''}]"

    def known_customer(self) -> Customer | None:
        if self.customer is not None:
            return self.customer.known(self.customer_id)
        return Customer(external_id=self.customer_id) if self.customer_id else None

    def as_channel_message(self, bot_user_id: int, secret: bytes) -> ChannelMessage:
        ours = self.user_id == bot_user_id and verify_marker(secret, self.metadata.frontdesk)
        author = author_of(self, bot_user_id, secret)
        return ChannelMessage(
            external_id=self.id,
            author=author,
            body=self.text(),
            sent_at=self.sent_at or self.created_at,
            created_at=self.created_at,
            user_id=None if self.user_id is None else str(self.user_id),
            marker=self.metadata.frontdesk if ours and author in {Author.BOT, Author.NOTE} else None,
        )


class WireConversation(_Wire):
    """A conversation, "basic" or expanded with its messages."""

    id: ExternalId
    account_id: ExternalId
    status: Line
    priority: Line | None = None
    assignee_id: UserId | None = None
    customer_id: ExternalId | None = None
    created_at: Moment = None
    last_activity_at: Moment = None
    customer: WireCustomer | None = None
    messages: tuple[WireMessage, ...] = Field(default=(), strict=False)

    @property
    def closed(self) -> bool:
        return self.status == "closed"

    def as_channel_conversation(self, bot_user_id: int, secret: bytes) -> ChannelConversation:
        customer = self.customer.known(self.customer_id) if self.customer else Customer(external_id=self.customer_id)
        return ChannelConversation(
            external_id=self.id,
            account_id=self.account_id,
            status=self.status,
            assignee=None if self.assignee_id is None else str(self.assignee_id),
            priority=self.priority,
            last_activity_at=self.last_activity_at,
            messages=in_order([message.as_channel_message(bot_user_id, secret) for message in self.messages]),
            customer=customer,
        )


def author_of(message: WireMessage, bot_user_id: int, secret: bytes) -> Author:
    """Who wrote it. A widget can claim `user_id`, `type`, `private`, `metadata`: the marker alone is proof."""
    if message.private:
        return Author.NOTE
    if message.user_id == bot_user_id:
        ours = message.type == "bot" and verify_marker(secret, message.metadata.frontdesk)
        return Author.BOT if ours else Author.HUMAN  # something wrote with our key or name: not us, so stand back
    if message.type == "bot":
        return Author.OTHER
    if message.user_id is not None:
        return Author.HUMAN
    if message.customer_id is not None and message.type == "reply":
        return Author.VISITOR
    return Author.OTHER


def in_order(messages: list[ChannelMessage]) -> tuple[ChannelMessage, ...]:
    """Oldest first by the server's clock; it ticks in seconds, so ties go by what the sender claims."""
    return tuple(sorted(messages, key=lambda each: (each.created_at or _EARLIEST, each.sent_at or _EARLIEST)))
