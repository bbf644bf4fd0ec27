"""Everything derived from SECRET_KEY: one key per purpose (HKDF, RFC 5869) and the sealing of stored credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.settings import settings

API_KEY_PREFIX = "fd_"


@lru_cache(maxsize=256)
def derived_key(purpose: str) -> bytes:
    """32 bytes bound to SECRET_KEY and a purpose; another purpose yields an unrelated key."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"frontdesk:" + purpose.encode())
    return kdf.derive(settings().secret_key.get_secret_value().encode())


def marker_key(tenant_id: object) -> bytes:
    """The key of the markers that a tenant's outgoing messages carry."""
    return derived_key(f"marker:{tenant_id}")


@lru_cache(maxsize=1)
def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key("credentials")))


def encrypt(plain: str | bytes) -> bytes:
    """Seal a vendor credential for its row, or a dead letter (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _fernet().encrypt(plain.encode() if isinstance(plain, str) else plain)


def decrypt(sealed: bytes) -> str:
    """Open what `encrypt` sealed.

    Raises:
        ValueError: when it was sealed under another SECRET_KEY.
    """
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken:
        raise ValueError("a stored credential was sealed under another SECRET_KEY") from None


def credential_hash(credential: str) -> str:
    """How random credentials are stored: SHA-256 hex. They carry 256 bits, so no salt or stretching is needed."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()


def new_api_key() -> str:
    """A secret API key: `fd_` and 256 random bits."""
    return API_KEY_PREFIX + secrets.token_urlsafe(32)


def new_token() -> str:
    """An unguessable token for URLs and webhook secrets: 256 random bits."""
    return secrets.token_urlsafe(32)


def equal(left: str | bytes, right: str | bytes) -> bool:
    """Compare secrets in constant time, whatever their characters."""
    as_bytes = [side.encode("utf-8", "surrogatepass") if isinstance(side, str) else side for side in (left, right)]
    return hmac.compare_digest(*as_bytes)
