"""Callers in no hurry: bodies and heads that never end, held open while others are served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.hostile.wire import Answer, read_answer

PACE_S = 0.5  # between two bytes
WITHIN_S = 30.0


async def drip(port: int, start: bytes, piece: bytes) -> tuple[Answer, float]:
    """What the server says to a request that goes on for ever, and when; status 0 when it just closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    writer.write(start)
    answering = asyncio.ensure_future(read_answer(reader))
    try:
        while not answering.done() and time.monotonic() - began < WITHIN_S:
            with suppress(ConnectionError):
                writer.write(piece)
                await writer.drain()
            await asyncio.wait([answering], timeout=PACE_S)
        try:
            return answering.result(), time.monotonic() - began
        except (asyncio.IncompleteReadError, ConnectionError):
            return Answer(0), time.monotonic() - began
    finally:
        answering.cancel()
        writer.close()


async def drip_all(port: int, requests: list[tuple[bytes, bytes]]) -> list[tuple[Answer, float]]:
    """All of them at once."""
    return list(await asyncio.gather(*(drip(port, start, piece) for start, piece in requests)))


@asynccontextmanager
async def unfinished(port: int, start: bytes, count: int) -> AsyncIterator[None]:
    """So many connections that began to say something and stay silent."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for _, writer in opened:
        writer.write(start)
    try:
        yield
    finally:
        for _, writer in opened:
            writer.close()
