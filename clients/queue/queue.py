"""The fair queue's front for threads: enqueue, fetch, settle, report, wait. Of Dramatiq it knows the wire form."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import structlog

from clients.queue.connection import LOST, is_away, store_errors, twice
from clients.queue.inspection import Inspection
from clients.queue.records import Back, Dead, Done, Entry, Fetched, Later, Limits, Verdict
from clients.queue.scripts import PREFIX, TENANTS_CHANNEL, Argument, wall_clock_ms
from clients.queue.turns import Turns
from clients.queue.wire import JobLike, encode, lane_of

WHY_MAX = 500  # characters kept of a dead letter's error message
LEASE_MS = 5000  # a process silent for so long is taken for dead; it reports five times as often


class Queue(Turns, Inspection):
    """One per process. `call` is a calling slot and its running number ("3:17"): the same call twice has one effect."""

    def enqueue(
        self, job: JobLike, *, delay_ms: int = 0, message_id: str | None = None, request_id: str | None = None
    ) -> str:
        """Put a job into its tenant's lane, once per message id. A delayed one takes its sequence key only when due.

        `request_id` is the one bound to the log context unless given.
        """
        message_id = message_id or str(uuid.uuid4())
        request_id = request_id or structlog.contextvars.get_contextvars().get("request_id")
        payload = encode(job, message_id=message_id, request_id=request_id, now_ms=wall_clock_ms())
        self.push(
            payload,
            message_id=message_id,
            tenant_id=lane_of(job),
            queue=job.queue,
            sequence_key=job.sequence_key,
            cost=job.cost,
            delay_ms=delay_ms,
        )
        return message_id

    def push(
        self,
        payload: bytes,
        *,
        message_id: str,
        tenant_id: str,
        queue: str,
        sequence_key: str | None = None,
        cost: int = 1,
        delay_ms: int = 0,
    ) -> bool:
        """The same for a message already in wire form. False when its id is known."""
        return bool(
            self._scripts.run(
                "enqueue", tenant_id, checked_id(message_id), queue, sequence_key or "", cost, payload, delay_ms
            )
        )

    def fetch(self, process: str, queues: Sequence[str], count: int, *, call: str, bulk: Sequence[str] = ()) -> Fetched:
        """Start up to `count` messages here; fewer than asked registers the process as idle. 0 says it is not.

        `bulk` queues are asked after all `queues`, but get every twentieth start while they hold messages.
        """
        slot, number = call.split(":")
        return fetched(self._scripts.run("fetch", process, slot, number, count, len(bulk), *queues, *bulk))

    def settle(
        self,
        process: str,
        entry: Entry,
        verdict: Verdict,
        *,
        fetch_from: Sequence[str] = (),
        bulk: Sequence[str] = (),
        count: int = 0,
        call: str,
    ) -> Fetched:
        """Carry out the verdict and start up to `count` next messages, in one script."""
        slot, number = call.split(":")
        return fetched(
            self._scripts.run(
                "settle",
                process,
                slot,
                number,
                entry.tenant_id,
                entry.message_id,
                entry.delivery,
                *_verdict(verdict),
                count,
                len(bulk),
                *fetch_from,
                *bulk,
            )
        )

    def report(self, process: str, held: Iterable[Entry], *, lease_ms: int = LEASE_MS) -> list[str]:
        """We live, and hold these; five times per lease. Returns ids that went back (unreported twice, or of the silent)."""
        names = [f"{entry.message_id}|{entry.delivery}" for entry in held]
        return [mid.decode() for mid in self._scripts.run("report", process, lease_ms, *names)]

    def goodbye(self, process: str, queues: Sequence[str] = ()) -> None:
        """The process ends: what is still in flight there goes back to the head."""
        while not self._scripts.run("goodbye", process, *queues):
            pass

    def wait(self, process: str, timeout_s: float) -> bool:
        """Sleep until there is a reason to fetch. True also when the connection broke: it may have carried one."""
        with store_errors():
            try:
                return self._redis.blpop([f"{PREFIX}w:{process}"], timeout=max(0.001, timeout_s)) is not None
            except LOST as error:
                if is_away(error) and not self._reachable():
                    raise
                return True

    def nudge(self, process: str) -> None:
        """End a process's `wait`."""
        twice(lambda: self._redis.lpush(f"{PREFIX}w:{process}", ""))

    def set_limits(self, tenant_id: str, limits: Limits) -> None:
        """A tenant's share, in force from the next dispatch on."""
        self._scripts.run("limits", tenant_id, *limit_arguments(limits))

    def publish_invalidation(self, tenant_id: str) -> None:
        """A tenant changed: every process drops what it cached of it."""
        twice(lambda: self._redis.publish(TENANTS_CHANNEL, tenant_id))

    def depth(self, queue: str) -> dict[str, int]:
        """Unsettled messages per tenant: waiting, delayed and in flight."""
        counts = twice(lambda: self._redis.hgetall(f"{PREFIX}z:{queue}"))
        return {tenant.decode(): int(count) for tenant, count in counts.items()}

    def ping(self) -> None:
        """Raises StoreUnavailable unless Redis answers."""
        twice(self._redis.ping)

    def close(self) -> None:
        """Give up the connections."""
        self._redis.connection_pool.disconnect()

    def _reachable(self) -> bool:
        try:
            self._redis.ping()
        except LOST:
            return False
        return True


def checked_id(message_id: str) -> str:
    """A message id as the scripts can carry it."""
    if message_id.isalnum():  # nearly all are hex
        return message_id
    if not message_id or any(sign.isspace() or sign == "|" for sign in message_id):
        raise ValueError("a message id has no spaces and no '|'")
    return message_id


def limit_arguments(limits: Limits) -> tuple[Argument, ...]:
    """In the order of limits.lua's head."""
    return limits.weight, limits.rate_per_s, limits.burst, limits.concurrency or ""


def fetched(raw: list[Any]) -> Fetched:
    """Read the scripts' flat answer."""
    settled, next_due_ms = raw[0], raw[1]
    entries = [
        Entry(
            queue=raw[at].decode(),
            tenant_id=raw[at + 1].decode(),
            message_id=raw[at + 2].decode(),
            delivery=int(raw[at + 3]),
            alone=raw[at + 4] in (1, b"1"),
            payload=raw[at + 5],
        )
        for at in range(2, len(raw), 6)
    ]
    return Fetched(entries, None if next_due_ms < 0 else next_due_ms, bool(settled))


def _verdict(verdict: Verdict) -> tuple[Argument, ...]:
    """The seven verdict arguments of settle.lua."""
    match verdict:
        case Done(cost):
            return "done", 0, "", "", "", "", _cost(cost)
        case Later(delay_ms, payload, cost):
            return "later", max(0, delay_ms), payload or "", "", "", "", _cost(cost)
        case Dead(error, message, location, payload):
            return "dead", 0, payload or "", error, message[:WHY_MAX], location, ""
        case Back():
            return "back", 0, "", "", "", "", ""


def _cost(cost: float | None) -> Argument:
    return "" if cost is None else max(0.0, cost)
