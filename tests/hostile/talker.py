"""A server that says what it likes to whoever connects: a vendor gone mad. Loopback only, in a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

LONGEST_TALK = 4000  # lines or pieces that even an endless talker says

Talk = Callable[[socket.socket], None]


@dataclass
class Talker:
    """Says `talk` to whoever connects from now on, one after the other."""

    port: int
    talk: Talk


@contextmanager
def talking(talk: Talk) -> Iterator[Talker]:
    """Running."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        talker = Talker(listener.getsockname()[1], talk)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(5)
                        talker.talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield talker
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def http(answer: bytes, content_type: bytes = b"application/json", status: bytes = b"200 OK") -> Talk:
    """This body to every request."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (status, content_type, len(answer))
        connection.sendall(head + b"Connection: close\r\n\r\n" + answer)

    return talk


def events(*datas: bytes, then_endlessly: bytes = b"") -> Talk:
    """A stream of these, and perhaps of one more without end."""

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        for data in datas:
            connection.sendall(b"data: " + data + b"\n\n")
        for _ in range(LONGEST_TALK if then_endlessly else 0):
            connection.sendall(b"data: " + then_endlessly + b"\n\n")

    return talk


def lines(*said: bytes) -> Talk:
    """One line for each that is heard, as SMTP goes; an empty one hangs up."""

    def talk(connection: socket.socket) -> None:
        with connection.makefile("rb") as heard:
            for line in said:
                if not line:
                    return
                connection.sendall(line + b"\r\n")
                if not heard.readline():
                    return

    return talk


def read_request(connection: socket.socket) -> bytes:
    """Head and body; closing with some of it unread would reset the connection."""
    read = b""
    while b"\r\n\r\n" not in read and (more := connection.recv(65_536)):
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length and (more := connection.recv(65_536)):
        body += more
    return body
