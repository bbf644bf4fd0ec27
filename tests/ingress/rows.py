"""Conversations and turns as the workers would have recorded them."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

from models.base import now
from models.connection import api_connection_id
from models.conversation import Conversation, conversation_id, ensure_conversation
from models.database import tenant_session
from models.tenant import NewTenant
from models.turn import Turn, TurnState, open_turn
from tests.ingress.conftest import SESSION


def recorded(tenant: NewTenant, *, kind: str = "public", session_id: str = SESSION, **facts: Any) -> tuple[str, str]:
    """(conversation id, turn id) of a turn that was delivered, or is as `facts` say."""
    external_id = hashlib.sha256(f"{kind}:{session_id}".encode()).hexdigest()
    connection_id = api_connection_id(tenant.tenant_id)
    name = conversation_id(tenant.tenant_id, connection_id, external_id)
    with tenant_session(tenant.tenant_id) as session:
        conversation = ensure_conversation(session, tenant.tenant_id, name, connection_id, external_id)
        turn = open_turn(
            session,
            conversation,
            turn_id=facts.pop("id", None) or uuid.uuid4(),
            at=now(),
            wait=timedelta(0),
            channel=False,
            stream=False,
        )
        turn.state = TurnState.DELIVERED
        turn.reply = "At nine."
        for fact, value in facts.items():
            setattr(turn, fact, value)
        return str(conversation.id), str(turn.id)


def conversation_of(tenant: NewTenant, name: str) -> tuple[str, int]:
    """(owner, epoch) of a conversation."""
    with tenant_session(tenant.tenant_id) as session:
        found = session.get(Conversation, (tenant.tenant_id, uuid.UUID(name)))
        assert found is not None
        return found.owner, found.epoch


def state_of(tenant: NewTenant, turn_id: str) -> str:
    """The turn's state."""
    with tenant_session(tenant.tenant_id) as session:
        found = session.get(Turn, (tenant.tenant_id, uuid.UUID(turn_id)))
        assert found is not None
        return found.state
