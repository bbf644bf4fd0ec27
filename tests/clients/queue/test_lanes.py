from __future__ import annotations

import pytest
import redis

from clients.queue import Dead, Limits, Queue
from tests.clients.queue.cast import ALICE, MALLORY, Clock, Task, UrgentTask, Worker, label


def put(queue: Queue, *labels: str, **facts: object) -> None:
    for name in labels:
        queue.enqueue(Task(label=name, **facts))  # type: ignore[arg-type]


def test_a_tenants_messages_come_in_order_of_arrival(queue: Queue, worker: Worker) -> None:
    put(queue, "a", "b", "c")
    assert worker.labels() == ["a", "b", "c"]


def test_the_same_message_id_is_enqueued_once(queue: Queue, worker: Worker) -> None:
    for _ in range(2):
        queue.enqueue(Task(label="a"), message_id="m1")
    (entry,) = worker.fetch(10)
    worker.done(entry)
    queue.enqueue(Task(label="a"), message_id="m1")
    assert worker.fetch(10) == []


def test_a_settled_message_leaves_nothing_behind_but_its_id(
    queue: Queue, worker: Worker, store: redis.Redis, clock: Clock
) -> None:
    put(queue, "a", key="k")
    worker.done(worker.fetch()[0])
    keys = {key.decode() for key in store.scan_iter()}
    assert not [key for key in keys if key.startswith(("{fd1}:l:", "{fd1}:k:", "{fd1}:r:", "{fd1}:f:", "{fd1}:z:"))]
    assert queue.depth("tasks") == {}


def test_messages_of_one_key_run_one_at_a_time_and_never_block_the_others(queue: Queue, worker: Worker) -> None:
    put(queue, "k1", "k2", key="k")
    put(queue, "other", key="o")
    first, other = worker.fetch(10)
    assert [label(first), label(other)] == ["k1", "other"]
    assert worker.fetch(10) == []
    (second,) = worker.settle(first, count=1).messages
    assert label(second) == "k2"


def test_a_message_waiting_for_its_retry_keeps_its_key(queue: Queue, worker: Worker, clock: Clock) -> None:
    put(queue, "k1", "k2", key="k")
    (first,) = worker.fetch(10)
    worker.later(first, 500)
    assert worker.fetched(10).next_due_ms == 500
    clock.advance(500)
    (again,) = worker.fetch(10)
    assert (label(again), again.delivery) == ("k1", 2)
    worker.done(again)
    assert worker.labels() == ["k2"]


def test_a_freshly_delayed_message_takes_its_key_only_when_due(queue: Queue, worker: Worker, clock: Clock) -> None:
    queue.enqueue(Task(label="delayed", key="k"), delay_ms=100)
    put(queue, "now", key="k")
    (now,) = worker.fetch(10)
    assert label(now) == "now"
    clock.advance(100)
    assert worker.fetch(10) == []
    worker.done(now)
    assert worker.labels() == ["delayed"]


def test_a_retry_carries_its_new_payload(queue: Queue, worker: Worker, clock: Clock) -> None:
    put(queue, "a")
    (entry,) = worker.fetch()
    worker.later(entry, 10, entry.payload.replace(b'"a"', b'"a again"'))
    clock.advance(10)
    assert worker.labels() == ["a again"]


def test_what_goes_back_is_at_the_head_again_in_order(queue: Queue, worker: Worker, other_worker: Worker) -> None:
    put(queue, "a", "b", "c", "d")
    a, b, c = worker.fetch(3)
    for entry in (c, a, b):
        worker.back(entry)
    assert other_worker.labels() == ["a", "b", "c", "d"]


def test_a_dead_letter_is_kept_and_frees_its_key(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    put(queue, "bad", "next", key="k")
    (bad,) = worker.fetch()
    worker.settle(bad, Dead("KeyError", "", "workers/answer.py:12 answer"))
    assert [letter.message_id for letter in queue.dead_letters(ALICE)] == [bad.message_id]
    assert store.hget(f"{{fd1}}:m:{ALICE}:{bad.message_id}", "error") == b"KeyError"
    assert worker.labels() == ["next"]


def test_two_flooding_tenants_share_by_weighted_cost(queue: Queue, worker: Worker) -> None:
    queue.set_limits(ALICE, Limits(weight=2))
    for _ in range(80):
        queue.enqueue(Task(tenant_id=ALICE, cost=3))
        queue.enqueue(Task(tenant_id=MALLORY, cost=5))
    charged = {ALICE: 0.0, MALLORY: 0.0}
    for _ in range(90):
        (entry,) = worker.fetch()
        charged[entry.tenant_id] += 1.5 if entry.tenant_id == ALICE else 5
        assert abs(charged[ALICE] - charged[MALLORY]) <= 1.5 + 5


def test_idling_earns_no_credit(queue: Queue, worker: Worker) -> None:
    for _ in range(50):
        queue.enqueue(Task(tenant_id=ALICE))
    worker.fetch(40)
    for _ in range(50):
        queue.enqueue(Task(tenant_id=MALLORY))
    tenants = [entry.tenant_id for entry in worker.fetch(10)]
    assert 4 <= tenants.count(ALICE) <= 6


def test_leaving_and_returning_does_not_lose_ones_debt(queue: Queue, worker: Worker) -> None:
    queue.enqueue(Task(tenant_id=ALICE, cost=10))
    for _ in range(20):
        queue.enqueue(Task(tenant_id=MALLORY))
    worker.fetch(2)  # Alice has gone with a counter of 10, Mallory stands at 1
    queue.enqueue(Task(tenant_id=ALICE, label="again"))
    assert [entry.tenant_id for entry in worker.fetch(8)] == [MALLORY] * 8


def test_a_quiet_tenant_is_next_whatever_the_flood(queue: Queue, worker: Worker) -> None:
    for _ in range(200):
        queue.enqueue(Task(tenant_id=MALLORY))
    worker.fetch(50)
    queue.enqueue(Task(tenant_id=ALICE, label="quiet"))
    assert "quiet" in [label(entry) for entry in worker.fetch(2)]


def test_virtual_time_never_decreases_and_overtaken_counters_are_forgotten(
    queue: Queue, worker: Worker, store: redis.Redis
) -> None:
    seen = []
    for number in range(30):
        queue.enqueue(Task(tenant_id=f"tenant-{number % 7}", cost=1 + number % 3))
        queue.enqueue(Task(tenant_id=MALLORY))
        worker.fetch(2)
        time: object = store.get("{fd1}:vt:tasks")
        seen.append(float(time or 0))  # type: ignore[arg-type]
    assert seen == sorted(seen)
    queue.enqueue(Task(tenant_id=MALLORY, cost=100))
    queue.enqueue(Task(tenant_id=MALLORY))
    worker.fetch(2)
    assert store.zcard("{fd1}:v:tasks") == 1  # Mallory herself


def test_queues_are_asked_in_the_given_order(queue: Queue) -> None:
    put(queue, "slow")
    queue.enqueue(UrgentTask(label="urgent"))
    worker = Worker(queue, "worker-1", ("urgent", "tasks"))
    assert worker.labels() == ["urgent", "slow"]


def test_every_key_with_tenant_data_names_its_tenant_and_shares_the_hash_tag(
    queue: Queue, worker: Worker, store: redis.Redis
) -> None:
    put(queue, "a", "b", key="k")
    worker.fetch()
    keys = [key.decode() for key in store.scan_iter()]
    assert all(key.startswith("{fd1}:") for key in keys)
    for key in keys:
        if key.split(":")[1] in {"m", "l", "k", "u", "b", "cfg", "dead"}:
            assert ALICE in key


def test_ids_that_the_scripts_cannot_carry_are_refused(queue: Queue) -> None:
    with pytest.raises(ValueError, match="message id"):
        queue.enqueue(Task(), message_id="a|b")
    with pytest.raises(ValueError, match="tenant"):
        queue.enqueue(Task(tenant_id=""))


def test_limits_are_checked() -> None:
    with pytest.raises(ValueError, match="weight"):
        Limits(weight=0)


def test_scripts_survive_being_forgotten_by_the_server(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    put(queue, "a")
    store.script_flush()
    assert worker.labels() == ["a"]
