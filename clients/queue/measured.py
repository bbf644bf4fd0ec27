"""What a clock measured of the whole deployment, for whoever shows metrics: one number per name, whichever clock it was.

A clock's own registry would not do: of several, each would go on showing what it measured last.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from clients.queue.async_queue import AsyncQueue
from clients.queue.connection import twice, twice_async
from clients.queue.queue import Queue
from clients.queue.scripts import PREFIX

KEY = f"{PREFIX}measured"
KEPT_S = 900  # what no clock has measured for so long is not known any more


def note(queue: Queue, values: Mapping[str, float]) -> None:
    """Replace what is known under these names."""
    at_s = time.time()
    pairs = [part for name, value in values.items() for part in (name, f"{value}@{at_s:.0f}")]
    twice(lambda: queue._redis.hset(KEY, items=pairs))


async def noted(queue: AsyncQueue) -> dict[str, float]:
    """What was measured lately, by name."""
    found = await twice_async(lambda: queue._redis.hgetall(KEY))
    known = {name.decode(): text.decode().split("@") for name, text in found.items()}
    return {name: float(value) for name, (value, at_s) in known.items() if time.time() - float(at_s) < KEPT_S}
