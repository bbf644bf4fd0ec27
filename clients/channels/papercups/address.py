"""Where a Papercups server is, and what every call to it must carry."""

from __future__ import annotations

from urllib.parse import urlsplit

from config.errors import PermanentError


def server(base_url: str) -> tuple[str, dict[str, str]]:
    """The address without a trailing slash, and the headers it needs.

    Raises:
        PermanentError: it is no http:// or https:// URL.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not base_url.isascii():
        raise PermanentError("the Papercups address must be an http:// or https:// URL")
    # A production build redirects plain HTTP unless a proxy vouches for it, also inside a private network.
    return base_url.rstrip("/"), {"X-Forwarded-Proto": "https"} if parts.scheme == "http" else {}
