"""Fetching: to checked addresses only, bounded in time and bytes, following nothing."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clients.web.fetch import Fetcher, NotAllowed, NotReached, NotTaken

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n%s\r\n%s"


def whole(_: str) -> int:
    return 1024 * 1024


@contextmanager
def server(*answers: bytes, drip_s: float = 0) -> Iterator[tuple[int, list[bytes]]]:
    """Answers each connection with the next of these bytes; keeps what was asked."""
    asked: list[bytes] = []
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)

        def serve() -> None:
            left = list(answers)
            while not stopped.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    asked.append(connection.recv(65536))
                    try:
                        for byte in [left.pop(0)] if not drip_s else [bytes([b]) for b in left.pop(0)]:
                            connection.sendall(byte)
                            stopped.wait(drip_s)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], asked
        finally:
            stopped.set()
            thread.join()


def fetcher(*addresses: str, allow_loopback: bool = True, total_s: float = 3.0) -> tuple[Fetcher, list[str]]:
    """One whose names resolve to these addresses; and what it resolved."""
    resolved: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        resolved.append(host)
        return list(addresses)

    return Fetcher("Test", allow_loopback=allow_loopback, total_s=total_s, resolve=resolve), resolved


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "224.0.0.1",
    ],
)
def test_a_name_that_leads_into_a_private_network_is_never_connected_to(address):
    with server() as (port, asked):
        fetching, _ = fetcher(address, allow_loopback=False)
        for url in (f"http://rebound.example:{port}/", "http://rebound.example/", "https://rebound.example/"):
            with pytest.raises(NotAllowed, match="private network"):
                fetching.get(url, limit=whole)
        assert asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "localhost", "0"]
)
def test_however_loopback_is_written_it_is_refused(host):
    with pytest.raises((NotAllowed, NotReached)):
        Fetcher("Test", total_s=2.0).get(f"http://{host}/", limit=whole)


def test_the_address_that_was_checked_is_the_one_connected_to_under_the_sites_name():
    with server(PAGE % (b"", b"hello")) as (port, asked):
        fetching, resolved = fetcher("10.0.0.1", "127.0.0.1", "169.254.169.254")
        answer = fetching.get(f"http://site.example:{port}/a?b=c", limit=whole)
        assert answer.body == b"hello"
        assert resolved == ["site.example"]  # once: there is no second look that could say something else
        assert asked[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
        assert f"Host: site.example:{port}".encode() in asked[0]


def test_only_the_usual_ports_are_asked():
    fetching, _ = fetcher("93.184.215.14", allow_loopback=True)
    with pytest.raises(NotAllowed, match="not 22"):
        fetching.get("http://example.com:22/", limit=whole)


@pytest.mark.parametrize("url", ["ftp://example.com/", "file:///etc/passwd", "http://user@example.com/", "http:///x"])
def test_only_addresses_of_the_web_are_asked(url):
    with pytest.raises(NotAllowed):
        Fetcher("Test").get(url, limit=whole)


def test_a_redirect_is_told_and_not_followed():
    with server(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n") as (port, asked):
        answer = Fetcher("Test", allow_loopback=True).get(f"http://127.0.0.1:{port}/", limit=whole)
        assert (answer.status, answer.headers["location"], len(asked)) == (302, "http://10.0.0.1/", 1)


def test_headers_are_read_as_servers_write_them():
    head = "Location: /über\r\nX-Robots-Tag: otherbot: noindex\r\nX-Robots-Tag: nofollow\r\nContent-Length: 0\r\n\r\n"
    with server(b"HTTP/1.1 302 Found\r\n" + head.encode(), b"HTTP/1.1 302 Found\r\n" + head.encode("latin-1")) as (
        port,
        _,
    ):
        for _ in range(2):
            answer = Fetcher("Test", allow_loopback=True).get(f"http://127.0.0.1:{port}/", limit=whole)
            assert answer.headers["location"] == "/über"
            assert answer.headers["x-robots-tag"] == "otherbot: noindex\nnofollow"


def test_a_body_is_unpacked_as_far_as_it_is_taken():
    bomb = gzip.compress(b" " * 50_000_000, 9)
    with server(
        PAGE % (b"Content-Encoding: gzip\r\n", gzip.compress(b"hello")),
        PAGE % (b"Content-Encoding: deflate\r\n", zlib.compress(b"hello")),
        PAGE % (b"Content-Encoding: gzip\r\n", bomb),
        PAGE % (b"Content-Encoding: gzip, gzip\r\n", gzip.compress(bomb)),
        PAGE % (b"Content-Encoding: br\r\n", b"x"),
        PAGE % (b"Content-Encoding: gzip\r\n", b"not packed"),
        PAGE % (b"", b"x" * 2_000_000),
        PAGE % (b"", b"x" * 2_000_000),
    ) as (port, _):
        url, fetching = f"http://127.0.0.1:{port}/", Fetcher("Test", allow_loopback=True)
        assert fetching.get(url, limit=whole).body == b"hello"
        assert fetching.get(url, limit=whole).body == b"hello"
        for sentence in ("larger than 1 MiB", "not asked for", "not asked for", "broken", "larger than 1 MiB"):
            with pytest.raises(NotTaken, match=sentence):
                fetching.get(url, limit=whole)
        assert len(fetching.get(url, limit=whole, first_part=True).body) == 1024 * 1024


def test_a_server_that_drips_is_given_up_on_time():
    with (
        server(PAGE % (b"", b"x" * 500), drip_s=0.05) as (port, _),
        pytest.raises(NotReached, match=r"within 0\.5 seconds"),
    ):
        Fetcher("Test", allow_loopback=True, total_s=0.5).get(f"http://127.0.0.1:{port}/", limit=whole)


def test_what_is_not_wanted_is_not_read():
    with server(PAGE % (b"", b"x" * 100)) as (port, _):
        answer = Fetcher("Test", allow_loopback=True).get(f"http://127.0.0.1:{port}/", limit=lambda kind: 0)
        assert (answer.unwanted, answer.body) == (True, b"")


def test_nobody_there_is_a_sentence():
    fetching, _ = fetcher()
    with pytest.raises(NotReached, match="nobody answers"):
        fetching.get("http://example.com/", limit=whole)
    with pytest.raises(NotReached, match="no site called"):
        Fetcher("Test", resolve=lambda host, port: socket.getaddrinfo("", "x") and []).get(
            "http://x.example/", limit=whole
        )
