"""What a platform's router does: takes connections on one port and passes them to a `web` that listens. In a thread."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

PIECE_BYTES = 1 << 16


class Router:
    """Forwards TCP to the first port of `behind` that takes the connection."""

    def __init__(self) -> None:
        self.behind: tuple[int, ...] = ()
        self.port = 0
        self.open = 0  # connections passed on right now
        self._loop = asyncio.new_event_loop()
        self._listens = threading.Event()
        self._thread = threading.Thread(target=self._run, name="router", daemon=True)
        self._thread.start()
        self._listens.wait(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512))
        self.port = server.sockets[0].getsockname()[1]
        self._listens.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for port in self.behind:
                try:
                    near, far = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    continue
                self.open += 1
                try:
                    await asyncio.gather(_pass_on(reader, far), _pass_on(near, writer))
                finally:
                    self.open -= 1
                return
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends; then the other is told."""
    with suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError):
        writer.close()
