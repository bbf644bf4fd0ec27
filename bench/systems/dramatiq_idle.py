"""Stock Dramatiq with many queues: each has a consumer that polls and backs off on its own (to between 0.5 and 1 s).

So as many idle starts can be measured in the time of one.
"""

from __future__ import annotations

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.systems.journal import work

QUEUES = 24

dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))
actors = [dramatiq.actor(actor_name=f"run{queue}", queue_name=f"idle{queue}")(work) for queue in range(QUEUES)]


def send(number: int, sleep_ms: int, *ignored: object) -> None:
    actors[number % QUEUES].send(number, sleep_ms)
