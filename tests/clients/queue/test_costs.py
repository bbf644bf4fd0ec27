"""What a tenant is charged: an estimate at dispatch, corrected when the job ends or is lost."""

from __future__ import annotations

import redis

from clients.queue import Back, Done, Later, Limits, Queue
from tests.clients.queue.cast import ALICE, MALLORY, Clock, Task, Worker


def counter(store: redis.Redis, tenant: str = ALICE) -> float | None:
    """Of a ready tenant, or of an absent one that is above the virtual time."""
    found = store.zscore("{fd1}:r:tasks", tenant)
    return float(found) if found is not None else store.zscore("{fd1}:v:tasks", tenant)  # type: ignore[return-value]


def backlog(queue: Queue, number: int, cost: int, tenant: str = ALICE) -> None:
    for _ in range(number):
        queue.enqueue(Task(tenant_id=tenant, cost=cost))


def test_a_job_that_cost_more_is_paid_with_the_next_dispatch(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    backlog(queue, 3, cost=10)
    (entry,) = worker.fetch()
    worker.settle(entry, Done(cost=25))
    assert counter(store) == 10
    worker.fetch()
    assert counter(store) == 35


def test_a_job_that_cost_less_makes_the_next_ones_cheaper_but_never_negative(
    queue: Queue, worker: Worker, store: redis.Redis
) -> None:
    backlog(queue, 4, cost=10)
    (entry,) = worker.fetch()
    worker.settle(entry, Done(cost=0))
    (second,) = worker.fetch()
    assert counter(store) == 10
    worker.settle(second, Done(cost=3))
    worker.fetch()
    assert counter(store) == 13


def test_an_absent_tenant_is_corrected_at_once(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    backlog(queue, 1, cost=10)
    (entry,) = worker.fetch()
    worker.settle(entry, Done(cost=14))
    assert counter(store) == 14


def test_a_correction_is_weighted(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    queue.set_limits(ALICE, Limits(weight=4))
    backlog(queue, 1, cost=8)
    (entry,) = worker.fetch()
    worker.settle(entry, Done(cost=16))
    assert counter(store) == 4


def test_what_goes_back_was_not_charged(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    backlog(queue, 2, cost=10)
    (entry,) = worker.fetch()
    worker.settle(entry, Back())
    worker.fetch()
    assert counter(store) == 10


def test_a_dead_worker_costs_its_tenants_nothing(
    queue: Queue, worker: Worker, other_worker: Worker, store: redis.Redis, clock: Clock
) -> None:
    backlog(queue, 2, cost=10)
    worker.report()
    worker.fetch()
    assert counter(store) == 10
    for _ in range(6):
        clock.advance(1000)
        other_worker.report()
    other_worker.fetch()
    assert counter(store) == 10


def test_a_held_message_is_charged_what_it_used(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    backlog(queue, 1, cost=1000)
    backlog(queue, 5, cost=1, tenant=MALLORY)
    (entry,) = worker.fetch()
    assert entry.tenant_id == ALICE
    worker.settle(entry, Later(0, cost=1))
    assert [each.tenant_id for each in worker.fetch(4)].count(ALICE) == 1


def test_a_debt_that_others_have_overtaken_is_forgotten(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    backlog(queue, 1, cost=1)
    (entry,) = worker.fetch()
    backlog(queue, 30, cost=1, tenant=MALLORY)
    worker.fetch(20)
    worker.settle(entry, Done(cost=5))
    assert store.zscore("{fd1}:v:tasks", ALICE) is None
