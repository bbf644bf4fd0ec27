"""What a caller with a 202 was promised, until the turn has its row: which conversation the turn belongs to."""

from __future__ import annotations

import uuid
from typing import Any

from clients.queue import PREFIX
from clients.queue.connection import store_errors
from ingress.services import Services
from models.turn import TurnState

KEPT_S = 3600  # a turn ends within minutes; a longer outage is told by 404 until the row is there


async def promise(shared: Services, tenant_id: uuid.UUID, turn_id: str, conversation_id: str) -> None:
    """Remember the promise."""
    with store_errors():
        await shared.redis.set(_key(tenant_id, turn_id), conversation_id, ex=KEPT_S)


async def promised(shared: Services, tenant_id: uuid.UUID, turn_id: str) -> dict[str, Any] | None:
    """The promised turn in its JSON form, as far as it is known; None when nobody was promised this one."""
    with store_errors():
        found: Any = await shared.redis.get(_key(tenant_id, turn_id))
    return None if found is None else unanswered(turn_id, found.decode())


def unanswered(turn_id: str, conversation_id: str) -> dict[str, Any]:
    """A turn without a row yet."""
    return {
        "reply": None,
        "intent": None,
        "confidence": None,
        "sources": [],
        "conversation_id": conversation_id,
        "turn_id": turn_id,
        "state": str(TurnState.RECEIVED),
    }


def _key(tenant_id: uuid.UUID, turn_id: str) -> str:
    return f"{PREFIX}promised:{tenant_id}:{turn_id}"
