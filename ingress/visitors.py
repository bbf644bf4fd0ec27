"""A visitor's session of the widget: a token that Frontdesk signed, so that nobody reads another's chat by guessing.

It holds tenant, random visitor and the time of issue, nothing else, and is stored nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import time
import uuid
from dataclasses import dataclass

from config.errors import Unauthorized
from config.secrets import derived_key, equal

PREFIX = "fdw1_"  # the version is part of what is recognised
VALID_S = 90 * 86_400
RENEWED_AFTER_S = 86_400  # an older token is replaced by one of the same visitor
_FORM = struct.Struct(">16s16sQ")
_LENGTH = len(PREFIX) + 96  # 40 bytes and their 32 of HMAC-SHA256 in base64, without padding


@dataclass(frozen=True)
class Visitor:
    """Whoever holds the token: one browser on one site."""

    tenant_id: uuid.UUID
    visitor_id: uuid.UUID
    issued_at: int  # seconds

    @property
    def stale(self) -> bool:
        """Whether it is time for a new token."""
        return time.time() - self.issued_at > RENEWED_AFTER_S

    @property
    def valid_until(self) -> int:
        return self.issued_at + VALID_S

    def token(self) -> str:
        """The signed form."""
        body = _FORM.pack(self.tenant_id.bytes, self.visitor_id.bytes, self.issued_at)
        return PREFIX + base64.urlsafe_b64encode(body + _signature(body)).decode()


def new_visitor(tenant_id: uuid.UUID, visitor_id: uuid.UUID | None = None) -> Visitor:
    """Somebody who was not here before, or a known visitor from now on."""
    return Visitor(tenant_id, visitor_id or uuid.UUID(bytes=secrets.token_bytes(16)), int(time.time()))


def message_prefix(visitor: Visitor) -> str:
    """What the external ids of this visitor's messages begin with; the Idempotency-Key follows."""
    return f"widget:{visitor.visitor_id.hex}:"


def is_token(session_id: str) -> bool:
    """Whether a session says that it is the widget's."""
    return session_id.startswith(PREFIX)


def visitor_of(token: str, tenant_id: uuid.UUID) -> Visitor:
    """The visitor who holds the token.

    Raises:
        Unauthorized: forged, expired, or of another tenant; they are not told apart.
    """
    if len(token) != _LENGTH or not token.isascii() or not is_token(token):
        raise Unauthorized
    try:
        raw = base64.b64decode(token.removeprefix(PREFIX), altchars="-_", validate=True)
    except ValueError:
        raise Unauthorized from None
    body, signature = raw[: _FORM.size], raw[_FORM.size :]
    if not equal(signature, _signature(body)):
        raise Unauthorized
    tenant, visitor, issued_at = _FORM.unpack(body)
    if tenant != tenant_id.bytes or issued_at + VALID_S < time.time():
        raise Unauthorized
    return Visitor(tenant_id, uuid.UUID(bytes=visitor), issued_at)


def _signature(body: bytes) -> bytes:
    return hmac.new(derived_key("visitor-session"), body, hashlib.sha256).digest()
