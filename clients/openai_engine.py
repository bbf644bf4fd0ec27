"""The one event loop on which a process's model calls run, and the pipe that brings their text to worker threads.

200 calls cost 200 small tasks and sockets here, not 200 clients; a slow reader holds back its own socket only.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import itertools
import logging
import os
import re
import threading
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

_MAY_END = re.compile(r"[.!?\n…。！？؟।]")

CONNECTIONS, IDLE_CONNECTIONS, IDLE_S = 1_000, 200, 30.0  # of all pools together
POOLS = 20
RESOLVER_THREADS = 2  # host names are looked up in threads; the default would be up to 32 of them
PIPE_PIECES = 64  # pieces read ahead of a slow reader before the socket is left alone


def load() -> None:
    """Import the SDK."""
    import openai.resources.chat.completions  # noqa: F401  # it loads its resources when first used


class Engine:
    """The event-loop thread and the one client that lives on it."""

    def __init__(self, api_key: str, base_url: str | None, *, connect_s: float, read_s: float) -> None:
        import httpx2
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        for name in ("openai", "httpx2", "httpcore2"):  # at DEBUG they write whole requests: visitors' words
            logging.getLogger(name).setLevel(logging.WARNING)
        self.process_id = os.getpid()
        timeout = httpx2.Timeout(read_s, connect=connect_s)
        self.client = AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            http_client=DefaultAsyncHttpxClient(transport=_pools(), timeout=timeout),
        )
        self.loop = _new_loop()
        self.loop.set_default_executor(
            concurrent.futures.ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="language-model-resolver")
        )
        self._thread = threading.Thread(target=self.loop.run_forever, name="language-model", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def close(self) -> None:
        with contextlib.suppress(TimeoutError):  # a hanging close must not hang the process
            self.submit(self._end()).result(timeout=5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self.loop.close()

    async def _end(self) -> None:
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.client.close()
        await self.loop.shutdown_default_executor()


def _pools() -> httpx2.AsyncBaseTransport:
    """Several small pools of connections, used in turn.

    A pool asks the socket of each idle connection whether it is still open, at every request and again at its end:
    with a hundred of them in one pool that was half the time of a call.
    """
    import httpx2

    class Pools(httpx2.AsyncBaseTransport):
        def __init__(self) -> None:
            limits = httpx2.Limits(
                max_connections=CONNECTIONS // POOLS,
                max_keepalive_connections=IDLE_CONNECTIONS // POOLS,
                keepalive_expiry=IDLE_S,
            )
            trust = httpx2.create_ssl_context()  # one for all: it reads every certificate authority there is
            pools = [httpx2.AsyncHTTPTransport(verify=trust, limits=limits) for _ in range(POOLS)]
            self._next = itertools.cycle(pools)

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            return await next(self._next).handle_async_request(request)

        async def aclose(self) -> None:
            for _ in range(POOLS):
                await next(self._next).aclose()

    return Pools()


def _new_loop() -> asyncio.AbstractEventLoop:
    """uvloop where it exists: a fifth less CPU for 200 streams."""
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


class Pipe:
    """Carries pieces from the loop to one worker thread, bounded.

    What is released are whole sentences, so the thread is woken where one may have ended and by the piece after that,
    not for each token: waking it for all of them cost more than reading them (200 streams: 216 against 150 µs of CPU a piece).
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._changed = threading.Condition()
        self._pieces: list[str] = []
        self._due = False
        self._sentence_ended = False
        self._ended = False
        self._room = asyncio.Event()

    async def put(self, piece: str) -> None:
        """Hand over one piece; waits while the reader is too far behind."""
        after_end, self._sentence_ended = self._sentence_ended, _MAY_END.search(piece) is not None
        with self._changed:
            self._pieces.append(piece)
            full = len(self._pieces) >= PIPE_PIECES
            if full:
                self._room.clear()
            if full or after_end or self._sentence_ended:
                self._due = True
                self._changed.notify()
        if full:
            await self._room.wait()

    def end(self) -> None:
        """No more pieces will come."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def take(self, timeout_s: float) -> tuple[str, bool]:
        """What has come when a sentence may be whole, or after `timeout_s`; and whether that was all."""
        with self._changed:
            if not self._due and not self._ended:
                self._changed.wait(timeout_s)
            pieces, self._pieces, self._due = self._pieces, [], False
            ended = self._ended
        if len(pieces) >= PIPE_PIECES:
            self._loop.call_soon_threadsafe(self._room.set)
        return "".join(pieces), ended
