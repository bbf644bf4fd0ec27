"""A conversation as its own visitor may see it: what was said and by whom, who answers, which turns have ended.

No epochs, intents, customer data or notes: those are for the business.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models.conversation import Conversation, Owner
from models.message import Author, Message
from models.page import Page, cursor
from models.turn import Turn

WINDOW = Page(50)  # newest messages looked at when something changed; a visitor sends one a second at most
TURNS = 20


@dataclass(frozen=True)
class Thread:
    """The newest of a conversation. `turns` are the ended ones: (id, state, reason)."""

    owner: str
    messages: list[dict[str, Any]]
    turns: list[tuple[str, str, str | None]]


def thread(session: Session, conversation_id: uuid.UUID, key_prefix: str) -> Thread:
    """Owner, newest messages (oldest first) and ended turns; of a conversation without rows, nothing."""
    owner = session.scalar(select(Conversation.owner).where(Conversation.id == conversation_id))
    messages, _ = said(session, conversation_id, key_prefix, WINDOW)
    turns = session.execute(
        select(Turn.id, Turn.state, Turn.reason)
        .where(Turn.conversation_id == conversation_id, Turn.ended_at.is_not(None))
        .order_by(Turn.position.desc())
        .limit(TURNS)
    )
    ended = [(str(row.id), row.state, row.reason) for row in turns]
    return Thread(owner or Owner.BOT, messages[::-1], ended[::-1])


def said(
    session: Session, conversation_id: uuid.UUID, key_prefix: str, page: Page
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of messages, newest first, and the cursor of the next one.

    A visitor's message tells its `key` again (the Idempotency-Key it came with), known by `key_prefix`.
    """
    statement = (
        select(Message, Turn.sources)
        .outerjoin(Turn, (Turn.id == Message.turn_id) & (Message.author == Author.BOT))
        .where(Message.conversation_id == conversation_id)
    )
    rows = session.execute(page.of(statement, Message.accepted_at, Message.id)).all()
    shown, goes_on = page.cut(rows)
    following = cursor(shown[-1][0].accepted_at, shown[-1][0].id) if goes_on else None
    return [_as_json(row, key_prefix) for row in shown], following


def _as_json(row: Row[Message, list[dict[str, Any]]], key_prefix: str) -> dict[str, Any]:
    message, sources = row
    view: dict[str, Any] = {
        "id": str(message.id),
        "author": message.author,
        "text": message.body,
        "at": message.accepted_at.astimezone(UTC).isoformat(),
        "turn_id": str(message.turn_id) if message.turn_id else None,
        "sources": sources or [],
    }
    if message.author == Author.VISITOR and message.external_id.startswith(key_prefix):
        view["key"] = message.external_id.removeprefix(key_prefix)
    return view
