from __future__ import annotations

import redis

from clients.queue import Queue
from tests.clients.queue.cast import ALICE, Clock, Task, Worker, label


def put(queue: Queue, *labels: str) -> None:
    for name in labels:
        queue.enqueue(Task(label=name))


def reap(worker: Worker, clock: Clock) -> list[str]:
    """Two reports in a row: who has just come, or come back, buries nobody."""
    worker.report()
    clock.advance(1000)
    return worker.report()


def woken(store: redis.Redis, worker: Worker) -> bool:
    return bool(store.delete(f"{{fd1}}:w:{worker.name}"))


def test_what_a_process_does_not_hold_returns_after_two_reports(queue: Queue, worker: Worker, clock: Clock) -> None:
    put(queue, "a", "b")
    a, b = worker.fetch(2)
    assert worker.report(a) == []
    clock.advance(1000)
    assert worker.report(a) == [b.message_id]
    (again,) = worker.fetch(10)
    assert (label(again), again.delivery) == ("b", 2)


def test_a_repeated_report_does_not_count_as_a_second_one(queue: Queue, worker: Worker, clock: Clock) -> None:
    put(queue, "a")
    worker.fetch()
    assert worker.report() == []
    clock.advance(5)
    assert worker.report() == []


def test_a_message_reported_late_is_not_taken_back(queue: Queue, worker: Worker, clock: Clock) -> None:
    put(queue, "a")
    (a,) = worker.fetch()
    for held in ((), (a,), (), (a,)):
        assert worker.report(*held) == []
        clock.advance(1000)


def test_a_dead_process_gives_its_messages_back_in_order(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock
) -> None:
    put(queue, "a", "b", "c")
    worker.report()
    a, b = worker.fetch(2)
    clock.advance(4999)
    assert other_worker.report() == []
    clock.advance(2)
    assert set(other_worker.report()) == {a.message_id, b.message_id}
    assert other_worker.labels() == ["a", "b", "c"]


def test_a_process_that_never_reported_is_noticed_too(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock
) -> None:
    put(queue, "a")
    (a,) = worker.fetch()
    clock.advance(5001)
    assert reap(other_worker, clock) == [a.message_id]


def test_after_a_time_without_redis_nobody_is_taken_for_dead(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock
) -> None:
    put(queue, "a")
    (a,) = worker.fetch()
    for each, held in ((worker, [a]), (other_worker, [])):
        each.report(*held)
    clock.advance(60_000)  # Redis was away
    assert other_worker.report() == []
    clock.advance(300)
    assert worker.report(a) == []
    clock.advance(700)
    assert other_worker.report() == []
    assert worker.done(a)


def test_a_verdict_that_comes_too_late_is_void_and_says_so(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock
) -> None:
    put(queue, "a")
    (a,) = worker.fetch()
    clock.advance(6000)
    reap(other_worker, clock)
    (again,) = other_worker.fetch()
    assert not worker.done(a)
    assert not worker.back(a)
    assert other_worker.done(again)
    assert queue.depth("tasks") == {}


def test_goodbye_returns_what_is_in_flight(queue: Queue, worker: Worker, other_worker: Worker) -> None:
    put(queue, "a", "b")
    worker.fetch(2)
    queue.goodbye(worker.name, ("tasks",))
    assert other_worker.labels() == ["a", "b"]


def test_an_idle_process_is_woken_by_an_enqueue(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    assert worker.fetch() == []
    put(queue, "a")
    assert queue.wait(worker.name, 1)


def test_each_message_wakes_another_idle_process(
    queue: Queue, worker: Worker, other_worker: Worker, store: redis.Redis
) -> None:
    worker.fetch()
    other_worker.fetch()
    put(queue, "a", "b")
    assert woken(store, worker)
    assert woken(store, other_worker)


def test_a_busy_process_is_not_woken(queue: Queue, worker: Worker, other_worker: Worker, store: redis.Redis) -> None:
    worker.fetch()
    other_worker.fetch()
    put(queue, "a")
    (a,) = worker.fetch(1)
    woken(store, worker)
    put(queue, "b")
    assert not woken(store, worker)
    assert woken(store, other_worker)
    assert a.delivery == 1


def test_a_process_that_went_silent_is_passed_over(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock, store: redis.Redis
) -> None:
    worker.fetch()
    clock.advance(2600)
    other_worker.fetch()
    put(queue, "a")
    assert not woken(store, worker)
    assert woken(store, other_worker)


def test_a_settle_that_finds_nothing_registers_as_idle(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    put(queue, "a")
    (a,) = worker.fetch(1)
    assert worker.settle(a, count=1).messages == []
    put(queue, "b")
    assert woken(store, worker)


def test_an_earlier_due_time_shortens_somebodys_sleep(queue: Queue, worker: Worker, store: redis.Redis) -> None:
    worker.fetch()
    queue.enqueue(Task(), delay_ms=300)
    assert woken(store, worker)
    assert worker.fetched().next_due_ms == 300


def test_due_work_beyond_ones_own_slots_wakes_the_others(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock, store: redis.Redis
) -> None:
    queue.enqueue(Task(label="a"), delay_ms=100)
    queue.enqueue(Task(label="b"), delay_ms=101)
    other_worker.fetch()
    woken(store, other_worker)
    clock.advance(101)
    assert worker.labels(1) == ["a"]
    assert woken(store, other_worker)
    assert other_worker.labels(1) == ["b"]


def test_a_stopping_process_hands_its_wake_up_on(
    queue: Queue, worker: Worker, other_worker: Worker, store: redis.Redis
) -> None:
    worker.fetch()
    put(queue, "a")  # wakes the one idle process, which was just told to stop
    Worker(queue, other_worker.name, ("urgent",)).fetch()
    store.zadd("{fd1}:idle:tasks", {other_worker.name: 0})
    worker.fetch(0)
    assert woken(store, other_worker)
    assert not store.zscore("{fd1}:idle:tasks", worker.name)


def test_the_same_fetch_again_gives_the_same_messages(queue: Queue, worker: Worker) -> None:
    put(queue, "a", "b", "c")
    first = queue.fetch(worker.name, ("tasks",), 2, call="1:1")
    assert queue.fetch(worker.name, ("tasks",), 2, call="1:1").messages == first.messages
    assert worker.queue.fetch(worker.name, ("tasks",), 2, call="1:2").messages[0].payload.count(b'"c"') == 1


def test_a_repeated_fetch_leaves_out_what_was_taken_back_meanwhile(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock
) -> None:
    put(queue, "a")
    queue.fetch(worker.name, ("tasks",), 1, call="1:1")
    worker.report()
    clock.advance(1000)
    worker.report()
    assert other_worker.labels() == ["a"]
    assert queue.fetch(worker.name, ("tasks",), 1, call="1:1").messages == []


def test_depth_counts_all_that_is_not_settled(queue: Queue, worker: Worker) -> None:
    put(queue, "a", "b")
    queue.enqueue(Task(label="later"), delay_ms=1000)
    worker.fetch(1)
    assert queue.depth("tasks") == {ALICE: 3}
