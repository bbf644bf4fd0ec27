"""HTTP/1.1 as bytes: requests that no proper client would send, by the thousand, over connections that are kept open.

Standard library alone; what an answer means is judged elsewhere.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

ANSWER_WITHIN_S = 40.0
HEAD_LIMIT_BYTES = 256 * 1024
PORT_BYTES = 64 * 1024

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sent:
    """One request. `target` and headers are written as Latin-1, so they may hold any byte."""

    what: str  # for whoever reads a failure
    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""

    def raw(self) -> bytes:
        headers = [("Host", "frontdesk.example"), *self.headers]
        names = {name.lower() for name, _ in headers}
        if self.body and not names & {"content-length", "transfer-encoding"}:
            headers.append(("Content-Length", str(len(self.body))))
        head = f"{self.method} {self.target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
        return head.encode("latin-1") + b"\r\n" + self.body

    def having(self, *headers: tuple[str, str]) -> Sent:
        """With these headers instead of those of the same names."""
        names = {name.lower() for name, _ in headers}
        return replace(self, headers=(*(each for each in self.headers if each[0].lower() not in names), *headers))


@dataclass(frozen=True)
class Answer:
    """`status` 0: the server closed the connection without a word."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    took_s: float = 0.0

    def header(self, name: str) -> str | None:
        return next((value for each, value in self.headers if each == name), None)

    @property
    def streams(self) -> bool:
        return (self.header("content-type") or "").startswith("text/event-stream")


class Connection:
    """One that is opened when it is needed and again when the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, raw: bytes, *, head_only: bool = False) -> Answer:
        """The answer to one request; asked once more where a kept connection turns out to be closed."""
        fresh = self._writer is None
        try:
            return await asyncio.wait_for(self._ask(raw, head_only), ANSWER_WITHIN_S)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            return Answer(0) if fresh else await self.ask(raw, head_only=head_only)

    async def _ask(self, raw: bytes, head_only: bool) -> Answer:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=HEAD_LIMIT_BYTES)
        reader, writer = self._reader, self._writer
        assert reader is not None
        sending = asyncio.ensure_future(_write(writer, raw))  # it may answer and close before it has read all
        try:
            answer = await read_answer(reader, head_only=head_only)
        finally:
            sending.cancel()
        if answer.streams or answer.header("connection") == "close" or not sending.done():
            self.close()
        return answer

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def _write(writer: asyncio.StreamWriter, raw: bytes) -> None:
    with suppress(ConnectionError):
        for start in range(0, len(raw), PORT_BYTES):
            writer.write(raw[start : start + PORT_BYTES])
            await writer.drain()


async def read_answer(reader: asyncio.StreamReader, *, head_only: bool = False) -> Answer:
    """The next answer on a connection; of a stream of events the first."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")[:-2]
    status = int(first.split(" ")[1])
    if status < 200:
        return await read_answer(reader, head_only=head_only)
    pairs = [line.partition(":") for line in lines]
    answer = Answer(status, tuple((name.strip().lower(), value.strip()) for name, _, value in pairs))
    if head_only or status in {204, 304}:
        return answer
    if answer.header("transfer-encoding") == "chunked":
        return replace(answer, body=await _chunks(reader, first_only=answer.streams))
    length = answer.header("content-length")
    assert length is not None, head
    return replace(answer, body=await reader.readexactly(int(length)))


async def _chunks(reader: asyncio.StreamReader, *, first_only: bool) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
        if first_only:
            return body
    await reader.readexactly(2)
    return body


async def send_all(port: int, requests: Sequence[Sent], connections: int = 24) -> list[Answer]:
    """Their answers in the same order."""
    answers: list[Answer | None] = [None] * len(requests)
    numbers = itertools.count()

    async def work() -> None:
        connection = Connection(port)
        while (number := next(numbers)) < len(requests):
            sent = requests[number]
            began = time.monotonic()
            answer = await connection.ask(sent.raw(), head_only=sent.method == "HEAD")
            answers[number] = replace(answer, took_s=time.monotonic() - began)
        connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(work())
    return [answer for answer in answers if answer is not None]


async def whole_exchange(port: int, raw: bytes, silent_s: float) -> bytes:
    """Everything the server says to these bytes until it closes, or is silent for so long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    sending = asyncio.ensure_future(_write(writer, raw))
    try:
        with suppress(TimeoutError, ConnectionError):
            while True:
                async with asyncio.timeout(silent_s):
                    more = await reader.read(PORT_BYTES)
                if not more:
                    break
                said += more
    finally:
        sending.cancel()
        writer.close()
    return said
