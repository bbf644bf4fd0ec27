"""Looking into the queue: how full, how old, who is served, and dead letters. For threads and for the event loop.

Reads that no message depends on: plain commands in one round trip each, besides three scripts. Never shows a payload.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import redis
import redis.asyncio

from clients.queue.connection import twice, twice_async
from clients.queue.scripts import PREFIX, AsyncScripts, Scripts
from config.errors import Conflict
from config.secrets import decrypt

HOUR_S = 3600
TOP = 20


@dataclass(frozen=True)
class QueueState:
    """One queue now. `depth` counts all unsettled messages: waiting, delayed and in flight."""

    queue: str
    depth: int
    tenants: int  # with messages that wait for a thread, a token or capacity
    ready: int  # of these, served as soon as a thread is free
    oldest_ms: int | None  # how long the oldest such message has waited since it arrived
    in_flight: int


@dataclass(frozen=True)
class TenantService:
    """What a queue did for a tenant in this hour and the one before, and what waits."""

    tenant_id: str
    queue: str
    cost: float
    starts: int  # of messages; what comes back and starts again counts once
    mean_wait_ms: float  # from arrival to the first start
    depth: int
    oldest_ms: int | None


@dataclass(frozen=True)
class DeadLetter:
    """A message that a bug, or a process dying with it, has stopped. What it says is not shown."""

    message_id: str
    queue: str
    job: str
    error: str
    message: str
    location: str
    died_at_ms: int
    deliveries: int


Commands = list[tuple[str | int, ...]]


class Inspection:
    """For threads. Mixed into `Queue`."""

    _redis: redis.Redis
    _scripts: Scripts

    def queue_states(self, queues: Sequence[str]) -> list[QueueState]:
        """Each queue's depth, oldest message and tenants. O(tenants with messages)."""
        seen = [self._scripts.run("inspect", queue) for queue in queues]
        processes = twice(lambda: self._redis.zrange(f"{PREFIX}procs", 0, -1))
        flights = self._ask(_ask_flights(processes))
        return _states(queues, seen, self._ask(_ask_queues_of(flights)))

    def top_tenants(self, queue: str, *, limit: int = TOP) -> list[TenantService]:
        """Those who were served most (by charged cost) in this hour and the one before, first."""
        costs = _costs(self._ask(_ask_costs(queue, limit)))[:limit]
        return self._services([(tenant, queue, cost) for tenant, cost in costs])

    def tenant_services(self, tenant_id: str, queues: Sequence[str]) -> list[TenantService]:
        """One tenant in each queue."""
        answers = self._ask(_ask_own_costs(tenant_id, queues))
        return self._services([(tenant_id, queue, cost) for queue, cost in zip(queues, _pairs(answers), strict=True)])

    def _services(self, who: Sequence[tuple[str, str, float]]) -> list[TenantService]:
        return _services(who, self._ask(_ask_services(who)))

    def dead_letters(self, tenant_id: str, *, skip: int = 0, limit: int = 50) -> list[DeadLetter]:
        """A tenant's dead letters, oldest first."""
        return [letter for letter, _ in self._dead(tenant_id, skip, limit)]

    def retry_dead(self, tenant_id: str, message_id: str) -> bool:
        """Run it again as if it were new. False when there is no such letter."""
        for letter, payload in self._dead(tenant_id, 0, LETTERS):
            if letter.message_id == message_id:
                return bool(self._scripts.run("revive", tenant_id, message_id, "retry", as_new(payload)))
        return False

    def drop_dead(self, tenant_id: str, message_id: str) -> bool:
        """Delete it. False when there is no such letter."""
        return bool(self._scripts.run("revive", tenant_id, message_id, "drop", ""))

    def _dead(self, tenant_id: str, skip: int, limit: int) -> list[tuple[DeadLetter, bytes]]:
        return _letters(self._scripts.run("dead", tenant_id, skip, limit))

    def _ask(self, commands: Commands) -> list[Any]:
        def run() -> list[Any]:
            with self._redis.pipeline(transaction=False) as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
                return _answers(pipeline.execute(raise_on_error=False))

        return list(twice(run))


class AsyncInspection:
    """The same for an event loop. Mixed into `AsyncQueue`."""

    _redis: redis.asyncio.Redis
    _scripts: AsyncScripts

    async def queue_states(self, queues: Sequence[str]) -> list[QueueState]:
        """As `Inspection.queue_states`."""
        seen = [await self._scripts.run("inspect", queue) for queue in queues]
        processes = await twice_async(lambda: self._redis.zrange(f"{PREFIX}procs", 0, -1))
        flights = await self._ask(_ask_flights(processes))
        return _states(queues, seen, await self._ask(_ask_queues_of(flights)))

    async def top_tenants(self, queue: str, *, limit: int = TOP) -> list[TenantService]:
        """As `Inspection.top_tenants`."""
        costs = _costs(await self._ask(_ask_costs(queue, limit)))[:limit]
        return await self._services([(tenant, queue, cost) for tenant, cost in costs])

    async def tenant_services(self, tenant_id: str, queues: Sequence[str]) -> list[TenantService]:
        """As `Inspection.tenant_services`."""
        answers = await self._ask(_ask_own_costs(tenant_id, queues))
        who = [(tenant_id, queue, cost) for queue, cost in zip(queues, _pairs(answers), strict=True)]
        return await self._services(who)

    async def _services(self, who: Sequence[tuple[str, str, float]]) -> list[TenantService]:
        return _services(who, await self._ask(_ask_services(who)))

    async def dead_letters(self, tenant_id: str, *, skip: int = 0, limit: int = 50) -> list[DeadLetter]:
        """As `Inspection.dead_letters`."""
        return [letter for letter, _ in _letters(await self._scripts.run("dead", tenant_id, skip, limit))]

    async def retry_dead(self, tenant_id: str, message_id: str) -> bool:
        """As `Inspection.retry_dead`."""
        for letter, payload in _letters(await self._scripts.run("dead", tenant_id, 0, LETTERS)):
            if letter.message_id == message_id:
                return bool(await self._scripts.run("revive", tenant_id, message_id, "retry", as_new(payload)))
        return False

    async def drop_dead(self, tenant_id: str, message_id: str) -> bool:
        """As `Inspection.drop_dead`."""
        return bool(await self._scripts.run("revive", tenant_id, message_id, "drop", ""))

    async def _ask(self, commands: Commands) -> list[Any]:
        async def run() -> list[Any]:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)
                return _answers(await pipeline.execute(raise_on_error=False))

        return list(await twice_async(run))


def _answers(found: Iterable[Any]) -> list[Any]:
    """None for a message that was settled between two looks: its key is a string for a while then."""
    answers: list[Any] = []
    for each in found:
        settled = isinstance(each, redis.ResponseError) and str(each).startswith("WRONGTYPE")
        if isinstance(each, Exception) and not settled:
            raise each
        answers.append(None if settled else each)
    return answers


LETTERS = 1000  # kept of a tenant (flight.lua)


def as_new(payload: bytes) -> bytes:
    """A dead letter's message, opened, its tries forgotten.

    Raises:
        Conflict: it was sealed under another SECRET_KEY, or is no message.
    """
    try:
        message = json.loads(_opened(payload))
    except ValueError:
        raise Conflict("This message cannot be read: it was sealed under another SECRET_KEY, or is none.") from None
    options = message.get("options", {})
    message["options"] = {name: value for name, value in options.items() if name not in {"attempts", "waits"}}
    return json.dumps(message, separators=(",", ":")).encode()


def _letters(raw: list[Any]) -> list[tuple[DeadLetter, bytes]]:
    found = []
    for at in range(0, len(raw), 8):
        mid, died_at, queue, deliveries, error, message, location = (part.decode() for part in raw[at : at + 7])
        letter = DeadLetter(
            mid, queue, _job(raw[at + 7]), error, message, location, int(float(died_at)), int(deliveries or 0)
        )
        found.append((letter, raw[at + 7]))
    return found


def _job(payload: bytes) -> str:
    try:
        return str(json.loads(_opened(payload))["actor_name"])
    except (ValueError, KeyError, TypeError):
        return "undecodable"


def _opened(payload: bytes) -> str | bytes:
    """Letters are sealed by the worker that buried them; the scripts bury what killed its workers as it is."""
    return payload if payload.startswith(b"{") else decrypt(payload)


def _hours() -> tuple[int, int]:
    hour = int(time.time() // HOUR_S)
    return hour, hour - 1


def _age_ms(arrival: float | bytes | None) -> int | None:
    """A thousandth of an arrival number is its time in ms (older releases counted from 1: their age is not known)."""
    if arrival is None or arrival == b"" or float(arrival) < 1e12:
        return None
    return max(0, int(time.time() * 1000 - float(arrival) / 1000))


def _ask_flights(processes: Iterable[bytes]) -> Commands:
    return [("HGETALL", f"{PREFIX}f:{process.decode()}") for process in processes]


def _ask_queues_of(flights: Iterable[dict[bytes, bytes]]) -> Commands:
    return [
        ("HGET", f"{PREFIX}m:{holder.decode().split('|')[0]}:{mid.decode()}", "q")
        for flight in flights
        for mid, holder in flight.items()
    ]


def _states(queues: Sequence[str], seen: Sequence[list[Any]], running: Sequence[bytes | None]) -> list[QueueState]:
    return [
        QueueState(queue, depth, tenants, ready, _age_ms(oldest), running.count(queue.encode()))
        for queue, (depth, tenants, ready, oldest, _) in zip(queues, seen, strict=True)
    ]


def _ask_costs(queue: str, limit: int) -> Commands:
    return [("ZRANGE", f"{PREFIX}svc:{queue}:{hour}", 0, limit - 1, "REV", "WITHSCORES") for hour in _hours()]


def _costs(answers: Sequence[list[bytes]]) -> list[tuple[str, float]]:
    total: dict[str, float] = defaultdict(float)
    for found in answers:
        for tenant, cost in zip(found[::2], found[1::2], strict=True):
            total[tenant.decode()] += float(cost)
    return sorted(total.items(), key=lambda pair: -pair[1])


def _ask_own_costs(tenant_id: str, queues: Sequence[str]) -> Commands:
    return [("ZSCORE", f"{PREFIX}svc:{queue}:{hour}", tenant_id) for queue in queues for hour in _hours()]


def _pairs(answers: Sequence[float | None]) -> list[float]:
    return [(answers[at] or 0.0) + (answers[at + 1] or 0.0) for at in range(0, len(answers), 2)]


def _ask_services(who: Sequence[tuple[str, str, float]]) -> Commands:
    commands: Commands = []
    for tenant, queue, _ in who:
        for hour in _hours():
            commands += [("HGET", f"{PREFIX}{kind}:{queue}:{hour}", tenant) for kind in ("st", "ws")]
        commands += [("HGET", f"{PREFIX}z:{queue}", tenant), ("ZSCORE", f"{PREFIX}o:{queue}", tenant)]
    return commands


def _services(who: Sequence[tuple[str, str, float]], answers: Sequence[Any]) -> list[TenantService]:
    found = []
    for (tenant, queue, cost), at in zip(who, range(0, len(answers), 6), strict=True):
        starts = int(answers[at] or 0) + int(answers[at + 2] or 0)
        waited_ms = int(answers[at + 1] or 0) + int(answers[at + 3] or 0)
        mean_ms = waited_ms / starts if starts else 0.0
        depth, oldest = int(answers[at + 4] or 0), answers[at + 5]
        found.append(TenantService(tenant, queue, cost, starts, mean_ms, depth, _age_ms(oldest)))
    return found
