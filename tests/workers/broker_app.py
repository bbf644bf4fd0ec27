"""What the `dramatiq` command runs in test_broker: one actor that notes where it runs and waits to be let go."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import ClassVar

import dramatiq

from clients.queue import Queue, connect
from config.errors import Cancelled
from models.jobs import Job
from models.turn import Delivery
from workers.broker import QueueBroker, actor

client = connect(os.environ["REDIS_URL"], max_connections=6)
broker = QueueBroker(Queue(client), grace_s=1.0)
dramatiq.set_broker(broker)


@dataclass(frozen=True, kw_only=True)
class Errand(Job):
    name: ClassVar[str] = "errand.run"
    queue: ClassVar[str] = "errands"

    obeys: bool = True


@actor(Errand, broker=broker)
def run_errand(job: Errand, delivery: Delivery) -> None:
    client.rpush("started", f"{os.getpid()} {delivery.number}")
    while not client.exists("let go"):
        if job.obeys and broker.stopping.is_set():
            raise Cancelled("the process stops")
        time.sleep(0.01)
    client.rpush("ended", f"{os.getpid()} {delivery.number}")
