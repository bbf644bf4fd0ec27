"""Dramatiq's Broker and Consumer over clients/queue, and nothing else.

Consumers are thin: the courier puts deliveries straight on the worker's own queue, `ack` carries out the verdict that
`Lifecycle` decided. Dramatiq's delay queues, retries, results and pipelines are not used.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, TypeVar

import dramatiq
import structlog
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.common import current_millis
from dramatiq.errors import BrokerConnectionError, DecodeError, QueueJoinTimeout
from dramatiq.message import Message
from dramatiq.middleware import Interrupt, Middleware, Shutdown, SkipMessage, TimeLimit, raise_thread_exception
from dramatiq.worker import ConsumerThread, Worker

from clients.queue import Back, Courier, Dead, Done, Entry, Later, Queue, Verdict, connect
from config import metrics
from config.errors import Cancelled, NotYet, PermanentError, StoreUnavailable, TransientError
from config.secrets import encrypt
from config.settings import Environment, process_name, settings
from models.jobs import ANSWER_QUEUES, BULK_QUEUES, WORKER_QUEUES, Job
from models.turn import Delivery
from workers.verdict import MAX_ATTEMPTS, decide

log = structlog.get_logger()

TIME_LIMIT_MS = 90_000
GRACE_S = 8.0  # after SIGTERM: how long an actor may take to notice `stopping()` before it is interrupted
DEVELOPMENT_GRACE_S = 2.0
UNDECIDED_MS = 1_000
LEASE_S = 5.0  # a process that has not reported for so long is taken for dead
SHORTEST_LEASE_S = 1.0  # however much time is scaled: a busy machine must not look dead
HELD_COST = 1.0  # what a message is charged that only learned that it must wait
_URGENCY = (*WORKER_QUEUES, *ANSWER_QUEUES)

_running: ContextVar[QueuedMessage | None] = ContextVar("running", default=None)

JobType = TypeVar("JobType", bound=Job)
Stage = Callable[[JobType, Delivery], None]


class QueuedMessage(MessageProxy):
    """A delivery on its way through the worker. Its text names the job and the id: arguments may be content."""

    def __init__(self, message: Message[Any], entry: Entry) -> None:
        super().__init__(message)
        self.entry = entry
        self.verdict: Verdict | None = None
        self.cost: float | None = None
        self.started = 0.0

    def __str__(self) -> str:
        return f"{self._message.actor_name} {self._message.message_id}"

    __repr__ = __str__


class QueueBroker(dramatiq.Broker):
    """Give it a `Queue`, or let it connect on first use by the settings. Stages use the same `queue`."""

    def __init__(self, queue: Queue | None = None, *, grace_s: float | None = None) -> None:
        super().__init__(middleware=[Lifecycle(), TimeLimit(time_limit=TIME_LIMIT_MS)])
        self.queues: dict[str, None] = {}
        self.job_classes: dict[str, type[Job]] = {}
        self.stopping = threading.Event()
        self.courier: Courier
        self._queue = queue
        self._threads = 8
        self._grace_s = grace_s
        self._lease_s = LEASE_S
        self._consumers: dict[str, ConsumerThread] = {}
        self._expected: set[str] = set()
        self._polled: set[str] = set()
        self._running: dict[int, QueuedMessage] = {}
        self._lock = threading.Lock()

    @property
    def queue(self) -> Queue:
        """The front this process uses. 4 + threads/4 connections in all: one waits for wake-ups, one is the metrics'."""
        if self._queue is None:
            given = settings()
            client = connect(given.redis_url, ca=given.redis_ca, max_connections=3 + self._threads // 4)
            self._queue = Queue(client)
            self._lease_s = max(SHORTEST_LEASE_S, given.scaled_s(LEASE_S))
        return self._queue

    def declare_queue(self, queue_name: str) -> None:
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = None
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Dramatiq's own way to send; stages use `queue().enqueue(job)`."""
        job = self.job_classes[message.actor_name].from_arguments(message.kwargs)
        self.emit_before("enqueue", message, delay)
        try:
            self.queue.enqueue(job, delay_ms=delay or 0, message_id=message.message_id)
        except StoreUnavailable as error:
            raise BrokerConnectionError(str(error)) from error  # type: ignore[no-untyped-call]
        self.emit_after("enqueue", message, delay)
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 1000) -> Consumer:
        return QueueConsumer(self, queue_name, timeout)

    def join(self, queue_name: str, *, timeout: int | None = None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout / 1000
        while self.queue.depth(queue_name):
            if deadline is not None and time.monotonic() >= deadline:
                raise QueueJoinTimeout(queue_name)  # type: ignore[no-untyped-call]
            time.sleep(0.02)

    def close(self) -> None:
        if self._queue is not None:
            self._queue.close()

    def boot(self, worker: Worker) -> None:
        """Before any thread runs: one slot for each."""
        self._threads = worker.worker_threads
        process = f"{process_name()}-{os.getpid()}-{secrets.token_hex(4)}"
        queue = self.queue  # reads the settings first, if it must
        self.courier = Courier(
            queue, process, self._threads, self._deliver, self.stopping, lease_ms=int(self._lease_s * 1000)
        )

    def listen_to_sigterm(self) -> None:
        """The gate closes with the signal; Dramatiq's main loop looks for it once a second."""
        if threading.current_thread() is not threading.main_thread():
            return
        previous = signal.getsignal(signal.SIGTERM)
        if not callable(previous):
            return

        def stop(signum: int, frame: Any) -> None:
            # Heroku signals every process and Dramatiq forwards its own; to the second one Dramatiq would say "now".
            repeated = self.stopping.is_set()
            self.stopping.set()
            if not repeated:
                previous(signum, frame)

        signal.signal(signal.SIGTERM, stop)

    def consumer_booted(self, thread: ConsumerThread) -> None:
        with self._lock:
            self._consumers[thread.queue_name] = thread

    def consumer_polled(self, queue_name: str) -> None:
        """Its ConsumerThread has its consumer, so it can settle."""
        if queue_name not in self._polled:
            with self._lock:
                self._polled.add(queue_name)
                self._open_when_complete()

    def run(self, queue_names: Iterable[str]) -> None:
        """Every thread is started: fetch from these queues as soon as each can settle."""
        self.courier.start()
        with self._lock:
            self._expected.update(queue_names)
            self._open_when_complete()

    def _open_when_complete(self) -> None:
        if self._expected and self._polled >= self._expected:
            ordered = sorted(self._expected, key=_urgency)
            bulk = [name for name in ordered if name in BULK_QUEUES]
            self.courier.fetch_from([name for name in ordered if name not in BULK_QUEUES], bulk)

    def shut(self) -> None:
        """The gate closes; actors still running after the grace are interrupted, their messages go back unspent."""
        self.stopping.set()
        timer = threading.Timer(_grace_s() if self._grace_s is None else self._grace_s, self._interrupt)
        timer.daemon = True
        timer.start()

    def started(self, message: QueuedMessage) -> None:
        message.started = time.monotonic()
        with self._lock:
            self._running[threading.get_ident()] = message

    def finished(self) -> None:
        with self._lock:
            self._running.pop(threading.get_ident(), None)

    def current(self) -> QueuedMessage:
        """The message this thread's actor works on."""
        return self._running[threading.get_ident()]

    def settle(self, message: QueuedMessage, verdict: Verdict, *, alone: bool = False) -> None:
        call = self.courier.next_call()
        while True:
            try:
                return self.courier.settle(message.entry, verdict, call=call, alone=alone)
            except Interrupt:
                continue  # a time limit that struck too late; the same call again has no second effect

    def _deliver(self, entry: Entry) -> None:
        try:
            message: Message[Any] = Message.decode(entry.payload)
        except DecodeError as error:
            log.error("message.undecodable", message_id=entry.message_id)
            unreadable: Message[Any] = Message(entry.queue, "undecodable", (), {}, {}, message_id=entry.message_id)
            letter = Dead(type(error).__name__, payload=encrypt(entry.payload))
            self.settle(QueuedMessage(unreadable, entry), letter, alone=True)
            return
        message.options.pop("eta", None)  # delays live in Redis; Dramatiq must not start one of its own
        self._consumers[entry.queue].handle_message(QueuedMessage(message, entry))

    def _interrupt(self) -> None:
        with self._lock:
            for ident, message in self._running.items():
                log.warning("job.interrupted", job=message.actor_name, message_id=message.message_id)
                raise_thread_exception(ident, Shutdown)  # type: ignore[no-untyped-call]


class QueueConsumer(Consumer):
    """One per queue, and idle: it is there to settle."""

    def __init__(self, broker: QueueBroker, queue_name: str, timeout_ms: int) -> None:
        self._broker = broker
        self._queue_name = queue_name
        self._timeout_s = timeout_ms / 1000

    def __next__(self) -> None:
        self._broker.consumer_polled(self._queue_name)
        if not self._broker.stopping.wait(self._timeout_s):
            return
        time.sleep(0.02)  # the ConsumerThread is about to be told

    def ack(self, message: Any) -> None:
        # No verdict: the hook that decides did not come to its end, so nobody knows how the job ended.
        self._broker.settle(message, message.verdict or Later(UNDECIDED_MS))

    def nack(self, message: Any) -> None:
        """Dramatiq fails only messages of an actor it does not know."""
        decision = decide(message._message, message._exception, stopping=False, max_attempts=MAX_ATTEMPTS)
        log.error("job.unknown", job=message.actor_name, message_id=message.message_id, verdict=decision.name)
        self._broker.settle(message, decision.verdict, alone=True)

    def requeue(self, messages: Iterable[Any]) -> None:
        for message in messages:
            self._broker.settle(message, Back())


class Lifecycle(Middleware):
    """Ties the broker to the worker's hooks, and turns an actor's end into a verdict."""

    @property
    def actor_options(self) -> set[str]:
        return {"max_attempts", "throws"}

    def before_worker_boot(self, broker: Any, worker: Worker) -> None:
        broker.boot(worker)

    def after_worker_boot(self, broker: Any, worker: Worker) -> None:
        broker.listen_to_sigterm()
        broker.run(worker.consumers)

    def after_consumer_thread_boot(self, broker: Any, thread: ConsumerThread) -> None:
        broker.consumer_booted(thread)

    def before_worker_shutdown(self, broker: Any, worker: Worker) -> None:
        broker.shut()

    def after_worker_shutdown(self, broker: Any, worker: Worker) -> None:
        broker.courier.end()

    def before_process_message(self, broker: Any, message: Any) -> None:
        if broker.stopping.is_set():
            raise SkipMessage("the process stops")
        broker.started(message)
        metrics.labelled(metrics.jobs_running, message.actor_name).inc()
        if message.entry.delivery == 1:
            waited_s = max(0, current_millis() - message.message_timestamp) / 1000
            metrics.labelled(metrics.job_wait_seconds, message.queue_name).observe(waited_s)

    def after_process_message(
        self, broker: Any, message: Any, *, result: Any = None, exception: BaseException | None = None
    ) -> None:
        broker.finished()
        limit = broker.get_actor(message.actor_name).options["max_attempts"]
        decision = decide(message._message, exception, stopping=broker.stopping.is_set(), max_attempts=limit)
        message.verdict = charged(decision.verdict, message.cost, held=isinstance(exception, NotYet))
        job = message.actor_name
        metrics.labelled(metrics.jobs_running, job).dec()
        metrics.labelled(metrics.jobs, job, decision.name).inc()
        metrics.labelled(metrics.job_seconds, job).observe(time.monotonic() - message.started)
        if decision.name in {"failed", "dead"}:
            log.error("job.failed", job=job, message_id=message.message_id, verdict=decision.name, exc_info=exception)
        elif exception is not None:
            reason = type(exception).__name__
            log.info("job.ended_early", job=job, message_id=message.message_id, verdict=decision.name, error=reason)

    def after_skip_message(self, broker: Any, message: Any) -> None:
        message.verdict = Back()


class QuietActor(dramatiq.Actor[..., None]):
    """Dramatiq's actor without its debug lines, which print arguments."""

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self.fn(*args, **kwargs)


def actor(
    job_class: type[JobType],
    *,
    time_limit_ms: int = TIME_LIMIT_MS,
    max_attempts: int = MAX_ATTEMPTS,
    broker: QueueBroker | None = None,
) -> Callable[[Stage[JobType]], Stage[JobType]]:
    """Make `fn(job, delivery)` the actor of a job. The function itself stays callable as it is, for tests."""
    home = broker or _broker

    def decorate(fn: Stage[JobType]) -> Stage[JobType]:
        def run(**arguments: Any) -> None:
            message = home.current()
            facts = {"job": job_class.name, "request_id": message.options.get("request_id")}
            facts |= {name: arguments.get(name) for name in ("tenant_id", "turn_id")}
            running = _running.set(message)
            try:
                with structlog.contextvars.bound_contextvars(**{name: fact for name, fact in facts.items() if fact}):
                    fn(job_class.from_arguments(arguments), Delivery(message.message_id, message.entry.delivery))
            finally:
                _running.reset(running)

        home.job_classes[job_class.name] = job_class
        QuietActor(
            run,
            broker=home,
            actor_name=job_class.name,
            queue_name=job_class.queue,
            priority=0,
            options={
                "time_limit": time_limit_ms,
                "max_attempts": max_attempts,
                "throws": (NotYet, TransientError, PermanentError, Cancelled, Shutdown),
            },
        )
        return fn

    return decorate


def queue() -> Queue:
    """The queue of this process."""
    return _broker.queue


def served(cost: float) -> None:
    """What the running job really costs its tenant (model tokens, where that was the estimate)."""
    message = _running.get()
    if message is not None:  # else a stage is called by hand
        message.cost = cost


def charged(verdict: Verdict, cost: float | None, *, held: bool) -> Verdict:
    """The verdict with the job's real cost; None stays as estimated."""
    if not isinstance(verdict, Done | Later) or (cost is None and not held):
        return verdict
    return replace(verdict, cost=HELD_COST if cost is None else cost)


def stopping() -> bool:
    """Whether this process was told to stop: long work asks at least once a second and raises Cancelled."""
    return _broker.stopping.is_set()


def _urgency(queue_name: str) -> tuple[int, str]:
    return (_URGENCY.index(queue_name) if queue_name in _URGENCY else len(_URGENCY)), queue_name


def _grace_s() -> float:
    return DEVELOPMENT_GRACE_S if settings().environment is Environment.DEVELOPMENT else GRACE_S


_broker = QueueBroker()
dramatiq.set_broker(_broker)
