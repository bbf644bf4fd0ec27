"""Papercups' two webhooks as values: its own unsigned envelope, and the signed generic form. Pure: no I/O, no clock.

Whatever a payload says may silence its own conversation; only a plain visitor's message may start a turn.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from clients.channels import Author, Customer
from clients.channels.papercups.wire import WireConversation, WireCustomer, WireMessage, author_of
from clients.channels.untrusted import Body, ExternalId, Line, LooseId, Moment, parse, read_json
from config.errors import InvalidInput

_CHALLENGE = re.compile(r"[A-Za-z0-9_=-]{1,256}")  # it is echoed back, so nothing a browser could read as markup
_SENDERS: dict[str, Literal["visitor", "human"]] = {
    "customer": "visitor",
    "user": "visitor",
    "visitor": "visitor",
    "agent": "human",
    "operator": "human",
    "human": "human",
}


@dataclass(frozen=True, slots=True)
class Challenge:
    """Papercups verifies the subscription: answer with exactly `text`, as plain text, without a newline."""

    text: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, for a reason: echo, note, automated, empty, other_event."""

    reason: str
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or sign of a conversation. The caller must compare `account_id` with the tenant's."""

    kind: Literal["visitor", "human", "assigned", "closed"]  # the values of a job's MessageKind
    account_id: str
    conversation_external_id: str
    external_id: str | None = None  # None for signs without a message
    body: str = ""
    sent_at: datetime | None = None  # with zone, as the sender claims
    customer: Customer | None = None
    assignee: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)  # at most {"reply_action": …}
    dedupe: tuple[str, ...] = ()  # any of these seen before means a duplicate; empty: a sign, or compare the bytes


Event = Challenge | Ignored | Incoming


def parse_envelope(body: object, *, bot_user_id: int, secret: bytes) -> Event:
    """What Papercups' own envelope `{event, payload}` means for us. `secret` is the one of our markers.

    Raises:
        InvalidInput: naming the field that is missing or of the wrong type.
    """
    if not isinstance(body, Mapping):
        raise InvalidInput("The body must be a JSON object.")
    event, payload = body.get("event"), body.get("payload")
    if not isinstance(event, str):
        raise InvalidInput("event: expected a string.")
    match event:
        case "webhook:verify":
            return _challenge(payload)
        case "message:created":
            return _message(parse(WireMessage, payload, "payload"), bot_user_id, secret)
        case "conversation:created" | "conversation:updated":
            return _conversation(parse(WireConversation, payload, "payload"), bot_user_id)
        case _:
            return Ignored("other_event")


def _challenge(payload: object) -> Challenge:
    if not isinstance(payload, str) or not _CHALLENGE.fullmatch(payload):
        raise InvalidInput("payload: expected a challenge of letters and digits.")
    return Challenge(payload)


def _message(message: WireMessage, bot_user_id: int, secret: bytes) -> Event:
    author = author_of(message, bot_user_id, secret)
    if author is Author.BOT:
        return Ignored("echo", message.account_id)
    if author is Author.NOTE:
        return Ignored("note", message.account_id)
    if author is Author.OTHER:
        return Ignored("automated", message.account_id)
    text = message.text()
    if author is Author.VISITOR and not text.strip():
        return Ignored("empty", message.account_id)
    return Incoming(
        kind="visitor" if author is Author.VISITOR else "human",
        account_id=message.account_id,
        conversation_external_id=message.conversation_id,
        external_id=message.id,
        body=text,
        sent_at=message.sent_at or message.created_at,
        customer=message.known_customer(),
        metadata=message.metadata.kept(),
        dedupe=(f"message:{message.id}",),
    )


def _conversation(conversation: WireConversation, bot_user_id: int) -> Event:
    """Closed comes before assigned: a conversation that a person closes usually still has that person as assignee.

    Assigned to nobody or to the bot (`assignee` None) is no sign, but must be told: whoever remembers the last assignee has
    to forget it, or the same person taking the conversation again would look like no change.
    """
    assignee = conversation.assignee_id
    taken = assignee is not None and assignee != bot_user_id
    return Incoming(
        kind="closed" if conversation.closed else "assigned",
        account_id=conversation.account_id,
        conversation_external_id=conversation.id,
        sent_at=conversation.last_activity_at or conversation.created_at,
        customer=Customer(external_id=conversation.customer_id) if conversation.customer_id else None,
        assignee=str(assignee) if taken else None,
    )


class _SignedData(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    id: LooseId | None = None
    message_id: LooseId | None = None
    conversation_id: LooseId
    content: Body | None = None
    sent_at: Moment = None
    created_at: Moment = None
    customer: WireCustomer | None = None


class _Signed(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    account_id: ExternalId
    event: Line
    message_id: LooseId | None = None


def parse_signed(body: object, *, delivery: str | None = None) -> Ignored | Incoming:
    """The signed form `{account_id, event, data}`, once its signature holds; `delivery` is X-Papercups-Delivery.

    Raises:
        InvalidInput: naming the field; a sender we do not know is `data.from`.
    """
    outer = parse(_Signed, body)
    raw = body.get("data") if isinstance(body, Mapping) else None
    if not isinstance(raw, Mapping):
        raise InvalidInput("data must be a JSON object.")
    if "message" not in outer.event and "from" not in raw and "content" not in raw:
        return Ignored("other_event", outer.account_id)
    sender = raw.get("from")
    kind = _SENDERS.get(sender) if isinstance(sender, str) else None
    if kind is None:
        raise InvalidInput("data.from: expected one of " + ", ".join(_SENDERS) + ".")
    data = parse(_SignedData, raw, "data")
    content = data.content or ""
    if kind == "visitor" and not content.strip():
        raise InvalidInput("data.content: expected what the visitor wrote.")
    ids = [name for name in (data.id, data.message_id, outer.message_id) if name is not None]
    shipped = delivery if delivery and len(delivery) <= 200 and delivery.isprintable() else None
    names = [f"message:{name}" for name in ids] + ([f"delivery:{shipped}"] if shipped else [])
    return Incoming(
        kind=kind,
        account_id=outer.account_id,
        conversation_external_id=data.conversation_id,
        external_id=ids[0] if ids else shipped,
        body=content,
        sent_at=data.sent_at or data.created_at,
        customer=data.customer.known() if data.customer else None,
        dedupe=tuple(dict.fromkeys(names)),
    )


def read_unverified(raw: bytes) -> object:
    """The signed form's JSON, of which only `account_id_of` may be read before the signature holds. Never raises."""
    try:
        return read_json(raw)
    except InvalidInput:
        return None


def account_id_of(body: object) -> str | None:
    """Whose secret must have signed this; None when it does not say. Never raises."""
    account_id = body.get("account_id") if isinstance(body, dict) else None
    return (
        account_id if isinstance(account_id, str) and 0 < len(account_id) <= 200 and account_id.isprintable() else None
    )


def verify_signature(raw: bytes, header: str | None, secret: str) -> bool:
    """Whether `header` is `sha256=<hex HMAC-SHA256 of raw>` under `secret`, in constant time. Never raises.

    An empty secret verifies nothing: a tenant without one has no signed senders.
    """
    if not secret or not header:
        return False
    expected = "sha256=" + hmac.new(secret.encode("utf-8", "surrogatepass"), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(header.encode("utf-8", "surrogatepass"), expected.encode())
