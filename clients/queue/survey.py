"""Questions about many tenants at once, each in one round trip: for the clock, which looks at all of them every minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from redis.client import Pipeline

from clients.queue.connection import twice
from clients.queue.queue import Queue
from clients.queue.records import Limits
from clients.queue.scripts import PREFIX

FIELDS = ("weight", "rate", "burst", "cap")


def stale_limits(queue: Queue, wanted: Mapping[str, Limits]) -> list[str]:
    """Those of these tenants whom the queue goes by other limits for: it lost them, or was away when they changed."""
    known = _ask(queue, lambda ask: [ask.hmget(f"{PREFIX}cfg:{tenant}", list(FIELDS)) for tenant in wanted])
    return [tenant for (tenant, limits), held in zip(wanted.items(), known, strict=True) if _limits(held) != limits]


def dead_letters_by_queue(queue: Queue, tenants: Sequence[str]) -> Counter[str]:
    """How many dead letters these tenants have."""
    found = _ask(queue, lambda ask: [ask.zrange(f"{PREFIX}dead:{tenant}", 0, -1) for tenant in tenants])
    keys = [
        f"{PREFIX}m:{tenant}:{name.decode()}" for tenant, names in zip(tenants, found, strict=True) for name in names
    ]
    queues = _ask(queue, lambda ask: [ask.hget(key, "q") for key in keys])
    return Counter(name.decode() for name in queues if name is not None)


def lost(queue: Queue, messages: Sequence[tuple[str, str]]) -> list[bool]:
    """Of each (tenant, message id), whether the queue knows it no more: not waiting, running, a dead letter or just settled."""
    known = _ask(queue, lambda ask: [ask.exists(f"{PREFIX}m:{tenant}:{name}") for tenant, name in messages])
    return [not there for there in known]


def _ask(queue: Queue, questions: Callable[[Pipeline], object]) -> list[Any]:
    def run() -> list[Any]:
        with queue._redis.pipeline(transaction=False) as pipeline:
            questions(pipeline)
            return pipeline.execute() if len(pipeline) else []

    return list(twice(run))


def _limits(held: list[bytes | None]) -> Limits:
    """As the scripts read it: what is missing is the default, an empty cap is none."""
    default = Limits()
    weight, rate, burst, cap = held
    return Limits(
        default.weight if weight is None else float(weight),
        default.rate_per_s if rate is None else float(rate),
        default.burst if burst is None else int(float(burst)),
        int(float(cap)) if cap else None,
    )
