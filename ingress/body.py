"""Reads a request's body within a size and a time; refuses by the declared length before a byte is read."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from config.errors import TooLarge
from ingress.errors import TooSlow

LIMIT_BYTES = 256 * 1024
READ_WITHIN_S = 10.0
CLOSE = {"Connection": "close"}  # what the sender still has in flight is not worth reading


def header(request: Request, name: bytes) -> str | None:
    """A header's first value; `name` in lower case. Starlette's mapping costs five times as much."""
    for known, value in request.scope["headers"]:
        if known == name:
            return str(value, "latin-1")
    return None


def refuse_declared_size(request: Request) -> None:
    """Refuse a body that says it is too large.

    Raises:
        TooLarge: by Content-Length.
    """
    declared = header(request, b"content-length") or ""
    if len(declared) > 12 or (declared.isdecimal() and int(declared) > LIMIT_BYTES):
        raise _too_large()


async def read_body(request: Request) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is longer than the limit, whatever was declared.
        TooSlow: it did not end in time.
    """
    refuse_declared_size(request)
    chunks, size, more = [], 0, True
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunks.append(message.get("body", b""))
                more = message.get("more_body", False)
                size += len(chunks[-1])
                if size > LIMIT_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise TooSlow(f"The body did not arrive within {READ_WITHIN_S:.0f} seconds.", headers=CLOSE) from None
    return b"".join(chunks)


def _too_large() -> TooLarge:
    return TooLarge(f"The body is larger than {LIMIT_BYTES // 1024} KiB.", headers=CLOSE)
