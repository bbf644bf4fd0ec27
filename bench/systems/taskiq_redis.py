"""taskiq on a Redis stream, the broker of taskiq-redis that acknowledges; blocking jobs run in its thread pool."""

from __future__ import annotations

import os

from taskiq_redis import RedisStreamBroker

from bench.systems.journal import work

broker = RedisStreamBroker(os.environ["REDIS_URL"], queue_name="bench")


@broker.task(task_name="bench.run")
def run(number: int, sleep_ms: int, tenant: str, conversation: str | None, price: int, bulk: bool) -> None:
    work(number, sleep_ms)


async def send(*job: object) -> None:
    await run.kiq(*job)
