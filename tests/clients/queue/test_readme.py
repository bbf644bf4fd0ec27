"""The worked example of clients/queue/README.md, step by step."""

from __future__ import annotations

from typing import Any

import redis

from clients.queue import Done, Entry, Queue
from tests.clients.queue.cast import Clock, Task, Worker, label

ALICE, BOB = "alice", "bob"


def ready(store: redis.Redis) -> dict[str, float]:
    members: Any = store.zrange("{fd1}:r:tasks", 0, -1, withscores=True)
    return {tenant.decode(): counter for tenant, counter in members}


def labels(entries: list[Entry]) -> list[str]:
    return [label(entry) for entry in entries]


def test_the_worked_example_happens_as_told(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock, store: redis.Redis
) -> None:
    assert worker.fetch() == []
    queue.enqueue(Task(tenant_id=ALICE, label="a1", key="X"))
    queue.enqueue(Task(tenant_id=ALICE, label="a2", key="X"))
    queue.enqueue(Task(tenant_id=ALICE, label="a3"))
    assert queue.wait(worker.name, 1)
    assert ready(store) == {ALICE: 0}
    (a1,) = worker.fetch()
    assert label(a1) == "a1"
    assert ready(store) == {ALICE: 1}
    queue.enqueue(Task(tenant_id=BOB, label="b1"))
    assert ready(store) == {BOB: 0, ALICE: 1}
    assert labels(worker.settle(a1, count=1).messages) == ["b1"]
    assert store.zscore("{fd1}:v:tasks", BOB) == 1
    assert ready(store) == {ALICE: 1}
    clock.advance(4500)
    other_worker.report()
    clock.advance(1000)
    other_worker.report()
    assert ready(store) == {ALICE: 1, BOB: 0}
    b1, a2 = other_worker.fetch(2)
    assert (label(b1), b1.delivery, label(a2)) == ("b1", 2, "a2")
    assert ready(store) == {ALICE: 2}
    assert store.zscore("{fd1}:v:tasks", BOB) is None
    assert store.get("{fd1}:vt:tasks") == b"1"
    other_worker.settle(b1, Done(cost=3))
    assert store.zscore("{fd1}:v:tasks", BOB) == 3
    queue.enqueue(Task(tenant_id=BOB, label="b2"))
    assert ready(store) == {ALICE: 2, BOB: 3}
    assert labels(other_worker.fetch(2)) == ["a3", "b2"]
