"""A newer release meets an older one's queue, and works beside its processes while they are replaced.

`previous/` holds the scripts of release 0.1.0 as they were. A release that changes what the keys hold adds its predecessor.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import redis

from clients.queue import Entry, Limits, Queue
from clients.queue.scripts import PREFIX
from clients.queue.wire import encode
from tests.clients.queue.cast import ALICE, MALLORY, Clock, Task, Worker, label

PREVIOUS = Path(__file__).parent / "previous"


@cache
def previous_source(name: str) -> tuple[bytes, str]:
    parts = [PREVIOUS / "shared" / f"{part}.lua" for part in ("common", "lanes", "turns")]
    text = b"".join(path.read_bytes() for path in (*parts, PREVIOUS / f"{name}.lua"))
    return text, hashlib.sha1(text, usedforsecurity=False).hexdigest()


@dataclass
class PreviousWorker:
    """A process of the previous release, as its scripts see it; enqueues too."""

    store: redis.Redis
    clock: Clock
    name: str = "previous-1"
    _calls: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def run(self, script: str, *arguments: Any) -> Any:
        return self.store.eval(previous_source(script)[0].decode(), 1, PREFIX, self.clock(), *arguments)

    def enqueue(self, task: Task, message_id: str, delay_ms: int = 0) -> None:
        payload = encode(task, message_id=message_id, now_ms=self.clock())
        self.run("enqueue", task.tenant_id, message_id, task.queue, task.key or "", task.cost, payload, delay_ms)

    def fetch(self, count: int = 1) -> list[Entry]:
        return self._entries(self.run("fetch", self.name, 1, next(self._calls), count, "tasks"))

    def done(self, entry: Entry) -> list[Entry]:
        call = next(self._calls)
        verdict = ("done", 0, "", "", "", "")
        return self._entries(
            self.run(
                "settle", self.name, 1, call, entry.tenant_id, entry.message_id, entry.delivery, *verdict, 1, "tasks"
            )
        )

    def report(self, *held: Entry) -> None:
        self.run("report", self.name, *(f"{entry.message_id}|{entry.delivery}" for entry in held))

    @staticmethod
    def _entries(raw: list[Any]) -> list[Entry]:
        return [
            Entry(raw[at].decode(), raw[at + 1].decode(), raw[at + 2].decode(), int(raw[at + 3]), raw[at + 4])
            for at in range(2, len(raw), 5)
        ]


@pytest.fixture
def previous(store: redis.Redis, clock: Clock) -> PreviousWorker:
    return PreviousWorker(store, clock)


def test_everything_an_older_release_left_is_taken_up_in_order(
    previous: PreviousWorker, queue: Queue, worker: Worker, clock: Clock, store: redis.Redis
) -> None:
    for number in range(3):
        previous.enqueue(Task(label=f"lane-{number}"), f"lane-{number}")
        previous.enqueue(Task(label=f"key-{number}", key="k", tenant_id=MALLORY), f"key-{number}")
    previous.enqueue(Task(label="delayed"), "delayed", delay_ms=60_000)
    previous.report()
    held = previous.fetch(2)  # and dies with them
    queue.enqueue(Task(label="new"))
    for _ in range(6):
        clock.advance(1000)
        worker.report()
    ran: dict[str, list[str]] = {ALICE: [], MALLORY: []}
    for _ in range(10):
        for entry in worker.fetch(1):
            ran[entry.tenant_id].append(label(entry))
            worker.done(entry)
    assert ran == {ALICE: ["lane-0", "lane-1", "lane-2", "new"], MALLORY: ["key-0", "key-1", "key-2"]}
    assert {entry.delivery for entry in held} == {1}
    clock.advance(60_000)
    assert worker.labels() == ["delayed"]


def test_a_verdict_of_the_older_release_is_still_carried_out(
    previous: PreviousWorker, queue: Queue, worker: Worker
) -> None:
    previous.enqueue(Task(label="a", key="k"), "a")
    previous.enqueue(Task(label="b", key="k"), "b")
    (entry,) = previous.fetch()
    queue.enqueue(Task(label="c", key="k"))
    (following,) = previous.done(entry)
    assert label(following) == "b"
    previous.done(following)
    assert queue.depth("tasks") == {ALICE: 1}


def test_a_lane_parked_by_the_older_release_follows_new_limits(
    previous: PreviousWorker, queue: Queue, worker: Worker, store: redis.Redis, clock: Clock
) -> None:
    store.hset(f"{PREFIX}cfg:{ALICE}", mapping={"weight": 1, "rate": 0.01, "burst": 1})
    store.hset(f"{PREFIX}b:{ALICE}", mapping={"n": 0, "at": clock()})
    message = (ALICE, "m", "tasks", "", 1, encode(Task(label="a"), message_id="m", now_ms=clock()))
    previous.run("accept", *message, "conversation", "", "", "", 1000, "", "", "wait", 100, 0)
    assert previous.fetch() == []
    queue.set_limits(ALICE, Limits(rate_per_s=1000, burst=5))
    clock.advance(10)
    assert worker.labels() == ["a"]


@pytest.mark.parametrize("seed", range(20))
def test_both_releases_work_side_by_side(seed: int, store: redis.Redis, queue: Queue, clock: Clock) -> None:
    """Random steps of both, with a cap: at the end the newer one drains all, each message settled once, keys in order."""
    chance = random.Random(seed)
    old, new = PreviousWorker(store, clock), Worker(queue, "new-1")
    queue.set_limits(ALICE, Limits(concurrency=2))
    put: list[str] = []
    settled: list[str] = []
    held: list[tuple[bool, Entry]] = []
    for step in range(120):
        clock.advance(chance.choice((0, 1, 50)))
        match chance.choice(("put", "put", "fetch", "fetch", "settle", "settle")):
            case "put":
                name = f"m{step}"
                task = Task(
                    label=name, tenant_id=chance.choice((ALICE, MALLORY)), key=chance.choice((None, "k")), cost=step % 5
                )
                if chance.random() < 0.5:
                    old.enqueue(task, name)
                else:
                    queue.enqueue(task, message_id=name)
                put.append(name)
            case "fetch":
                if chance.random() < 0.5:
                    held += [(True, entry) for entry in old.fetch(2)]
                else:
                    held += [(False, entry) for entry in new.fetch(2)]
            case _ if held:
                is_old, entry = held.pop(chance.randrange(len(held)))
                if is_old:
                    held += [(True, each) for each in old.done(entry)]
                else:
                    new.done(entry)
                settled.append(entry.message_id)
    for is_old, entry in held:
        if not is_old:
            new.done(entry)
            settled.append(entry.message_id)
    for _ in range(6):  # the older process dies with what it holds
        clock.advance(1000)
        new.report()
    while entries := new.fetch(1):
        new.done(entries[0])
        settled.append(entries[0].message_id)
    assert sorted(settled) == sorted(put)
    assert queue.depth("tasks") == {}
