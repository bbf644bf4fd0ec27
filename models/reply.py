"""How a turn looks to whoever asked: the one JSON form used by the chat endpoint, its events and the turn endpoint."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.turn import Turn, TurnState

SAYING = (TurnState.DELIVERED, TurnState.HANDED_OVER)


def reply_json(turn: Turn) -> dict[str, Any]:
    """`{reply, intent, confidence, sources, conversation_id, turn_id, state}`; where they apply, language, reason, successor.

    `reply` is null when nothing was said; `sources` are `{entry_id, title, text}`.
    """
    said = turn.state in SAYING and turn.reply is not None
    view: dict[str, Any] = {
        "reply": turn.reply if said else None,
        "intent": turn.intent,
        "confidence": turn.confidence,
        "sources": turn.sources if said else [],
        "conversation_id": str(turn.conversation_id),
        "turn_id": str(turn.id),
        "state": str(turn.state),
    }
    if turn.language is not None:
        view["language"] = turn.language
    if turn.reason is not None:
        view["reason"] = turn.reason
    if turn.superseded_by is not None:
        view["superseded_by"] = str(turn.superseded_by)
    return view


def turn_with_conversation(session: Session, turn_id: uuid.UUID) -> tuple[Turn, Conversation] | None:
    """A turn of the session's tenant with its conversation, or None."""
    row = session.execute(
        select(Turn, Conversation).join(Conversation, Conversation.id == Turn.conversation_id).where(Turn.id == turn_id)
    ).first()
    return (row[0], row[1]) if row else None
