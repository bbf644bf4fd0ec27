"""A sender of one system in a process of its own: reads lists of jobs from its input, answers when each was sent.

`python -m bench.systems MODULE`. A line in is a JSON list of [at, and what the module's `send` takes]; `at` is an instant of
the monotonic clock, 0 at once. A line out is the list of the instants just before each job was handed over, and the
instant after the last.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any


def main() -> None:
    send = importlib.import_module(f"bench.systems.{sys.argv[1]}").send
    answer = _asynchronous(send) if inspect.iscoroutinefunction(send) else _synchronous(send)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


def _synchronous(send: Callable[..., None]) -> Callable[[list[Any]], list[float]]:
    def answer(jobs: list[Any]) -> list[float]:
        sent = []
        for at, *job in jobs:
            if at:
                time.sleep(max(0.0, at - time.monotonic()))
            sent.append(time.monotonic())
            send(*job)
        return [*sent, time.monotonic()]

    return answer


def _asynchronous(send: Callable[..., Awaitable[None]]) -> Callable[[list[Any]], list[float]]:
    loop = asyncio.new_event_loop()

    async def answer(jobs: list[Any]) -> list[float]:
        sent = []
        for at, *job in jobs:
            if at:
                await asyncio.sleep(max(0.0, at - time.monotonic()))
            sent.append(time.monotonic())
            await send(*job)
        return [*sent, time.monotonic()]

    return lambda jobs: loop.run_until_complete(answer(jobs))


if __name__ == "__main__":
    main()
