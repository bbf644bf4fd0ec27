"""One bounded request for a page of the web, to a checked address only.

The name is resolved, each address checked (clients/web/addresses.py) and the connection made to one that passed, so the name
cannot be rebound in between; the name still stands in Host and in the certificate check. Bounded in time as a whole, in
bytes as sent and as unpacked. Follows no redirect: whoever asks decides about the next address. Keeps nothing: no cookie,
no connection, no proxy. Stands on httpcore2, as clients/channels/http.py does, because only there a whole call is bounded.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clients.web.addresses import is_loopback, is_permitted
from clients.web.urls import DEFAULT_PORTS

if TYPE_CHECKING:
    import httpcore2

TOTAL_S = 20.0
CONNECT_S = 8.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEPT_HEADERS = frozenset(
    {"content-type", "etag", "last-modified", "location", "retry-after", "x-robots-tag", "content-language", "link"}
)
LONGEST_HEADER = 2_000

Resolve = Callable[[str, int], list[str]]


class FetchError(Exception):
    """No page; the text is a sentence for the tenant."""


class NotAllowed(FetchError):
    """It is never asked for: the address is not public, or not of the web."""


class NotReached(FetchError):
    """No whole answer came; it may be different next time."""


class NotTaken(FetchError):
    """An answer came that is not taken: too large, or packed in a way nobody asked for."""


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is unpacked; empty where the answer has none, or where its type was not wanted."""

    url: str
    status: int
    headers: dict[str, str]  # names in lower case, of those in KEPT_HEADERS
    body: bytes = b""
    received: int = 0  # bytes on the wire
    unwanted: bool = False  # its type was not wanted, so its body was not read


def load() -> None:
    """Import the transport."""
    import httpcore2  # noqa: F401


def resolved(host: str, port: int) -> list[str]:
    """The host's addresses, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Fetcher:
    """Asks for pages under one name. Without state, so any number of threads may use it."""

    def __init__(
        self, agent: str, *, allow_loopback: bool = False, total_s: float = TOTAL_S, resolve: Resolve = resolved
    ) -> None:
        self._agent = agent
        self._allow_loopback = allow_loopback
        self._total_s = total_s
        self._resolve = resolve

    def get(
        self,
        url: str,
        *,
        limit: Callable[[str], int],
        first_part: bool = False,
        etag: str | None = None,
        modified: str | None = None,
    ) -> Answer:
        """Ask for a normal address. `limit` says how many bytes of a content type are taken; 0: its body is not read.

        `first_part`: of a longer body its beginning is taken.

        Raises:
            NotAllowed, NotReached, NotTaken: each with a sentence.
        """
        import httpcore2

        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
            raise NotAllowed("The address is not one of the web (http or https).")
        network = _Network(
            self._resolve, time.monotonic() + self._total_s, DEFAULT_PORTS[parts.scheme], self._allow_loopback
        )
        headers = {
            "Host": parts.netloc,
            "User-Agent": self._agent,
            "Accept-Encoding": "gzip",
            "Accept": "text/html,*/*;q=0.5",
        }
        headers |= {"Connection": "close"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": modified} if modified else {}
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._total_s)
        try:
            with (
                httpcore2.ConnectionPool(
                    ssl_context=_certificates(os.getpid()), max_connections=1, network_backend=network.backend()
                ) as pool,
                pool.stream(
                    "GET",
                    url,
                    headers=[(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()],
                    extensions={"timeout": timeouts},
                ) as response,
            ):
                return _read(url, response, limit, first_part)
        except (httpcore2.TimeoutException, TimeoutError):
            raise NotReached(f"The page did not arrive within {self._total_s:g} seconds.") from None
        except httpcore2.ConnectError as error:
            raise NotReached(_why_no_connection(error)) from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, OSError, UnicodeError):
            raise NotReached("The connection broke before the page had arrived.") from None


def _why_no_connection(error: Exception) -> str:
    if "certificate" in str(error).lower() or "ssl" in str(error).lower():
        return "The site has no valid certificate for https."
    return "The site cannot be reached: nobody answers there."


def _read(url: str, response: httpcore2.Response, limit: Callable[[str], int], first_part: bool) -> Answer:
    headers: dict[str, str] = {}
    packing: list[str] = []
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value)[:LONGEST_HEADER]
        if name == "content-encoding":
            packing += [each.strip().lower() for each in value.split(",") if each.strip().lower() != "identity"]
        elif name == "x-robots-tag" and name in headers:
            headers[name] += f"\n{value}"  # each may name whom it is for
        elif name in KEPT_HEADERS:
            headers.setdefault(name, value)
    status = response.status
    if status != 200:
        return Answer(url, status, headers)
    limit_bytes = limit(headers.get("content-type", ""))
    if not limit_bytes:
        return Answer(url, status, headers, unwanted=True)
    body, received = bytearray(), 0
    too_large = NotTaken(f"It is larger than {limit_bytes // (1024 * 1024)} MiB.")
    unpack = _unpacker(packing)
    for piece in response.iter_stream():
        received += len(piece)
        for plain in unpack(piece, limit_bytes + 1 - len(body)):
            body += plain
        if len(body) > limit_bytes or received > limit_bytes:
            if not first_part:
                raise too_large
            break
    return Answer(url, status, headers, bytes(body[:limit_bytes]), received)


def _text(value: bytes) -> str:
    """A header's; servers write addresses as they have them."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _unpacker(packing: list[str]) -> Callable[[bytes, int], Iterator[bytes]]:
    """Unpacks piece by piece, never more than is still allowed."""
    if not packing:
        return lambda piece, most: iter((piece,))
    if packing not in (["gzip"], ["x-gzip"], ["deflate"]):
        raise NotTaken("The site packs its pages in a way that was not asked for.")
    machine = zlib.decompressobj(wbits=47 if packing != ["deflate"] else 15)

    def unpack(piece: bytes, most: int) -> Iterator[bytes]:
        try:
            yield machine.decompress(piece, max(1, most))
        except zlib.error:
            raise NotTaken("The page is packed, and the packing is broken.") from None

    return unpack


@lru_cache(maxsize=2)
def _certificates(process_id: int) -> ssl.SSLContext:
    import httpcore2

    return httpcore2.default_ssl_context()


class _Network:
    """The network for one request: checks each address, and cuts every wait to what is left of the request's time."""

    def __init__(self, resolve: Resolve, ends_at: float, port: int, allow_loopback: bool) -> None:
        self._resolve, self._ends_at, self._port, self._allow_loopback = resolve, ends_at, port, allow_loopback

    def left_s(self) -> float:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def addresses(self, host: str, port: int) -> list[str]:
        """Those of the host that may be connected to, on this port.

        Raises:
            NotAllowed: there are only others.
            NotReached: there are none.
        """
        try:
            found = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError):
            raise NotReached(f"There is no site called {host}.") from None
        allowed = [
            address
            for address in found
            if is_permitted(address, allow_loopback=self._allow_loopback)
            and (port == self._port or (self._allow_loopback and is_loopback(address)))
        ]
        if found and not allowed:
            if port != self._port and any(is_permitted(address) for address in found):
                raise NotAllowed(f"Only the usual ports of the web are asked (80 and 443), not {port}.")
            raise NotAllowed("The address leads into a private network, where Frontdesk does not go.")
        return allowed

    def backend(self) -> httpcore2.NetworkBackend:
        import httpcore2

        network = self

        class Stream(httpcore2.NetworkStream):
            def __init__(self, inner: httpcore2.NetworkStream) -> None:
                self._inner = inner

            def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
                return self._inner.read(max_bytes, network.left_s())

            def write(self, buffer: bytes, timeout: float | None = None) -> None:
                self._inner.write(buffer, network.left_s())

            def close(self) -> None:
                self._inner.close()

            def start_tls(
                self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
            ) -> httpcore2.NetworkStream:
                return Stream(self._inner.start_tls(ssl_context, server_hostname, network.left_s()))

            def get_extra_info(self, info: str) -> Any:
                return self._inner.get_extra_info(info)

        class Backend(httpcore2.NetworkBackend):
            def connect_tcp(
                self,
                host: str,
                port: int,
                timeout: float | None = None,
                local_address: str | None = None,
                socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
            ) -> httpcore2.NetworkStream:
                refused: Exception = httpcore2.ConnectError("no address")
                for address in network.addresses(host, port)[:3]:
                    try:
                        wait_s = min(CONNECT_S, network.left_s())
                        return Stream(httpcore2.SyncBackend().connect_tcp(address, port, wait_s))
                    except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                        refused = error
                raise refused

        return Backend()
