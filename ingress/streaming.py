"""A turn as server-sent events: sentences as they are released, then the end. A caller who leaves frees its place at once."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import anyio
from starlette.types import Receive, Scope, Send

from clients.queue import ENDS, Event
from ingress.feed import Feed

COMMENT_EVERY_S = 15.0  # proxies close what is silent for 30-60 s
STREAM_LIMIT_S = 660.0  # every turn ends within ten minutes
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold sentences back
}
NAMES = {"handed_over": "done"}  # what the surface calls it
CUT = "The connection ends before the answer. Repeat the request with the same Idempotency-Key to go on."


class EventStream:
    """An ASGI response that owns what is `held` for its frames and lets go of it however it ends."""

    def __init__(self, frames: AsyncIterator[bytes], held: AsyncExitStack, headers: dict[str, str]) -> None:
        self._frames = frames
        self._held = held
        self._headers = [(name.lower().encode(), value.encode()) for name, value in (HEADERS | headers).items()]

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        async with self._held, anyio.create_task_group() as group:
            group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
            await send({"type": "http.response.start", "status": 200, "headers": self._headers})
            async for frame in self._frames:
                await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            group.cancel_scope.cancel()


async def frames(feed: Feed) -> AsyncIterator[bytes]:
    """The wire form of a turn's events, up to the last."""
    until = time.monotonic() + STREAM_LIMIT_S
    yield b": accepted\n\n"
    while True:
        event = await feed.next(COMMENT_EVERY_S)
        if event is not None:
            yield _frame(event)
            if event.kind in ENDS:
                return
        elif feed.stopping or time.monotonic() > until:
            yield text("error", {"error": "unavailable", "detail": CUT, "turn_id": feed.turn_id})
            return
        else:
            yield b": waiting\n\n"
            await feed.look()  # an end may have been recorded and its event lost with the process that told it


def _frame(event: Event) -> bytes:
    data = {"n": event.n, **event.data} if event.kind == "sentence" else event.data
    return text(NAMES.get(event.kind, event.kind), data)


def text(name: str, data: dict[str, Any]) -> bytes:
    """One event in its wire form."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


async def _cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
