"""The fair queue's front for the event loop: accept in one round trip, read turns, tell about changed tenants."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import redis.asyncio

from clients.queue.connection import twice_async
from clients.queue.inspection import AsyncInspection
from clients.queue.pipe import Pipe
from clients.queue.queue import checked_id, limit_arguments
from clients.queue.records import Acceptance, Accepted, BucketState, Event, Limits
from clients.queue.scripts import PREFIX, TENANTS_CHANNEL, Argument, AsyncScripts, Clock, wall_clock_ms
from clients.queue.turns import LISTEN_S
from clients.queue.wire import JobLike, encode, lane_of
from config.errors import StoreUnavailable

WATCH_S = 150


class AsyncQueue(AsyncInspection):
    """One per web process."""

    def __init__(self, client: redis.asyncio.Redis, *, clock: Clock | None = None) -> None:
        self._redis = client
        self._pipe = Pipe(client)
        self._scripts = AsyncScripts(self._pipe, clock)

    async def accept(self, acceptance: Acceptance) -> Accepted:
        """Dedupe, human sign, token, enqueue: one script, one round trip. Accepted means it is in the queue."""
        raw = await self._scripts.run("accept", *_accept_arguments(acceptance))
        status, turn_id, retry_after_ms, epoch, bucket, remaining, reset_ms, burst = raw
        return Accepted(
            status=status.decode(),
            turn_id=turn_id.decode() or None,
            retry_after_ms=int(retry_after_ms),
            epoch=int(epoch) if epoch else None,
            limit=BucketState(bucket.decode(), remaining, reset_ms, burst) if bucket else None,
        )

    async def enqueue(self, job: JobLike, *, message_id: str, request_id: str | None = None) -> None:
        """Put a job that takes no token into its tenant's lane, once per message id."""
        payload = encode(job, message_id=message_id, request_id=request_id, now_ms=wall_clock_ms())
        key, name = job.sequence_key or "", checked_id(message_id)
        await self._scripts.run("enqueue", lane_of(job), name, job.queue, key, job.cost, payload, 0)

    async def epoch(self, tenant_id: str, conversation_id: str) -> int | None:
        """The ownership epoch Redis knows; None counts as "ask the row"."""
        value = await self._call("GET", f"{PREFIX}e:{tenant_id}:{conversation_id}")
        return None if value is None else int(value)

    async def raise_epoch(self, tenant_id: str, conversation_id: str, *, at_least: int = 0) -> int:
        """A person took over or gave back. Returns max(existing + 1, now, at_least)."""
        return int(await self._scripts.run("epoch", tenant_id, conversation_id, at_least))

    async def events(self, tenant_id: str, turn_id: str, after: int = 0) -> list[Event]:
        """The turn's events numbered above `after`."""
        texts = await self._call("LRANGE", f"{PREFIX}t:{tenant_id}:{turn_id}", after, -1)
        return [Event.parse(text) for text in texts]

    async def listen(self, tenant_id: str, turn_id: str, channel: str) -> None:
        """Publish the turn's further events on `channel` too."""
        key = f"{PREFIX}to:{tenant_id}:{turn_id}"
        await self._call("SADD", key, channel)
        await self._call("EXPIRE", key, LISTEN_S)

    async def watch(self, tenant_id: str, conversation_id: str, channel: str) -> None:
        """Have a conversation's changes told on `channel` (as a GAP under its id) for `WATCH_S`; repeat before that."""
        key = f"{PREFIX}to:{tenant_id}:{conversation_id}"
        await self._call("SADD", key, channel)
        await self._call("EXPIRE", key, WATCH_S)

    async def conversation_changed(self, tenant_id: str, conversation_id: str) -> None:
        """After the commit: whoever watches the conversation (a widget) reads its rows again. A hint, never an error."""
        with suppress(StoreUnavailable):
            await self._scripts.run("changed", tenant_id, conversation_id)

    async def forget(self, tenant_id: str, turn_ids: Sequence[str]) -> None:
        """Delete what these turns said; their marks, which hold no words, expire by themselves."""
        keys = [f"{PREFIX}t:{tenant_id}:{turn_id}" for turn_id in turn_ids]
        if keys:
            await self._call("DEL", *keys)

    async def set_limits(self, tenant_id: str, limits: Limits) -> None:
        """A tenant's share, in force from the next dispatch on."""
        await self._scripts.run("limits", tenant_id, *limit_arguments(limits))

    async def publish_invalidation(self, tenant_id: str) -> None:
        """A tenant changed: every process drops what it cached of it."""
        await self._call("PUBLISH", TENANTS_CHANNEL, tenant_id)

    async def ping(self) -> None:
        """Raises StoreUnavailable unless Redis answers."""
        await self._call("PING")

    async def close(self) -> None:
        """Give up the connections."""
        await self._pipe.close()
        await self._redis.aclose()

    async def _call(self, *command: Argument) -> Any:
        """A command that may be repeated. Raises StoreUnavailable."""
        return await twice_async(lambda: self._pipe.call(*command))


def _accept_arguments(acceptance: Acceptance) -> list[Argument]:
    """In the order of accept.lua's head."""
    job = acceptance.job
    payload = encode(job, message_id=acceptance.message_id, request_id=acceptance.request_id, now_ms=wall_clock_ms())
    arguments: list[Argument] = [
        lane_of(job),
        checked_id(acceptance.message_id),
        job.queue,
        job.sequence_key or "",
        job.cost,
        payload,
        job.conversation_id,
        job.turn_id or "",
        acceptance.channel or "",
        acceptance.fingerprint,
        int(acceptance.dedupe_ttl_s * 1000),
        acceptance.sign or "",
        job.assignee or "",
        acceptance.token,
        acceptance.lane_limit,
        len(acceptance.dedupe),
        *acceptance.dedupe,
    ]
    for bucket in acceptance.buckets:
        arguments += [bucket.name, bucket.rate_per_s, bucket.burst]
    return arguments
