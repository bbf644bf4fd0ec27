"""The store restarts, forgets its scripts, or another one takes its place: the queue goes on with what was written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from clients.queue import Courier, Entry, Limits, Queue, connect
from clients.queue.records import Done
from config.embedded import Valkey, valkey
from config.errors import StoreUnavailable
from tests.clients.queue.cast import ALICE, LossyProxy, Task, Worker, label

PATIENCE_S = 15.0


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Valkey]:
    with valkey(tmp_path / "second", temporary=True) as server:
        yield server


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, what
        threading.Event().wait(0.01)


def follow(second: Valkey, valkey_url: str) -> redis.Redis:
    """The second server becomes a replica of the first and has all of it."""
    first = urlsplit(valkey_url)
    own = connect(second.url, max_connections=1)
    own.config_set("masterauth", first.password or "")
    own.config_set("requirepass", first.password or "")  # clients have one address and one password
    own.close()
    replica = connect(same_password(second, valkey_url), max_connections=2)
    primary = connect(valkey_url, max_connections=1)
    primary.config_set("repl-diskless-sync-delay", 0)
    primary.close()
    replica.execute_command("REPLICAOF", first.hostname, first.port)  # type: ignore[no-untyped-call]
    until(lambda: replica.info("replication")["master_link_status"] == "up", "the replica follows")
    return replica


def same_password(second: Valkey, valkey_url: str) -> str:
    first = urlsplit(valkey_url)
    return f"redis://:{first.password}@127.0.0.1:{second.port}/0"


def promote(replica: redis.Redis, store: redis.Redis) -> None:
    store.wait(1, 2000)
    replica.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]


def test_a_promoted_replica_goes_on_where_the_first_stopped(
    store: redis.Redis, second: Valkey, valkey_url: str
) -> None:
    replica = follow(second, valkey_url)
    proxy = LossyProxy(valkey_url)
    queue = Queue(connect(proxy.url, max_connections=3))
    worker = Worker(queue, "worker-1")
    queue.set_limits(ALICE, Limits(concurrency=2))
    for name in ("a", "b", "c", "d"):
        queue.enqueue(Task(label=name, key="k" if name in "ab" else None))
    first, second_entry = worker.fetch(2)
    promote(replica, store)
    proxy.point_to(second.url)
    assert worker.settle(first, Done(), count=1).settled  # the scripts are unknown there: sent again by text
    assert worker.done(second_entry)
    assert len(worker.fetch(10)) == 1
    assert queue.depth("tasks") == {ALICE: 2}
    queue.close()
    proxy.close()
    replica.close()


def test_a_demoted_primary_is_away_and_its_connection_is_given_up(
    store: redis.Redis, second: Valkey, valkey_url: str
) -> None:
    demoted = follow(second, valkey_url)
    queue = Queue(connect(same_password(second, valkey_url), max_connections=1))
    with pytest.raises(StoreUnavailable):
        queue.enqueue(Task())
    demoted.execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]
    queue.enqueue(Task(label="a"))
    assert Worker(queue, "w").labels() == ["a"]
    queue.close()
    demoted.close()


def test_a_sleeping_process_hears_of_work_after_a_fail_over(
    store: redis.Redis, second: Valkey, valkey_url: str
) -> None:
    """Its wake-up list, and that it is idle, are on the replica too; the broken connection counts as a wake-up."""
    replica = follow(second, valkey_url)
    proxy = LossyProxy(valkey_url)
    queue = Queue(connect(proxy.url, max_connections=4))
    stopping, ran = threading.Event(), []

    def deliver(entry: Entry) -> None:
        ran.append(label(entry))
        threading.Thread(
            target=lambda: courier.settle(entry, Done(), call=courier.next_call()), name="stage", daemon=True
        ).start()

    courier = Courier(queue, "worker-1", 2, deliver, stopping)
    courier.start()
    courier.fetch_from(("tasks",))
    until(lambda: store.zcard("{fd1}:idle:tasks"), "the process is idle")
    promote(replica, store)
    proxy.point_to(second.url)
    other = Queue(replica)
    other.enqueue(Task(label="a"))
    until(lambda: ran == ["a"], "the message is run")
    until(lambda: other.depth("tasks") == {}, "and settled")
    courier.end()
    queue.close()
    proxy.close()
    replica.close()


def test_a_restarted_store_has_every_message(tmp_path: Path) -> None:
    with valkey(tmp_path / "own", temporary=True) as server:
        queue = Queue(connect(server.url, max_connections=2))
        for name in ("a", "b", "c"):
            queue.enqueue(Task(label=name, key="k"))
        worker = Worker(queue, "worker-1")
        (running,) = worker.fetch(10)
        server.stop()
        with pytest.raises(StoreUnavailable):
            queue.enqueue(Task())
        server.start()
        assert worker.done(running)
        assert worker.labels() == ["b"]
        queue.close()
