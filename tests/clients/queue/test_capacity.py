"""Who may start where: concurrency caps, classes, and messages that went down with processes."""

from __future__ import annotations

import redis

from clients.queue import Done, Limits, Queue
from tests.clients.queue.cast import ALICE, MALLORY, Clock, Task, UrgentTask, Worker, label


def put(queue: Queue, *labels: str, tenant: str = ALICE, key: str | None = None) -> None:
    for name in labels:
        queue.enqueue(Task(label=name, tenant_id=tenant, key=key))


def test_a_cap_holds_and_leaves_the_threads_to_others(queue: Queue, worker: Worker) -> None:
    queue.set_limits(ALICE, Limits(concurrency=2))
    put(queue, "a", "b", "c", "d")
    put(queue, "m", tenant=MALLORY)
    running = worker.fetch(10)
    assert sorted(map(label, running)) == ["a", "b", "m"]
    (a,) = (entry for entry in running if label(entry) == "a")
    assert [label(entry) for entry in worker.settle(a, count=3).messages] == ["c"]


def test_a_cap_is_per_queue(queue: Queue) -> None:
    queue.set_limits(ALICE, Limits(concurrency=1))
    put(queue, "a", "b")
    queue.enqueue(UrgentTask(label="u"))
    assert sorted(Worker(queue, "w", ("urgent", "tasks")).labels()) == ["a", "u"]


def test_a_cap_changes_live(queue: Queue, worker: Worker) -> None:
    queue.set_limits(ALICE, Limits(concurrency=1))
    put(queue, "a", "b", "c")
    assert worker.labels() == ["a"]
    assert queue.wait(worker.name, 0.01) is False
    queue.set_limits(ALICE, Limits())
    assert queue.wait(worker.name, 1)
    assert worker.labels() == ["b", "c"]


def test_what_a_dead_process_held_frees_its_place(
    queue: Queue, worker: Worker, other_worker: Worker, clock: Clock
) -> None:
    queue.set_limits(ALICE, Limits(concurrency=1))
    put(queue, "a", "b")
    worker.report()
    assert worker.labels() == ["a"]
    for _ in range(6):
        clock.advance(1000)
        other_worker.report()
    assert other_worker.labels() == ["a"]


def test_a_place_that_another_release_took_back_silently_is_found(
    queue: Queue, worker: Worker, store: redis.Redis
) -> None:
    queue.set_limits(ALICE, Limits(concurrency=2))
    store.sadd(f"{{fd1}}:i:tasks:{ALICE}", "gone-1", "gone-2")
    put(queue, "a")
    assert worker.labels() == ["a"]


def test_bulk_waits_for_interactive_but_gets_every_twentieth_start(queue: Queue) -> None:
    for _ in range(100):
        queue.enqueue(UrgentTask(label="urgent"))
        queue.enqueue(Task(label="bulk"))
    started = []
    for _ in range(60):
        fetched = queue.fetch("w", ["urgent"], 1, call=f"1:{len(started) + 1}", bulk=["tasks"])
        started += [label(entry) for entry in fetched.messages]
    assert [place for place, name in enumerate(started) if name == "bulk"] == [19, 39, 59]


def test_bulk_alone_takes_all(queue: Queue) -> None:
    put(queue, "a", "b", "c")
    assert len(queue.fetch("w", ["urgent"], 10, call="1:1", bulk=["tasks"]).messages) == 3


class Doom:
    """Processes that die with whatever they hold."""

    def __init__(self, queue: Queue, clock: Clock) -> None:
        self.queue, self.clock, self.deaths = queue, clock, 0
        self.survivor = Worker(queue, "survivor")

    def kill_with_message(self) -> None:
        victim = Worker(self.queue, f"victim-{self.deaths}")
        victim.report()
        (entry,) = victim.fetch(1)
        assert entry.delivery == self.deaths + 1
        self.deaths += 1
        for _ in range(6):
            self.clock.advance(1000)
            self.survivor.report()


def test_what_went_down_with_three_processes_runs_alone(queue: Queue, clock: Clock, worker: Worker) -> None:
    doom = Doom(queue, clock)
    put(queue, "poison")
    for _ in range(3):
        doom.kill_with_message()
    put(queue, "b", "c")
    (alone,) = worker.fetch(10)
    assert (label(alone), alone.alone) == ("poison", True)
    assert worker.fetch(10) == []  # nothing beside it
    assert Worker(queue, "elsewhere").labels(1) == ["b"]
    assert [label(entry) for entry in worker.settle(alone, Done(), count=1).messages] == ["c"]


def test_what_went_down_with_five_processes_is_a_dead_letter(queue: Queue, clock: Clock, worker: Worker) -> None:
    doom = Doom(queue, clock)
    put(queue, "poison", "next", key="k")
    for _ in range(5):
        doom.kill_with_message()
    assert worker.labels() == ["next"]
    (letter,) = queue.dead_letters(ALICE)
    assert (letter.error, letter.deliveries) == ("Poison", 5)


def test_an_orderly_end_or_a_lost_reply_is_no_death(queue: Queue, worker: Worker, clock: Clock) -> None:
    put(queue, "a")
    for number in range(6):
        victim = Worker(queue, f"w{number}")
        victim.fetch()
        if number % 2:
            queue.goodbye(victim.name)
        else:
            for _ in range(3):
                victim.report()
                clock.advance(950)
    (entry,) = worker.fetch()
    assert (entry.alone, entry.delivery) == (False, 7)
