"""Dead letters, and looking into the queue."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
import redis

from clients.queue import AsyncQueue, Dead, Queue, connect_async
from tests.clients.queue.cast import ALICE, MALLORY, Task, Worker


@pytest.fixture
def queue(store: redis.Redis) -> Queue:
    """By the real clock: ages are shown against it."""
    return Queue(store)


def die(queue: Queue, worker: Worker, *labels: str) -> None:
    for label in labels:
        queue.enqueue(Task(label=label, key="k"))
        worker.settle(worker.fetch()[0], Dead("KeyError", "why", "workers/answer.py:12 answer"))


def test_dead_letters_are_listed_by_page_without_what_they_say(queue: Queue, worker: Worker) -> None:
    die(queue, worker, "secret-1", "secret-2", "secret-3")
    assert len(queue.dead_letters(ALICE)) == 3
    (letter,) = queue.dead_letters(ALICE, skip=2, limit=5)
    assert (letter.queue, letter.job, letter.error, letter.message) == ("tasks", "task.run", "KeyError", "why")
    assert "secret" not in repr(letter)
    assert abs(letter.died_at_ms - time.time() * 1000) < 60_000
    assert queue.dead_letters(MALLORY) == []


def test_a_dead_letter_that_is_retried_runs_as_if_it_were_new(queue: Queue, worker: Worker) -> None:
    payload = json.dumps({"actor_name": "x", "kwargs": {"label": "a"}, "options": {"attempts": 5, "request_id": "r"}})
    queue.push(payload.encode(), message_id="m", tenant_id=ALICE, queue="tasks")
    worker.settle(worker.fetch()[0], Dead("KeyError"))
    assert queue.retry_dead(ALICE, "m")
    (again,) = worker.fetch()
    assert (again.delivery, json.loads(again.payload)["options"]) == (2, {"request_id": "r"})
    assert queue.dead_letters(ALICE) == []
    worker.done(again)
    assert queue.depth("tasks") == {}


def test_a_dead_letter_of_another_tenant_is_nobodys(queue: Queue, worker: Worker) -> None:
    die(queue, worker, "a")
    (letter,) = queue.dead_letters(ALICE)
    assert not queue.retry_dead(MALLORY, letter.message_id)
    assert not queue.drop_dead(MALLORY, letter.message_id)


def test_a_dropped_letter_is_gone(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    die(queue, worker, "a")
    (letter,) = queue.dead_letters(ALICE)
    assert queue.drop_dead(ALICE, letter.message_id)
    assert not queue.retry_dead(ALICE, letter.message_id)
    assert not store.exists(f"{{fd1}}:m:{ALICE}:{letter.message_id}")


def test_a_queue_shows_its_depth_age_and_who_waits(queue: Queue, worker: Worker) -> None:
    for tenant in (ALICE, ALICE, MALLORY):
        queue.enqueue(Task(tenant_id=tenant))
    (state,) = queue.queue_states(["tasks"])
    assert (state.depth, state.tenants, state.ready, state.in_flight) == (3, 2, 2, 0)
    assert state.oldest_ms is not None
    assert 0 <= state.oldest_ms < 60_000
    worker.fetch(3)
    (state,) = queue.queue_states(["tasks"])
    assert (state.depth, state.tenants, state.ready, state.in_flight, state.oldest_ms) == (3, 0, 0, 3, None)


def test_the_oldest_message_is_found_although_another_release_took_it(
    queue: Queue, worker: Worker, store: redis.Redis
) -> None:
    store.zadd("{fd1}:o:tasks", {"tenant-gone": 1, ALICE: 2})
    queue.enqueue(Task())
    (state,) = queue.queue_states(["tasks"])
    assert (state.tenants, state.oldest_ms is not None) == (1, True)


def test_top_tenants_are_those_served_most(queue: Queue, worker: Worker) -> None:
    for _ in range(3):
        queue.enqueue(Task(tenant_id=ALICE, cost=2))
    queue.enqueue(Task(tenant_id=MALLORY, cost=50))
    worker.fetch(4)
    top = queue.top_tenants("tasks")
    assert [(each.tenant_id, each.cost, each.starts) for each in top] == [(MALLORY, 50, 1), (ALICE, 6, 3)]
    assert all(0 <= each.mean_wait_ms < 60_000 for each in top)
    (own, none) = queue.tenant_services(ALICE, ["tasks", "urgent"])
    assert (own.cost, own.depth, none.starts) == (6, 3, 0)


def test_the_event_loop_sees_the_same(queue: Queue, worker: Worker, valkey_url: str) -> None:
    die(queue, worker, "a")
    queue.enqueue(Task())
    worker.fetch()

    async def look() -> None:
        front = AsyncQueue(connect_async(valkey_url, max_connections=2))
        assert await front.queue_states(["tasks"]) == queue.queue_states(["tasks"])
        assert await front.top_tenants("tasks") == queue.top_tenants("tasks")
        assert await front.tenant_services(ALICE, ["tasks"]) == queue.tenant_services(ALICE, ["tasks"])
        (letter,) = await front.dead_letters(ALICE)
        assert await front.retry_dead(ALICE, letter.message_id)
        assert not await front.drop_dead(ALICE, letter.message_id)
        await front.close()

    asyncio.run(look())
