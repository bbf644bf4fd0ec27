"""Which tenants the queue goes by other limits for than it should: it lost them, or was away when they changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clients.queue.connection import twice
from clients.queue.queue import Queue
from clients.queue.records import Limits
from clients.queue.scripts import PREFIX

FIELDS = ("weight", "rate", "burst", "cap")


def stale_limits(queue: Queue, wanted: Mapping[str, Limits]) -> list[str]:
    """Those of these tenants, in one round trip. A tenant the queue knows nothing of has the defaults."""

    def ask() -> list[Any]:
        with queue._redis.pipeline(transaction=False) as pipeline:
            for tenant_id in wanted:
                pipeline.hmget(f"{PREFIX}cfg:{tenant_id}", list(FIELDS))
            return pipeline.execute()

    known = twice(ask)
    return [tenant for (tenant, limits), held in zip(wanted.items(), known, strict=True) if _read(held) != limits]


def _read(held: list[bytes | None]) -> Limits:
    """As the scripts read it: what is missing is the default, an empty cap is none."""
    default = Limits()
    weight, rate, burst, cap = held
    return Limits(
        default.weight if weight is None else float(weight),
        default.rate_per_s if rate is None else float(rate),
        default.burst if burst is None else int(float(burst)),
        int(float(cap)) if cap else None,
    )
