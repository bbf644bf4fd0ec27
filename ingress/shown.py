"""How conversations, messages and turns look to a person of the business, over a secret key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.conversation import Conversation
from models.message import Message
from models.promise import Promise
from models.turn import Turn


def conversation_json(found: Conversation, channel: str, last: Message | None = None) -> dict[str, Any]:
    """Epochs and external ids of sessions stay ours."""
    return {
        "id": str(found.id),
        "channel": channel,
        "visitor_id": found.visitor_id,
        "customer": found.customer,
        "owner": found.owner,
        "created_at": instant(found.created_at),
        "last_activity_at": instant(found.last_activity_at),
        "last_human_at": instant(found.last_human_at),
        "closed_at": instant(found.closed_at),
        "language": found.language,
        "last_message": message_json(last) if last else None,
    }


def promise_json(found: Promise) -> dict[str, Any]:
    """What the visitor was promised last, and what became of it."""
    names = ("due_at", "remind_at", "reminded_at", "kept_at", "missed_at", "dropped_at")
    return {"turn_id": str(found.turn_id), **{name: instant(getattr(found, name)) for name in names}}


def message_json(said: Message) -> dict[str, Any]:
    return {
        "id": str(said.id),
        "author": said.author,
        "text": said.body,
        "at": instant(said.accepted_at),
        "turn_id": str(said.turn_id) if said.turn_id else None,
    }


def turn_json(turn: Turn) -> dict[str, Any]:
    return {
        "id": str(turn.id),
        "state": turn.state,
        "reason": turn.reason,
        "language": turn.language,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "reply": turn.reply,
        "sources": turn.sources,
        "model": turn.model,
        "superseded_by": str(turn.superseded_by) if turn.superseded_by else None,
        "began_at": instant(turn.first_at),
        "ended_at": instant(turn.ended_at),
    }


def instant(at: datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat() if at else None
