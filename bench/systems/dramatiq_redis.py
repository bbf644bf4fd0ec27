"""Stock Dramatiq: its own RedisBroker with the middleware it comes with."""

from __future__ import annotations

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.systems.journal import work

dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))


@dramatiq.actor(queue_name="bench")
def run(number: int, sleep_ms: int, tenant: str, conversation: str | None, price: int, bulk: bool) -> None:
    work(number, sleep_ms)


def send(*job: object) -> None:
    run.send(*job)
