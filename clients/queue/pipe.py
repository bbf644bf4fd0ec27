"""One connection to Redis for everything an event loop asks: what is asked within one turn of the loop goes out in one write.

redis-py opens it (URL forms, TLS, AUTH, SELECT); after that the socket is ours, because its client costs several times what
the command costs. Answers come in the order of the questions. Refuses to repeat anything: who may repeat a call does.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, cast

import hiredis
import redis.asyncio
from redis import exceptions
from redis._parsers import BaseParser

from clients.queue.connection import SOCKET_TIMEOUT_S

_MORE = object()  # the reader needs more bytes


class Pipe:
    """Calls in, answers out. Opens its connection at the first call, and anew at the first call after a loss."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._pool = client.connection_pool
        self._line: _Line | None = None
        self._opening: asyncio.Task[_Line] | None = None

    async def call(self, *command: str | bytes | int | float) -> Any:
        """One command's answer.

        Raises:
            redis.RedisError, OSError: as redis-py raises them; ConnectionError and TimeoutError leave open whether the
                command was carried out.
        """
        line = self._line
        if line is None or line.ended:
            line = await self._opened()
        return await line.ask(hiredis.pack_command(command))  # type: ignore[arg-type]  # any number of them

    def drop(self) -> None:
        """Give the connection up, with what waits on it: the server at its other end is no longer the right one."""
        if self._line is not None:
            self._line.end(exceptions.ConnectionError, "given up")

    async def close(self) -> None:
        """The same for good."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})
        self.drop()

    async def _opened(self) -> _Line:
        """One attempt for all who ask meanwhile; its failure is everybody's."""
        opening = self._opening
        if opening is None:
            opening = self._opening = asyncio.create_task(self._open(), name="redis")
            opening.add_done_callback(self._settled)
        return await asyncio.shield(opening)

    async def _open(self) -> _Line:
        connection: Any = self._pool.connection_class(**self._pool.connection_kwargs)
        await connection.connect()
        writer: asyncio.StreamWriter = connection._writer
        connection._reader = connection._writer = None  # it lets go of its socket
        return _Line(writer)

    def _settled(self, opening: asyncio.Task[_Line]) -> None:
        self._opening = None
        if not opening.cancelled() and opening.exception() is None:
            self._line = opening.result()


class _Line(asyncio.Protocol):
    """An open connection: commands of one turn of the loop in one write, answers to whoever waits longest."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer  # kept: it closes its transport when nobody holds it
        self._transport = cast(asyncio.Transport, writer.transport)
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=BaseParser.parse_error, notEnoughData=_MORE)
        self._waiting: deque[tuple[asyncio.Future[Any], float]] = deque()  # with the time it was asked
        self._unsent: list[bytes] = []
        self._paused = False
        self._watched = False
        self.ended = False
        self._transport.set_protocol(self)

    def ask(self, command: bytes) -> asyncio.Future[Any]:
        """Send with all that is asked in this turn of the loop."""
        future: asyncio.Future[Any] = self._loop.create_future()
        if self.ended:
            future.set_exception(exceptions.ConnectionError("the connection was closed"))
            return future
        self._waiting.append((future, self._loop.time()))
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent.append(command)
        if not self._watched:
            self._watched = True
            self._loop.call_later(SOCKET_TIMEOUT_S, self._watch)
        return future

    def end(self, kind: type[Exception], reason: str) -> None:
        """Close; everybody who waits gets the error."""
        if self.ended:
            return
        self.ended = True
        self._transport.abort()
        self._unsent.clear()
        while self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_exception(kind(reason))  # one each: an exception that is raised twice mixes up its traces

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not _MORE:
                future, _ = self._waiting.popleft()
                if future.done():  # nobody wants to know any more
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        except (hiredis.ProtocolError, IndexError) as error:
            self.end(exceptions.InvalidResponse, str(error))

    def connection_lost(self, error: Exception | None) -> None:
        self.end(exceptions.ConnectionError, str(error or "the connection was closed"))

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._send()

    def _send(self) -> None:
        if self._unsent and not self._paused:
            self._transport.write(b"".join(self._unsent))
            self._unsent.clear()

    def _watch(self) -> None:
        """One timer for all: whoever waits longest must not have waited too long."""
        self._watched = False
        if not self._waiting:
            return
        left = self._waiting[0][1] + SOCKET_TIMEOUT_S - self._loop.time()
        if left <= 0:
            self.end(exceptions.TimeoutError, "no answer in time")
        else:
            self._watched = True
            self._loop.call_later(left, self._watch)
