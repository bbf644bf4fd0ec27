"""Scenes that together reach every line of the scripts. Each begins with an empty store."""

from __future__ import annotations

from dataclasses import dataclass, field

import redis

from clients.queue import Acceptance, Bucket, Dead, Done, Limits, Queue, Released
from clients.queue.forgetting import TenantKeys
from tests.clients.queue.cast import ALICE, MALLORY, Clock, Task, Worker
from tests.clients.queue.recorder import Ingress
from tests.clients.queue.steps import (
    Advance,
    Fetch,
    Goodbye,
    Pass,
    Put,
    PutAgain,
    Repeat,
    Report,
    Revive,
    SetLimits,
    Settle,
    Step,
)

SLOW = Limits(rate_per_s=1, burst=1)

# Played beside the model.
STEPS: tuple[list[Step], ...] = (
    [  # a token at a time, and new limits free who waits for one
        SetLimits("alice", SLOW),
        Put("alice", count=3, token="wait"),
        Put("alice", token="refuse"),
        Fetch(0, 3),
        Put("alice", token="refuse"),
        Put("alice", token="none"),
        Fetch(0, 3),
        Advance(1000),
        Fetch(1, 3),
        SetLimits("alice", Limits()),
        Fetch(1, 3),
        SetLimits("bob", Limits(rate_per_s=0, burst=1)),
        Put("bob", count=2, token="wait"),
        Fetch(0, 2),
    ],
    [  # keys, delays, all verdicts, the same id again
        Put("alice", key="k", count=2),
        Put("alice", key="k", delay_ms=300),
        PutAgain(0),
        Fetch(0, 5),
        Settle(0, "later", cost=5, delay_ms=200, count=1),
        Advance(500),
        Fetch(0, 5),
        Settle(0, "back"),
        Fetch(0, 5, lost=True),
        Repeat(0),
        Settle(0, "dead", count=1),
        Settle(0, "done", cost=0, count=1),
        Repeat(0),
        Revive("alice"),
        Fetch(0, 5),
        Settle(0, "dead"),
        Settle(0, "dead"),
        Revive("alice", drop=True),
    ],
    [  # poison: alone from the third death, a dead letter after the fifth
        Put("alice", key="k", count=2),
        *(Fetch(0, 1), Pass(8, 0, crashed=True)) * 3,
        Fetch(0, 2),
        Fetch(0, 2),
        Settle(0, "back", count=1),
        *(Fetch(0, 1), Pass(8, 0, crashed=True)) * 2,
        Fetch(0, 1),
    ],
    [  # unreported, capped, stopping
        SetLimits("alice", Limits(concurrency=1)),
        Put("alice", count=3),
        Fetch(0, 3),
        Report(0, 1),
        Advance(1000),
        Report(0, 1),
        Fetch(1, 2),
        Settle(1, "done", count=1),
        Fetch(1, 0),
        Goodbye(1),
    ],
    [  # debts and credits, and a counter that is overtaken
        Put("alice", cost=8),
        Put("alice", cost=8),
        Put("bob", count=12),
        Fetch(0, 1),
        Settle(0, "done", cost=0),
        Fetch(0, 1),
        Settle(0, "done", cost=20),
        Fetch(0, 12),
    ],
    [Put("alice", count=25), Put("alice", "crawl", count=2), Fetch(0, 22), Settle(0, count=5)],
)


@dataclass
class Stage:
    """Where the other scenes play."""

    store: redis.Redis
    queue: Queue
    ingress: Ingress
    clock: Clock
    accepted: int = field(default=0)

    def accept(self, task: Task | None = None, **facts: object) -> tuple[str, int]:
        self.accepted += 1
        facts.setdefault("message_id", f"a{self.accepted}")
        return self.ingress.accept_now(Acceptance(job=task or Task(), **facts))  # type: ignore[arg-type]


def duplicates_and_conflicts(stage: Stage) -> None:
    told = {"dedupe": ("name",), "fingerprint": "aa", "channel": "web"}
    assert stage.accept(Task(turn_id="t"), message_id="m", **told) == ("accepted", 0)
    assert stage.accept(Task(turn_id="t"), message_id="m", **told) == ("accepted", 0)
    assert stage.accept(Task(turn_id="u"), **told) == ("duplicate", 0)
    assert stage.accept(Task(turn_id="u"), **(told | {"fingerprint": "bb"})) == ("conflict", 0)


def signs_of_people(stage: Stage) -> None:
    assert stage.accept(sign="message") == ("accepted", 0)
    assert stage.accept(Task(assignee="bob"), sign="assignee") == ("accepted", 0)
    assert stage.accept(Task(assignee="bob"), sign="assignee") == ("unchanged", 0)
    assert stage.accept(Task(assignee="bob"), sign="closed") == ("accepted", 0)


def buckets_and_full_lanes(stage: Stage) -> None:
    bucket = Bucket("session", rate_per_s=1, burst=1)
    assert stage.accept(token="refuse", buckets=(bucket,)) == ("accepted", 0)
    assert stage.accept(token="refuse", buckets=(bucket,)) == ("limited", 1000)
    assert stage.accept(lane_limit=1) == ("full", 1000)


def a_parked_lane_refuses(stage: Stage) -> None:
    stage.queue.set_limits(ALICE, SLOW)
    worker = Worker(stage.queue, "w")
    assert [stage.accept(token="wait")[0] for _ in range(2)] == ["accepted", "accepted"]
    assert len(worker.fetch(2)) == 1
    assert stage.accept(token="refuse") == ("limited", 1000)


def idle_processes_are_woken_and_silent_ones_passed_over(stage: Stage) -> None:
    for number in range(17):
        Worker(stage.queue, f"silent-{number}").fetch()
    stage.clock.advance(3000)
    stage.queue.enqueue(Task())
    awake = Worker(stage.queue, "awake")
    assert len(awake.fetch(2)) == 1
    stage.queue.enqueue(Task())
    assert stage.queue.wait("awake", 1)
    stage.queue.fetch("awake", ("tasks",), 0, call="1:99")


def a_hundred_tenants_that_may_not_start(stage: Stage) -> None:
    for number in range(101):
        stage.queue.set_limits(f"tenant-{number:03}", Limits(concurrency=1))
        for _ in range(2):
            stage.queue.enqueue(Task(tenant_id=f"tenant-{number:03}"))
    for _ in range(2):
        stage.queue.enqueue(Task(tenant_id="tenant-zz", cost=5))  # served more than the others: behind all of them
    worker = Worker(stage.queue, "w")
    assert len(worker.fetch(102)) == 102
    cut_short = worker.fetched()
    assert (cut_short.messages, cut_short.next_due_ms) == ([], 0)
    assert [entry.tenant_id for entry in worker.fetch()] == ["tenant-zz"]


def what_another_release_left(stage: Stage) -> None:
    stage.queue.set_limits(ALICE, Limits(concurrency=1))
    stage.store.sadd(f"{{fd1}}:i:tasks:{ALICE}", "taken-back")
    worker = Worker(stage.queue, "w")
    for message_id in ("a", "b", "c"):
        stage.queue.enqueue(Task(), message_id=message_id)
    stage.store.delete(f"{{fd1}}:m:{ALICE}:a")
    (b,) = worker.fetch(2)
    assert b.message_id == "b"
    stage.store.delete(f"{{fd1}}:m:{ALICE}:b")
    stage.queue.goodbye("w")


def dead_letters_are_a_thousand_at_most(stage: Stage) -> None:
    stage.store.zadd(f"{{fd1}}:dead:{ALICE}", {f"old-{number}": stage.clock() for number in range(1000)})
    stage.queue.enqueue(Task(label="bad"), message_id="~")
    worker = Worker(stage.queue, "w")
    worker.settle(worker.fetch()[0], Dead("KeyError"))
    assert [letter.message_id for letter in stage.queue.dead_letters(ALICE, limit=1000)] == ["~"]
    assert not stage.queue.drop_dead(ALICE, "old-500")  # the letter is there, the message is gone
    assert not stage.queue.drop_dead(ALICE, "never")
    assert stage.queue.retry_dead(ALICE, "~")


def a_tenant_that_is_gone(stage: Stage) -> None:
    worker, keys = Worker(stage.queue, "w"), TenantKeys(stage.queue, ALICE)
    for message_id in ("runs", "waits"):
        stage.queue.enqueue(Task(key="k"), message_id=message_id)
    stage.queue.enqueue(Task(), delay_ms=1000, message_id="delayed")
    stage.queue.enqueue(Task(), message_id="tried")
    runs, tried = worker.fetch(2)
    assert worker.later(tried, 1000)
    assert not keys.clear(within_s=5)
    assert worker.done(runs)
    stage.queue.goodbye("w")
    assert keys.clear(within_s=5)
    assert list(stage.store.scan_iter(f"*{ALICE}*")) == [f"{{fd1}}:m:{ALICE}:runs".encode()]  # a mark, for 15 s


def a_look_at_a_queue(stage: Stage) -> None:
    stage.store.zadd("{fd1}:o:tasks", {ALICE: 1, "gone": 2})
    stage.queue.enqueue(Task())
    (state,) = stage.queue.queue_states(["tasks"])
    assert (state.depth, state.tenants, state.ready) == (1, 1, 1)
    assert stage.queue.queue_states(["none"])[0].depth == 0


def turns_and_who_hears_of_them(stage: Stage) -> None:
    queue = stage.queue

    def say(number: int, turn: str, epoch: int = 0, fence: int = 0) -> Released:
        facts = {"number": number, "kind": "sentence", "data": {}, "epoch": epoch, "fence": fence}
        return queue.release(ALICE, "c", turn, **facts)  # type: ignore[arg-type]

    queue.listen(ALICE, "t1", "web")
    queue.listen(ALICE, "c", "web")
    assert say(1, "t1") == say(1, "t1") == say(2, "t1", fence=2) == "sent"
    assert say(3, "t1", fence=1) == "ended"
    assert queue.supersede(ALICE, "t2", "t3")
    assert say(1, "t2") == "superseded"
    assert not queue.supersede(ALICE, "t1", "t3")
    assert queue.publish(ALICE, "t1", "done", {"conversation_id": "c"}) == queue.publish(ALICE, "t1", "done", {}) == 3
    assert queue.publish(ALICE, "t1", "stopped", {}) == 0
    assert say(3, "t1") == "ended"
    epoch = queue.raise_epoch(ALICE, "c")
    assert say(1, "t4", epoch - 1) == "human"
    queue.conversation_changed(ALICE, "c")
    assert [event.kind for event in queue.events(ALICE, "t1")] == ["sentence", "sentence", "done"]


def everyday_work(stage: Stage) -> None:
    """Of two tenants; without the tests' clock, too."""
    for tenant in (ALICE, MALLORY):
        stage.queue.enqueue(Task(tenant_id=tenant))
    worker = Worker(stage.queue, "w")
    for entry in worker.fetch(2):
        assert worker.settle(entry, Done(2), count=1).settled


SCENES = (
    duplicates_and_conflicts,
    signs_of_people,
    buckets_and_full_lanes,
    a_parked_lane_refuses,
    idle_processes_are_woken_and_silent_ones_passed_over,
    a_hundred_tenants_that_may_not_start,
    what_another_release_left,
    dead_letters_are_a_thousand_at_most,
    a_tenant_that_is_gone,
    a_look_at_a_queue,
    turns_and_who_hears_of_them,
    everyday_work,
)
