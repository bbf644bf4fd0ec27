"""One bounded call against servers that misbehave on the wire: what was written, how long it took, how much came."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from clients.channels import NotSent, Unknown
from clients.channels.http import Answer, call

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextlib.contextmanager
def server(behaviour: Behaviour) -> Iterator[str]:
    """Accepts connections and lets `behaviour` mistreat each."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        behaviour(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def whole_request(connection: socket.socket) -> bytes:
    """Head and body, which may come apart; closing with some of it unread would reset the connection."""
    read = b""
    while not read.endswith(b"{}") and (more := connection.recv(65_536)):
        read += more
    return read


def ask(url: str, *, total_s: float = 0.5, limit_bytes: int = 1000) -> Answer:
    return call("POST", url, headers={}, content=b"{}", total_s=total_s, limit_bytes=limit_bytes)


def drip(start: bytes, piece: bytes) -> Behaviour:
    """Never silent for long, never done."""

    def behaviour(connection: socket.socket) -> None:
        whole_request(connection)
        connection.sendall(start)
        connection.settimeout(0.05)
        for _ in range(100):
            connection.sendall(piece)
            with contextlib.suppress(TimeoutError):
                if connection.recv(1) == b"":
                    return

    return behaviour


def say(answer: bytes) -> Behaviour:
    def behaviour(connection: socket.socket) -> None:
        whole_request(connection)
        connection.sendall(answer)

    return behaviour


def test_an_answer_comes_back_with_lower_case_headers() -> None:
    with server(say(OK + b"Content-Length: 2\r\nX-One: a\r\n\r\n{}")) as url:
        answer = ask(url)
    assert (answer.status, answer.body, answer.headers["x-one"], answer.oversized) == (200, b"{}", "a", False)


@pytest.mark.parametrize(
    "behaviour",
    [
        say(b""),  # closes after reading
        say(b"nonsense\r\n\r\n"),
        say(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"),
        say(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000),
        drip(b"", b"H"),  # a status line, letter by letter
        drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
)
def test_no_whole_answer_in_time_is_unknown(behaviour: Behaviour) -> None:
    with server(behaviour) as url:
        started = time.monotonic()
        with pytest.raises(Unknown):
            ask(url)
        assert time.monotonic() - started < 1.0


def test_a_connection_nobody_accepts_is_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(NotSent):
        ask(f"http://127.0.0.1:{port}/")


def test_a_tls_handshake_that_fails_is_not_sent() -> None:
    with server(say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as url, pytest.raises(NotSent):
        ask(url.replace("http:", "https:"))


def test_a_tls_handshake_that_hangs_is_not_sent() -> None:
    with server(drip(b"", b"")) as url, pytest.raises(NotSent):
        ask(url.replace("http:", "https:"), total_s=0.3)


def test_an_answer_over_the_limit_is_dropped() -> None:
    with server(say(OK + b"Content-Length: 5000\r\n\r\n" + b"x" * 5_000)) as url:
        answer = ask(url)
    assert (answer.status, answer.body, answer.oversized) == (200, b"", True)


def test_no_redirect_is_followed_and_no_cookie_kept() -> None:
    seen: list[bytes] = []

    def behaviour(connection: socket.socket) -> None:
        seen.append(whole_request(connection))
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\r\n"
            b"Connection: close\r\nContent-Length: 0\r\n\r\n"  # or the next request may meet its end
        )

    with server(behaviour) as url:
        assert [ask(url).status, ask(url).status] == [302, 302]
    assert len(seen) == 2
    assert all(b"cookie" not in each.lower() and b"elsewhere" not in each for each in seen)
    assert all(b"accept-encoding: identity" in each.lower() for each in seen)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with server(say(OK + b"Content-Length: 2\r\n\r\n{}")) as url:
        assert ask(url).status == 200
