from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import redis
from dramatiq import Worker
from dramatiq.message import Message

from clients.queue import Queue, connect
from config.errors import Cancelled, NotYet, PermanentError, TransientError
from models.jobs import Job
from models.turn import Delivery
from tests.clients.queue.cast import LossyProxy
from tests.clients.queue.conftest import store, valkey_url
from workers.broker import HELD_COST, QueueBroker, actor, served, stopping

__all__ = ["store", "valkey_url"]  # the fixtures of the queue's own tests

PATIENCE_S = 15.0
Behaviour = Callable[["Errand", Delivery], None]


@dataclass(frozen=True, kw_only=True)
class Errand(Job):
    name: ClassVar[str] = "errand.run"
    queue: ClassVar[str] = "errands"

    label: str = ""
    key: str | None = None
    turn_id: str | None = None

    @property
    def sequence_key(self) -> str | None:
        return self.key


@dataclass(frozen=True, kw_only=True)
class OtherErrand(Errand):
    name: ClassVar[str] = "errand.other"
    queue: ClassVar[str] = "others"


class Office:
    """A real worker in this process whose actor does what the test says."""

    def __init__(self, url: str, *, grace_s: float = 0.2, threads: int = 4) -> None:
        self.queue = Queue(connect(url, max_connections=4 + threads // 4))
        self.broker = QueueBroker(self.queue, grace_s=grace_s)
        self.runs: list[tuple[str, int]] = []
        self.behaviour: Behaviour = lambda job, delivery: None
        self._lock = threading.Lock()
        for job_class in (Errand, OtherErrand):
            actor(job_class, broker=self.broker, time_limit_ms=60_000)(self._run)
        self.worker = Worker(self.broker, worker_threads=threads, worker_timeout=50)

    def _run(self, job: Errand, delivery: Delivery) -> None:
        with self._lock:
            self.runs.append((job.label, delivery.number))
        self.behaviour(job, delivery)

    def labels(self) -> list[str]:
        return [label for label, _ in self.runs]

    def send(self, *labels: str, job_class: type[Errand] = Errand, **facts: Any) -> None:
        for label in labels:
            self.queue.enqueue(job_class(tenant_id="tenant-alice", label=label, **facts))

    def finish(self) -> None:
        self.broker.join("errands", timeout=int(PATIENCE_S * 1000))


@contextmanager
def open_office(url: str, **facts: Any) -> Iterator[Office]:
    office = Office(url, **facts)
    office.worker.start()
    try:
        yield office
    finally:
        office.worker.stop(5_000)
        office.broker.close()


@pytest.fixture(name="office")
def _office(valkey_url: str, store: redis.Redis) -> Iterator[Office]:
    with open_office(valkey_url) as office:
        yield office


def until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


def raises_until(delivery_number: int, error: Callable[[], BaseException]) -> Behaviour:
    def behave(job: Errand, delivery: Delivery) -> None:
        if delivery.number < delivery_number:
            raise error()

    return behave


def test_a_job_reaches_its_actor_with_its_delivery(office: Office) -> None:
    office.send("a")
    office.send("b", job_class=OtherErrand)
    office.finish()
    office.broker.join("others", timeout=5_000)
    assert sorted(office.runs) == [("a", 1), ("b", 1)]


def test_dramatiqs_own_way_to_send_works_too(office: Office) -> None:
    message: Message[Any] = Message("errands", Errand.name, (), {"tenant_id": "tenant-alice", "label": "sent"}, {})
    office.broker.enqueue(message)
    office.finish()
    assert office.labels() == ["sent"]


def test_many_jobs_over_few_threads_are_each_run_once(office: Office) -> None:
    labels = [str(number) for number in range(300)]
    office.send(*labels)
    office.finish()
    assert sorted(office.labels()) == sorted(labels)


def test_jobs_of_one_key_run_in_order(office: Office) -> None:
    labels = [str(number) for number in range(30)]
    office.send(*labels, key="conversation")
    office.finish()
    assert office.labels() == labels


def test_not_yet_comes_back_and_spends_no_attempt(office: Office) -> None:
    office.behaviour = raises_until(8, lambda: NotYet(5))
    office.send("a")
    office.finish()
    assert office.runs[-1] == ("a", 8)
    assert office.queue.dead_letters("tenant-alice") == []


def test_a_transient_error_comes_back_when_the_other_side_asked_for_it(office: Office) -> None:
    office.behaviour = raises_until(8, lambda: TransientError("429", delay_ms=5))
    office.send("a")
    office.finish()
    assert office.runs[-1] == ("a", 8)


def test_a_permanent_error_ends_it(office: Office) -> None:
    office.behaviour = raises_until(99, lambda: PermanentError("never"))
    office.send("a")
    office.finish()
    assert office.runs == [("a", 1)]
    assert office.queue.dead_letters("tenant-alice") == []


def test_a_bug_is_tried_again_and_then_a_dead_letter_without_content(
    office: Office, store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.verdict.MIN_BACKOFF_MS", 2)
    office.behaviour = raises_until(99, lambda: KeyError("what the visitor wrote"))
    office.send("a", "b", key="k")
    office.finish()
    assert [label for label in office.labels() if label == "a"] == ["a"] * 5
    letter, _ = office.queue.dead_letters("tenant-alice")
    assert (letter.error, letter.message, letter.job) == ("KeyError", "", "errand.run")
    assert "test_broker.py" in letter.location
    sealed: Any = store.hget(f"{{fd1}}:m:tenant-alice:{letter.message_id}", "p")
    assert b"tenant-alice" not in sealed
    assert office.queue.retry_dead("tenant-alice", letter.message_id)
    office.finish()
    assert [label for label in office.labels() if label == "a"] == ["a"] * 10


def test_a_job_of_a_newer_release_waits_for_its_workers(office: Office, store: redis.Redis) -> None:
    message: Message[Any] = Message("errands", "errand.of_tomorrow", (), {"tenant_id": "tenant-alice"}, {})
    office.queue.push(
        message.encode(), message_id=message.message_id, tenant_id="tenant-alice", queue="errands", sequence_key=None
    )
    until(lambda: store.zcard("{fd1}:due"))
    letter: Any = store.hgetall(f"{{fd1}}:m:tenant-alice:{message.message_id}")
    assert json.loads(letter[b"p"])["options"]["attempts"] == 1


def test_a_payload_nobody_can_read_is_a_dead_letter(office: Office) -> None:
    office.queue.push(b"{", message_id="m", tenant_id="tenant-alice", queue="errands")
    office.finish()
    (letter,) = office.queue.dead_letters("tenant-alice")
    assert (letter.message_id, letter.job) == ("m", "undecodable")
    office.send("next")
    office.finish()
    assert office.labels() == ["next"]


def test_a_flood_that_nobody_understands_does_not_bury_the_worker(office: Office) -> None:
    for number in range(400):
        office.queue.push(b"{", message_id=f"m{number}", tenant_id="tenant-alice", queue="errands")
    office.send("next")
    office.finish()
    assert office.labels() == ["next"]
    assert len(office.queue.dead_letters("tenant-alice", limit=500)) == 400


def test_no_more_is_fetched_than_threads_are_free(office: Office, store: redis.Redis) -> None:
    gate = threading.Event()
    office.behaviour = lambda job, delivery: until(gate.is_set)
    office.send(*"abcdefgh")
    until(lambda: len(office.runs) == 4)
    assert store.zcard("{fd1}:l:errands:tenant-alice") == 4
    gate.set()
    office.finish()
    assert sorted(office.labels()) == list("abcdefgh")


def test_what_went_down_with_processes_runs_beside_nothing(office: Office, store: redis.Redis) -> None:
    beside: dict[str, int] = {}
    running: set[str] = set()

    def note(job: Errand, delivery: Delivery) -> None:
        running.add(job.label)
        time.sleep(0.02)
        beside[job.label] = len(running)
        running.discard(job.label)

    office.behaviour = note
    office.send(*"abcdef")
    office.queue.enqueue(Errand(tenant_id="tenant-alice", label="poison"), message_id="poison", delay_ms=30)
    store.hset("{fd1}:m:tenant-alice:poison", "x", 3)
    office.send(*"ghijkl")
    office.finish()
    assert sorted(office.labels()) == sorted(["poison", *"abcdefghijkl"])
    assert beside["poison"] == 1


def test_a_job_says_what_it_really_cost(office: Office, store: redis.Redis) -> None:
    office.behaviour = lambda job, delivery: served(41)
    office.send("a")
    office.finish()
    assert store.zscore("{fd1}:v:errands", "tenant-alice") == 41


def test_a_held_job_is_charged_once_however_often_it_comes_back(office: Office, store: redis.Redis) -> None:
    office.behaviour = raises_until(6, lambda: NotYet(1))
    office.send("a")
    office.finish()
    assert float(store.zscore("{fd1}:v:errands", "tenant-alice") or 0) <= 6 * HELD_COST


def test_stopping_returns_what_cannot_end_unspent(valkey_url: str, store: redis.Redis) -> None:
    def obey(job: Errand, delivery: Delivery) -> None:
        until(office.broker.stopping.is_set)
        raise Cancelled("the process stops")

    with open_office(valkey_url) as office:
        office.behaviour = obey
        office.send(*"abcdef")
        until(lambda: len(office.runs) == 4)
    with open_office(valkey_url, threads=1) as second:
        second.finish()
    assert second.runs == [("a", 2), ("b", 2), ("c", 2), ("d", 2), ("e", 1), ("f", 1)]


def test_an_actor_that_does_not_notice_is_interrupted_after_the_grace(valkey_url: str, store: redis.Redis) -> None:
    def ignore(job: Errand, delivery: Delivery) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            time.sleep(0.01)

    with open_office(valkey_url) as office:
        office.behaviour = ignore
        office.send("a")
        until(lambda: office.runs)
        stopped = time.monotonic()
    assert time.monotonic() - stopped < PATIENCE_S / 2
    with open_office(valkey_url) as second:
        second.finish()
    assert second.runs == [("a", 2)]


def test_nothing_is_lost_or_doubled_when_connections_break(valkey_url: str, store: redis.Redis) -> None:
    proxy = LossyProxy(valkey_url)
    feeder = Queue(connect(valkey_url, max_connections=1))
    with open_office(proxy.url) as office:
        for number in range(200):
            feeder.enqueue(Errand(tenant_id="tenant-alice", label=str(number)))
            if number % 20 == 10:
                proxy.lose_reply()
            if number % 50 == 40:
                proxy.cut()
        until(lambda: not feeder.depth("errands"))  # past the proxy, which may cut two answers in a row
        assert sorted(office.labels(), key=int) == [str(number) for number in range(200)]
    feeder.close()
    proxy.close()


def test_connections_stay_within_the_promise(valkey_url: str, store: redis.Redis) -> None:
    before: Any = store.info("clients")
    with open_office(valkey_url, threads=8) as office:
        office.send(*[str(number) for number in range(200)])
        office.finish()
        after: Any = store.info("clients")
    assert after["connected_clients"] <= before["connected_clients"] + 4 + 8 // 4


def test_outside_a_stopping_worker_nothing_stops() -> None:
    assert not stopping()


class Command:
    """The `dramatiq` command as Procfile runs it, on the tiny module beside this file."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "dramatiq", "tests.workers.broker_app:broker"),
                *("--processes", "1", "--threads", "2", "--worker-shutdown-timeout", "3000"),
            ],
            env={**os.environ, "REDIS_URL": url},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> float:
        begin = time.monotonic()
        self.process.terminate()
        self.process.wait(20)
        return time.monotonic() - begin


@pytest.fixture
def command(valkey_url: str, store: redis.Redis) -> Iterator[Callable[[], Command]]:
    commands: list[Command] = []

    def start() -> Command:
        commands.append(Command(valkey_url))
        return commands[-1]

    yield start
    for each in commands:
        if each.process.poll() is None:
            each.kill()


def started(store: redis.Redis) -> list[tuple[str, str]]:
    lines: Any = store.lrange("started", 0, -1)
    return [tuple(line.decode().split()) for line in lines]


def test_what_a_killed_process_worked_on_goes_on_in_another(
    command: Callable[[], Command], valkey_url: str, store: redis.Redis
) -> None:
    queue = Queue(store)
    first = command()
    send_errand(queue)
    until(lambda: len(started(store)) == 1)
    first.kill()
    command()
    until(lambda: len(started(store)) == 2)
    store.set("let go", 1)
    until(lambda: not queue.depth("errands"))
    (pid_1, delivery_1), (pid_2, delivery_2) = started(store)
    assert pid_1 != pid_2
    assert (delivery_1, delivery_2) == ("1", "2")


def test_sigterm_ends_the_command_soon_and_returns_its_work(command: Callable[[], Command], store: redis.Redis) -> None:
    queue = Queue(store)
    first = command()
    send_errand(queue)
    until(lambda: len(started(store)) == 1)
    assert first.stop() < 5
    assert first.process.returncode == 0
    assert queue.depth("errands") == {"tenant-alice": 1}
    assert store.zcard("{fd1}:l:errands:tenant-alice") == 1
    assert store.zcard("{fd1}:procs") == 0


def send_errand(queue: Queue) -> None:
    message: Message[Any] = Message("errands", Errand.name, (), {"tenant_id": "tenant-alice"}, {})
    queue.push(message.encode(), message_id=message.message_id, tenant_id="tenant-alice", queue="errands")
