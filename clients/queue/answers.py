"""Answers back to waiting callers: one subscription per web process, however many wait.

Register first, accept then: `async with answers.waiting(turn_id) as waiter`. After a reconnect, or when a number is
missing, the waiter gets a GAP event: read `AsyncQueue.events(…, after=waiter.last(turn_id))` and the turn's row once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import redis.asyncio
import structlog

from clients.queue.connection import SOCKET_TIMEOUT_S
from clients.queue.records import GAP, Event
from clients.queue.scripts import PREFIX, TENANTS_CHANNEL

log = structlog.get_logger()

SILENCE_S = 2.0  # nothing heard for so long: ask whether the other side still lives
PATIENCE_S = SILENCE_S + SOCKET_TIMEOUT_S  # and no answer either: connect anew
ASK_AGAIN_S = 0.2
RECONNECT_S = (0.05, 0.1, 0.2, 0.5, 1.0)

Invalidate = Callable[[str | None], None]  # a tenant's id, or None: any of them may have changed


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task that talks to Redis until it has ended.

    redis-py sends by `asyncio.wait_for`, which until Python 3.12 swallows a cancellation that meets the end of the send:
    asked once, such a task may go on for ever.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=ASK_AGAIN_S)
    if not task.cancelled():
        task.exception()  # seen


class Waiter:
    """One caller's view of its turn: events in order, each once."""

    def __init__(self, answers: Answers, turn_id: str) -> None:
        self._answers = answers
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._last: dict[str, int] = {}
        self.follow(turn_id)

    def follow(self, turn_id: str) -> None:
        """Hear another turn as well: the promised one was joined to it."""
        if turn_id not in self._last:
            self._last[turn_id] = 0
            self._answers.register(turn_id, self)

    def last(self, turn_id: str) -> int:
        """The number of the last event handed out (or seen elsewhere)."""
        return self._last[turn_id]

    def seen(self, turn_id: str, n: int) -> None:
        """Events up to `n` were read elsewhere (after a GAP)."""
        self._last[turn_id] = max(self._last.get(turn_id, 0), n)

    async def next(self, timeout_s: float) -> Event | None:
        """The next event, or None when none came in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    event = await self._events.get()
                    if event.kind == GAP or event.n > self._last[event.turn_id]:
                        return self._in_order(event)
        except TimeoutError:
            return None

    def put(self, event: Event) -> None:
        self._events.put_nowait(event)

    def gap(self) -> None:
        for turn_id in self._last:
            self.put(Event(0, turn_id, GAP, {}))

    def leave(self) -> None:
        for turn_id in self._last:
            self._answers.unregister(turn_id, self)

    def _in_order(self, event: Event) -> Event:
        """An event whose predecessor is missing is not handed out: reading the list brings both."""
        if event.kind != GAP:
            if event.n > self._last[event.turn_id] + 1:
                return Event(0, event.turn_id, GAP, {})
            self._last[event.turn_id] = event.n
        return event


class Answers:
    """The process's one subscription. `channel` goes into `Acceptance.channel`."""

    def __init__(self, client: redis.asyncio.Redis, name: str, *, on_invalidation: Invalidate | None = None) -> None:
        self._redis = client
        self._waiters: dict[str, set[Waiter]] = defaultdict(set)
        self._on_invalidation = on_invalidation
        self._task: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()
        self.channel = f"{PREFIX}answers:{name}"

    async def start(self, timeout_s: float = 5.0) -> None:
        """Subscribe, and keep so until `stop`. Returns at the time-out too: a later subscription is a gap to all."""
        self._task = asyncio.create_task(self._keep(), name="answers")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._subscribed.wait()

    async def stop(self) -> None:
        if self._task is not None:
            await end(self._task)

    @property
    def subscribed(self) -> bool:
        """Whether events arrive right now (readiness)."""
        return self._subscribed.is_set()

    @asynccontextmanager
    async def waiting(self, turn_id: str) -> AsyncIterator[Waiter]:
        """Be registered for a turn's events; do it before the turn is accepted."""
        waiter = Waiter(self, turn_id)
        try:
            yield waiter
        finally:
            waiter.leave()

    def register(self, turn_id: str, waiter: Waiter) -> None:
        self._waiters[turn_id].add(waiter)

    def unregister(self, turn_id: str, waiter: Waiter) -> None:
        self._waiters[turn_id].discard(waiter)
        if not self._waiters[turn_id]:
            del self._waiters[turn_id]

    async def _keep(self) -> None:
        failures = 0
        while True:
            try:
                await self._subscribe_and_read()
            except (redis.RedisError, OSError, TimeoutError) as error:
                if self._subscribed.is_set():
                    failures = 0
                    log.warning("answers.disconnected", error=type(error).__name__)
                self._subscribed.clear()
                await asyncio.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])
                failures += 1

    async def _subscribe_and_read(self) -> None:
        pubsub = self._redis.pubsub()
        try:
            await pubsub.subscribe(self.channel, TENANTS_CHANNEL)
            confirmed, silent_s = 0, 0.0
            while True:
                message = await pubsub.get_message(timeout=SILENCE_S)
                if message is None:
                    silent_s += SILENCE_S
                    if silent_s > PATIENCE_S:
                        raise TimeoutError
                    await pubsub.ping()
                    continue
                silent_s = 0.0
                if message["type"] == "subscribe":
                    confirmed += 1
                    if confirmed == 2:
                        self._subscription_stands()
                elif message["type"] == "message":
                    self._dispatch(message["channel"].decode(), message["data"])
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]

    def _subscription_stands(self) -> None:
        self._subscribed.set()
        for waiter in {waiter for waiters in self._waiters.values() for waiter in waiters}:
            waiter.gap()
        if self._on_invalidation is not None:
            self._on_invalidation(None)

    def _dispatch(self, channel: str, data: bytes) -> None:
        if channel == TENANTS_CHANNEL:
            if self._on_invalidation is not None:
                self._on_invalidation(data.decode() or None)  # nobody named: all of them
            return
        event = Event.parse(data)
        for waiter in tuple(self._waiters.get(event.turn_id, ())):
            waiter.put(event)
