"""Lets long waits end early when the process is told to stop: the server itself would wait for them first."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from types import FrameType


class Stopping:
    """Knows every long wait of the process and cuts them short on SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self.asked = False
        self._waits: set[asyncio.Timeout] = set()

    def stop(self) -> None:
        """End all waits, now and from now on."""
        self.asked = True
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            wait.reschedule(now)

    @contextlib.asynccontextmanager
    async def at_most(self, seconds: float) -> AsyncIterator[None]:
        """Raises TimeoutError after `seconds`, or when the process stops."""
        async with asyncio.timeout(0 if self.asked else seconds) as wait:
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the signals before the server does, which then acts as ever. Without effect outside the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def heard(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.stop)
            server = before[signal.Signals(number)]
            if callable(server):
                server(number, frame)

        for number in before:
            signal.signal(number, heard)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
