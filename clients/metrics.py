"""Carries metric samples between processes through Redis: `web`'s /metrics shows the workers of every machine."""

from __future__ import annotations

import threading
import time
from typing import Any

import redis
import structlog

from config import metrics

PREFIX = "{fd1}:metrics:"
INDEX = "{fd1}:metrics"  # sorted set: process -> last published, seconds
EVERY_S = 5.0
KEPT_S = 30

log = structlog.get_logger()


def publish(client: redis.Redis, process: str, at_s: float) -> None:
    """Store this process's samples under its stable name."""
    pipeline = client.pipeline(transaction=False)
    pipeline.set(PREFIX + process, metrics.samples(), ex=KEPT_S)
    pipeline.zadd(INDEX, {process: at_s})
    pipeline.zremrangebyscore(INDEX, "-inf", at_s - KEPT_S)
    pipeline.execute()


async def collect(client: Any, at_s: float) -> dict[str, str]:
    """The samples of every process that published lately, by process; `client` is a redis.asyncio.Redis."""
    names = [_text(name) for name in await client.zrangebyscore(INDEX, at_s - KEPT_S, "+inf")]
    if not names:
        return {}
    values = await client.mget([PREFIX + name for name in names])
    return {name: _text(value) for name, value in zip(names, values, strict=True) if value is not None}


class Publisher(threading.Thread):
    """Publishes every few seconds until stopped; a lost Redis is only a gap in the samples."""

    def __init__(self, client: redis.Redis, process: str) -> None:
        super().__init__(name="metrics", daemon=True)
        self._client = client
        self._process = process
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(EVERY_S):
            try:
                publish(self._client, self._process, time.time())
            except Exception:
                log.warning("metrics.publish.failed")
                self._client.connection_pool.disconnect()  # from a demoted primary, too: the next try finds the new one

    def stop(self) -> None:
        self._stopped.set()


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
