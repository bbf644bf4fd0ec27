"""The reply of each script is lost once: the call is made again, nothing is lost and nothing doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis

import clients.queue
from clients.queue import (
    Acceptance,
    AsyncQueue,
    Back,
    Dead,
    Done,
    Later,
    Limits,
    Queue,
    Released,
    connect,
    connect_async,
)
from clients.queue.forgetting import TenantKeys
from clients.queue.scripts import PARTS, source
from config.errors import StoreUnavailable
from tests.clients.queue.cast import ALICE, Clock, LossyProxy, Task, Worker

SCRIPTS = {path.stem for path in (Path(clients.queue.__file__).parent / "lua").glob("*.lua")}
LOSSES = {
    "enqueue",
    "fetch",
    "settle",
    "report",
    "goodbye",
    "limits",
    "accept",
    "release",
    "publish",
    "supersede",
    "epoch",
    "changed",
    "dead",
    "revive",
    "inspect",
    "forget",
}


@pytest.fixture
def proxy(valkey_url: str, queue: Queue, store: object) -> Iterator[LossyProxy]:
    direct = connect(valkey_url, max_connections=1)
    for name in SCRIPTS:
        direct.script_load(source(name)[0])  # else the reply that is lost says NOSCRIPT
    direct.close()
    lossy = LossyProxy(valkey_url)
    yield lossy
    with suppress(OSError):
        lossy.close()


@pytest.fixture
def lossy(proxy: LossyProxy, clock: Clock) -> Iterator[Queue]:
    front = Queue(connect(proxy.url, max_connections=2), clock=clock)
    front.ping()
    yield front
    front.close()


def test_every_script_has_its_test() -> None:
    assert SCRIPTS == LOSSES == PARTS.keys()


def test_enqueue(proxy: LossyProxy, lossy: Queue, worker: Worker) -> None:
    proxy.lose_reply()
    lossy.enqueue(Task(label="a"))
    assert proxy.lost == 1
    assert worker.labels() == ["a"]


def test_enqueue_of_a_message_that_was_already_settled(queue: Queue, worker: Worker) -> None:
    queue.enqueue(Task(), message_id="m")
    worker.done(worker.fetch()[0])
    queue.enqueue(Task(), message_id="m")  # what the client does after a lost reply, a moment too late
    assert worker.fetch(10) == []


def test_fetch(proxy: LossyProxy, lossy: Queue, queue: Queue) -> None:
    for _ in range(3):
        queue.enqueue(Task())
    proxy.lose_reply()
    entries = Worker(lossy, "w").fetch(2)
    assert (proxy.lost, len(entries), [entry.delivery for entry in entries]) == (1, 2, [1, 1])


@pytest.mark.parametrize("verdict", [Done(), Later(10), Dead("KeyError"), Back()])
def test_settle(
    proxy: LossyProxy, lossy: Queue, queue: Queue, clock: Clock, verdict: Done | Later | Dead | Back
) -> None:
    worker = Worker(lossy, "w")
    queue.enqueue(Task(label="a"))
    (a,) = worker.fetch()
    queue.enqueue(Task(label="b"))
    proxy.lose_reply()
    fetched = worker.settle(a, verdict, count=1)
    assert (proxy.lost, fetched.settled, len(fetched.messages)) == (1, True, 1)
    expected = {Done: 1, Dead: 1, Later: 2, Back: 2}[type(verdict)]
    assert queue.depth("tasks") == {ALICE: expected}
    clock.advance(10)
    assert len(worker.fetch(10)) == expected - 1


def test_report(proxy: LossyProxy, lossy: Queue, queue: Queue) -> None:
    worker = Worker(lossy, "w")
    queue.enqueue(Task())
    worker.fetch()
    proxy.lose_reply()
    assert worker.report() == []  # one report, however often it was sent


def test_goodbye(proxy: LossyProxy, lossy: Queue, worker: Worker) -> None:
    lossy.enqueue(Task(label="a"))
    Worker(lossy, "w").fetch()
    proxy.lose_reply()
    lossy.goodbye("w")
    assert worker.labels() == ["a"]


def test_limits(proxy: LossyProxy, lossy: Queue, store: object) -> None:
    proxy.lose_reply()
    lossy.set_limits(ALICE, Limits(weight=3))
    assert proxy.lost == 1


def test_accept(proxy: LossyProxy, clock: Clock, worker: Worker) -> None:
    async def run() -> str:
        front = AsyncQueue(connect_async(proxy.url, max_connections=1), clock=clock)
        await front.ping()
        proxy.lose_reply()
        task = Task(turn_id="t1")
        accepted = await front.accept(
            Acceptance(job=task, message_id="m", dedupe=("key",), token="refuse", fingerprint="aa")
        )
        await front.close()
        return accepted.status

    assert asyncio.run(run()) == "accepted"
    assert (proxy.lost, len(worker.fetch(10))) == (1, 1)


def test_release(proxy: LossyProxy, lossy: Queue) -> None:
    proxy.lose_reply()
    said = lossy.release(ALICE, "c", "t", number=1, kind="sentence", data={}, epoch=0)
    assert (proxy.lost, said, len(lossy.events(ALICE, "t"))) == (1, Released.SENT, 1)


def test_publish(proxy: LossyProxy, lossy: Queue) -> None:
    proxy.lose_reply()
    assert lossy.publish(ALICE, "t", "done", {}) == 1
    assert (proxy.lost, len(lossy.events(ALICE, "t"))) == (1, 1)


def test_supersede(proxy: LossyProxy, lossy: Queue) -> None:
    proxy.lose_reply()
    assert lossy.supersede(ALICE, "t1", "t2")
    assert proxy.lost == 1


def test_epoch(proxy: LossyProxy, lossy: Queue) -> None:
    proxy.lose_reply()
    assert lossy.raise_epoch(ALICE, "c") == lossy.epoch(ALICE, "c")


def test_changed(proxy: LossyProxy, lossy: Queue, store: object) -> None:
    proxy.lose_reply()
    lossy.conversation_changed(ALICE, "c1")  # keeps nothing: a watcher who hears it twice reads twice
    assert proxy.lost == 1


def test_dead_and_inspect(proxy: LossyProxy, lossy: Queue, store: object) -> None:
    for ask in (lambda: lossy.dead_letters(ALICE), lambda: lossy.queue_states(["tasks"])[0].depth):
        proxy.lose_reply()
        assert not ask()
    assert proxy.lost == 2


def test_revive(proxy: LossyProxy, lossy: Queue, worker: Worker) -> None:
    lossy.enqueue(Task(label="a"))
    (entry,) = worker.fetch()
    worker.settle(entry, Dead("KeyError"))
    (letter,) = lossy.dead_letters(ALICE)  # before the reply is lost: this is a call of its own
    proxy.lose_reply()
    assert lossy.retry_dead(ALICE, letter.message_id)
    assert (proxy.lost, worker.labels(), worker.labels()) == (1, ["a"], [])


def test_forget(proxy: LossyProxy, lossy: Queue, store: redis.Redis) -> None:
    lossy.enqueue(Task(), message_id="m")
    proxy.lose_reply()
    assert TenantKeys(lossy, ALICE).clear(within_s=5)
    assert proxy.lost == 1
    assert not list(store.scan_iter(f"*{ALICE}*"))


def test_a_wake_up_whose_reply_is_lost_counts_as_one(proxy: LossyProxy, lossy: Queue, queue: Queue) -> None:
    worker = Worker(lossy, "w")
    worker.fetch()
    queue.enqueue(Task())
    proxy.lose_reply()
    assert lossy.wait("w", 0.5)


def test_a_store_that_stays_away_is_said_to_be(proxy: LossyProxy, lossy: Queue) -> None:
    proxy.close()
    with pytest.raises(StoreUnavailable):
        lossy.enqueue(Task())
    with pytest.raises(StoreUnavailable):
        lossy.wait("w", 0.1)


def test_a_store_that_refuses_writes_is_away_but_a_wrong_call_is_a_bug(
    queue: Queue, store: object, valkey_url: str
) -> None:
    client = connect(valkey_url, max_connections=1)
    client.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailable):
            queue.enqueue(Task())
    finally:
        client.config_set("maxmemory", "0")
    client.set("{fd1}:r:tasks", "not a sorted set")
    with pytest.raises(Exception, match="WRONGTYPE"):
        queue.enqueue(Task())
    client.close()
