"""Papercups as a channel: `webhook` verifies and parses, `client` sends, reads back and hands over.

Importing this loads no HTTP library; the client loads it with its first call.
"""

from clients.channels.marker import marker, verify_marker
from clients.channels.papercups.client import Me, PapercupsClient
from clients.channels.papercups.webhook import (
    Challenge,
    Event,
    Ignored,
    Incoming,
    account_id_of,
    parse_envelope,
    parse_signed,
    read_unverified,
    verify_signature,
)

__all__ = [
    "Challenge",
    "Event",
    "Ignored",
    "Incoming",
    "Me",
    "PapercupsClient",
    "account_id_of",
    "marker",
    "parse_envelope",
    "parse_signed",
    "read_unverified",
    "verify_marker",
    "verify_signature",
]
