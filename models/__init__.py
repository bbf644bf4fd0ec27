"""Tables, states and queries: the only SQL. Importing this package knows every table."""

from models import (
    acceptance,
    booking,
    connection,
    conversation,
    credential,
    knowledge,
    lead,
    message,
    notice,
    outbound,
    plan,
    tenant,
    tick,
    token,
    turn,
    usage,
    webhook_event,
)
from models.base import Base

__all__ = [
    "Base",
    "acceptance",
    "booking",
    "connection",
    "conversation",
    "credential",
    "knowledge",
    "lead",
    "message",
    "notice",
    "outbound",
    "plan",
    "tenant",
    "tick",
    "token",
    "turn",
    "usage",
    "webhook_event",
]
