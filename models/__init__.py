"""Tables, states and queries: the only SQL. Importing this package knows every table."""

from models import (
    booking,
    connection,
    conversation,
    credential,
    knowledge,
    lead,
    message,
    notice,
    outbound,
    tenant,
    tick,
    token,
    turn,
    usage,
)
from models.base import Base

__all__ = [
    "Base",
    "booking",
    "connection",
    "conversation",
    "credential",
    "knowledge",
    "lead",
    "message",
    "notice",
    "outbound",
    "tenant",
    "tick",
    "token",
    "turn",
    "usage",
]
