"""The marker our messages carry in a channel, so that reading back can tell what we sent from what somebody forged."""

from __future__ import annotations

import hashlib
import hmac

_LONGEST = 300  # a UUID, a part's name, 64 hexadecimal digits; anything longer is not ours


def marker(secret: bytes, turn_id: str, part: int | str) -> str:
    """`<turn>:<part>:<HMAC-SHA256 in hex>` for one part of one turn. The turn's id has no colon."""
    name = f"{turn_id}:{part}"
    return f"{name}:{_digest(secret, name)}"


def verify_marker(secret: bytes, text: object) -> bool:
    """Whether `text` is a marker made with `secret`. Takes anything, never raises."""
    if not secret or not isinstance(text, str) or len(text) > _LONGEST or not text.isascii():
        return False
    name, _, digest = text.rpartition(":")
    return hmac.compare_digest(digest, _digest(secret, name))


def _digest(secret: bytes, name: str) -> str:
    return hmac.new(secret, name.encode(), hashlib.sha256).hexdigest()
