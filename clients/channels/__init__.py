"""What every chat channel offers the workers: send, read back, hand over, recent. One module per channel implements it.

Refuses to retry and to guess: a call either happened, did not happen (`NotSent`), or nobody can say (`Unknown`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from config.errors import PermanentError, TransientError


class NotSent(TransientError):
    """The request certainly changed nothing: the connection never opened, or the channel said "later" (408, 429)."""


class Unknown(Exception):
    """The request may have been carried out: lost or timed out after it was written, a 5xx, or an answer without sense.

    Not a TransientError on purpose: whoever catches "later" must not send again before reading back.
    """


class Refused(PermanentError):
    """The channel answered that it will not do this; `status` is its HTTP status. Nothing was sent."""

    def __init__(self, reason: str, *, status: int) -> None:
        super().__init__(reason)
        self.status = status


class KeyRefused(Refused):
    """The channel does not accept our key: the connection needs a person."""


class AnswerTooLarge(PermanentError):
    """A read came back larger than we are willing to hold."""


class Author(StrEnum):
    """Who is behind a message in a channel, by rules that a visitor's forged fields can only turn against himself."""

    VISITOR = "visitor"  # the only author who starts a turn
    HUMAN = "human"  # a person of the business, or an outgoing message we did not send: a human sign
    BOT = "bot"  # ours: the bot's user and a marker that verifies
    NOTE = "note"  # internal, never shown to the visitor
    OTHER = "other"  # automation of others; neither answered nor obeyed


@dataclass(frozen=True, slots=True)
class Customer:
    """The visitor as the channel knows him; everything but `external_id` is his own claim."""

    external_id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None

    def as_dict(self) -> dict[str, str]:
        """What is known, for a job's arguments."""
        known = {
            "external_id": self.external_id,
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "company": self.company,
        }
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """One message as the channel stores it."""

    external_id: str
    author: Author
    body: str
    sent_at: datetime | None  # with zone; the sender's claim, else the channel's `created_at`
    created_at: datetime | None  # with zone; the channel's own clock
    user_id: str | None = None
    marker: str | None = None  # only one whose HMAC holds; a forged marker never appears here


@dataclass(frozen=True, slots=True)
class ChannelConversation:
    """One conversation read back. `messages` stand oldest first and include private notes."""

    external_id: str
    account_id: str | None
    status: str
    assignee: str | None
    priority: str | None
    last_activity_at: datetime | None
    messages: tuple[ChannelMessage, ...] = ()
    customer: Customer | None = None

    @property
    def closed(self) -> bool:
        """Whether somebody closed it in the channel."""
        return self.status == "closed"

    def sent(self, marker: str) -> ChannelMessage | None:
        """Our message that carries this marker, if the channel has it."""
        return next((message for message in self.messages if message.marker == marker), None)


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations with the newest activity first; `cursor` leads to older ones, None at the end."""

    conversations: tuple[ChannelConversation, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A button below a reply; `action` comes back as `reply_action` of the visitor's click."""

    text: str
    action: str


class Channel(Protocol):
    """What a worker needs of a channel. Each call ends within 5 seconds in all.

    Every method raises: TransientError (later; `NotSent` when it certainly changed nothing), PermanentError (never;
    `Refused`, `KeyRefused` when the channel said so). Those that write may also raise `Unknown`.
    """

    def send(
        self,
        conversation_external_id: str,
        body: str,
        *,
        marker: str,
        sent_at: datetime,
        private: bool = False,
        quick_replies: Sequence[QuickReply] = (),
        within_s: float | None = None,
    ) -> str:
        """Post one message as the bot, or with `private` a note for the team; returns the channel's message id.

        Given up after the channel's usual time-out, or sooner, after `within_s`.
        """
        ...

    def read_back(self, conversation_external_id: str) -> ChannelConversation:
        """The conversation as the channel has it now, with all its messages."""
        ...

    def hand_over(self, conversation_external_id: str) -> None:
        """Make it visibly wait for a person: nobody's, urgent, unread, open. Doing it twice is harmless.

        Comes last: a message or note of ours that follows may assign the conversation to the bot again.
        """
        ...

    def hand_back(self, conversation_external_id: str) -> None:
        """Show that the bot answers again. Doing it twice is harmless."""
        ...

    def close(self, conversation_external_id: str) -> None:
        """Close it; what a visitor writes next opens it again. Doing it twice is harmless."""
        ...

    def recent(self, *, cursor: str | None = None, limit: int = 20) -> Page:
        """One page of conversations by newest activity; a page may hold fewer than `limit`."""
        ...
