"""What the accept script counted: accepted visitor messages by day and tenant, kept for 8 days."""

from __future__ import annotations

from datetime import date

from clients.queue.connection import twice
from clients.queue.queue import Queue
from clients.queue.scripts import PREFIX

EPOCH = date(1970, 1, 1)


def accepted_on(queue: Queue, day: date) -> dict[str, int]:
    """Visitor messages accepted on a day (UTC, by the queue's clock), by tenant."""
    counts = twice(lambda: queue._redis.hgetall(f"{PREFIX}acc:{(day - EPOCH).days}"))
    return {tenant.decode(): int(count) for tenant, count in counts.items()}
