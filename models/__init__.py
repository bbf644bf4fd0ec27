"""Tables, states and queries: the only SQL. Importing this package knows every table."""

from models import connection, conversation, credential, knowledge, lead, message, outbound, tenant, tick, turn, usage
from models.base import Base

__all__ = [
    "Base",
    "connection",
    "conversation",
    "credential",
    "knowledge",
    "lead",
    "message",
    "outbound",
    "tenant",
    "tick",
    "turn",
    "usage",
]
