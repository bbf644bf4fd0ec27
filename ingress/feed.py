"""One caller's turn as it happens: its events in order up to the last, whatever connection breaks meanwhile."""

from __future__ import annotations

import time
import uuid
from collections import deque
from functools import partial
from typing import Any

import structlog

from clients.queue import ENDS, GAP, Event, Waiter
from config.errors import StoreUnavailable
from ingress.services import Services
from models.database import tenant_session
from models.reply import reply_json, turn_with_conversation
from models.turn import TurnState

REPEATED = "repeated"  # why a promised turn was superseded: its message was a repeat, the first one's turn answers

log = structlog.get_logger()


class Feed:
    """Reads a Waiter; where it has a gap, the turn's list in Redis, and the row once."""

    def __init__(self, shared: Services, waiter: Waiter, tenant_id: uuid.UUID, turn_id: str) -> None:
        self.shared = shared
        self._waiter = waiter
        self._tenant_id = tenant_id
        self.turn_id = turn_id
        self._read: deque[Event] = deque()

    @property
    def stopping(self) -> bool:
        """Whether the process is about to end."""
        return self.shared.stopping.asked

    async def join(self, turn_id: str) -> None:
        """Follow another turn from its first event: the message was a repeat of one that it answers."""
        self.turn_id = turn_id
        self._waiter.follow(turn_id)
        await self._catch_up()

    async def next(self, timeout_s: float) -> Event | None:
        """The turn's next event; None when there was none in time, or the process stops."""
        until = time.monotonic() + timeout_s
        while True:
            event = self._read.popleft() if self._read else await self._wait(until - time.monotonic())
            if event is None:
                return None
            if event.turn_id != self.turn_id:
                continue
            if event.kind == GAP:
                await self._catch_up()
            elif event.kind == "superseded" and event.data.get("reason") == REPEATED:
                await self._join_first(event.data.get("superseded_by"))
            else:
                return event

    async def end(self, seconds: float) -> dict[str, Any] | None:
        """The turn's final JSON form within `seconds`, else None."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.stopping:
            event = await self.next(left)
            if event is not None and event.kind in ENDS:
                return event.data
        return None

    async def look(self) -> None:
        """Read what may have been missed; what is found comes with the next `next`."""
        if not self._read and not self.stopping:
            await self._catch_up()

    async def row(self) -> dict[str, Any] | None:
        """The turn as Postgres has it now; None when it has no row yet, or Postgres is away, or there is no time."""
        if self.stopping:
            return None
        view = await self._view(self.turn_id)
        if view is not None and view.get("reason") == REPEATED:
            return await self._view(view["superseded_by"])
        return view

    async def _view(self, turn_id: str) -> dict[str, Any] | None:
        try:
            return await self.shared.threads.run(partial(read_turn, self._tenant_id, uuid.UUID(turn_id)))
        except StoreUnavailable:
            return None

    async def _wait(self, timeout_s: float) -> Event | None:
        try:
            async with self.shared.stopping.at_most(timeout_s):
                return await self._waiter.next(timeout_s + 1)
        except TimeoutError:
            return None

    async def _join_first(self, turn_id: object) -> None:
        if isinstance(turn_id, str):
            try:
                await self.shared.queue.listen(str(self._tenant_id), turn_id, self.shared.answers.channel)
            except StoreUnavailable:
                log.warning("feed.listen.failed")  # the row is still read at the deadline
            await self.join(turn_id)

    async def _catch_up(self) -> None:
        """Read what was published, and if that has no end, whether the row has one."""
        try:
            after = self._waiter.last(self.turn_id)
            events = await self.shared.queue.events(str(self._tenant_id), self.turn_id, after)
        except StoreUnavailable:
            events = []  # the subscription is away too; it comes back with a gap
        for event in events:
            self._waiter.seen(self.turn_id, event.n)
        self._read.extend(events)
        if any(event.kind in ENDS for event in events):
            return
        view = await self.row()
        if view is not None and ended(view):
            kind = "superseded" if view["state"] == TurnState.SUPERSEDED else "done"
            self._read.append(Event(0, self.turn_id, kind, view))


def read_turn(tenant_id: uuid.UUID, turn_id: uuid.UUID) -> dict[str, Any] | None:
    """Blocking: a turn of this tenant in its JSON form."""
    with tenant_session(tenant_id) as session:
        found = turn_with_conversation(session, turn_id)
        return reply_json(found[0]) if found else None


def ended(view: dict[str, Any]) -> bool:
    """Whether a turn in its JSON form is over."""
    return view["state"] in {
        TurnState.DELIVERED,
        TurnState.HANDED_OVER,
        TurnState.SUPERSEDED,
        TurnState.SILENT,
        TurnState.FAILED,
    }
