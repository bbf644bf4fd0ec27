"""One bounded call to a channel's server: seconds in all, bytes in all; no redirect, cookie, proxy or compression.

Says exactly whether a failed request may have been written. Refuses to retry: the queue does that.
It stands on httpcore2, the transport below httpx2, because only there the time of a whole call can be bounded (a
server that drips one byte a second never meets a read time-out) and the first written byte be seen.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from clients.channels import NotSent, Unknown
from config.errors import PermanentError

if TYPE_CHECKING:
    import ssl

    import httpcore2

TOTAL_S = 5.0
_CONNECTIONS = 100  # more than any worker has threads
_IDLE_CONNECTIONS = 20
_IDLE_S = 5.0  # shorter than servers keep theirs, so that we seldom write into a closing one


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `oversized` means the body went over the limit and was dropped."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    oversized: bool = False


class _Call(threading.local):
    """The call this thread is making: when it must end, and whether a byte of the request was handed to the socket."""

    ends_at: float = 0.0
    wrote: bool = False

    def left_s(self) -> float:
        return self.ends_at - time.monotonic()


_call = _Call()


def load() -> None:
    """Import the transport."""
    import httpcore2  # noqa: F401


def call(
    method: str,
    url: str,
    *,
    headers: dict[str, str],
    content: bytes | None = None,
    limit_bytes: int,
    total_s: float = TOTAL_S,
) -> Answer:
    """Make the call.

    Raises:
        NotSent: no byte of the request was written.
        Unknown: it was written at least in part, and no whole answer came.
        PermanentError: the request itself cannot be expressed in HTTP.
    """
    import httpcore2

    _call.ends_at, _call.wrote = time.monotonic() + total_s, False
    wanted = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Frontdesk", **headers}
    try:
        with _pool(os.getpid()).stream(
            method,
            url,
            headers=[(name.encode(), value.encode()) for name, value in wanted.items()],
            content=content,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), total_s)},
        ) as response:
            return _read(response, limit_bytes)
    except (httpcore2.LocalProtocolError, httpcore2.UnsupportedProtocol, UnicodeError) as error:
        raise PermanentError(f"the request cannot be sent: {type(error).__name__}") from error
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
        if _call.wrote:
            raise Unknown(f"no whole answer: {type(error).__name__}") from error
        raise NotSent(f"no connection: {type(error).__name__}") from error


def _read(response: httpcore2.Response, limit_bytes: int) -> Answer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > limit_bytes:
            return Answer(response.status, headers, b"", oversized=True)
    return Answer(response.status, headers, bytes(body))


@lru_cache(maxsize=2)
def _pool(process_id: int) -> httpcore2.ConnectionPool:
    """One pool per process (a forked child must not share its parent's sockets), for all tenants, without secrets."""
    import httpcore2

    return httpcore2.ConnectionPool(
        ssl_context=httpcore2.default_ssl_context(),
        max_connections=_CONNECTIONS,
        max_keepalive_connections=_IDLE_CONNECTIONS,
        keepalive_expiry=_IDLE_S,
        network_backend=_network(),
    )


def _network() -> httpcore2.NetworkBackend:
    """The plain network, with every wait cut to what the thread's call has left."""
    import httpcore2

    class Stream(httpcore2.NetworkStream):
        def __init__(self, inner: httpcore2.NetworkStream) -> None:
            self._inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return self._inner.read(max_bytes, _left_or(httpcore2.ReadTimeout))

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            left_s = _left_or(httpcore2.WriteTimeout)
            _call.wrote = _call.wrote or bool(buffer)
            self._inner.write(buffer, left_s)

        def close(self) -> None:
            self._inner.close()

        def start_tls(
            self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
        ) -> httpcore2.NetworkStream:
            return Stream(self._inner.start_tls(ssl_context, server_hostname, _left_or(httpcore2.ConnectTimeout)))

        def get_extra_info(self, info: str) -> Any:
            return self._inner.get_extra_info(info)

    class Network(httpcore2.NetworkBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
        ) -> httpcore2.NetworkStream:
            left_s = _left_or(httpcore2.ConnectTimeout)
            return Stream(httpcore2.SyncBackend().connect_tcp(host, port, left_s, local_address, socket_options))

    return Network()


def _left_or(error: type[Exception]) -> float:
    left_s = _call.left_s()
    if left_s <= 0:
        raise error("the call's time is over")
    return left_s
