"""GET /api/v1/widget/events: what happens in a visitor's own conversation, as server-sent events, for as long as it is watched.

A change is only a hint on the process's one subscription; what happened is read from the rows. A lost hint is made up
for by a look every minute, a broken connection by the widget, which comes back and reads its messages.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from clients.queue import Waiter
from config.errors import StoreUnavailable
from ingress.callers import preflight
from ingress.services import Services
from ingress.streaming import COMMENT_EVERY_S, EventStream, text
from ingress.widget import Seat, seated
from models.database import tenant_session
from models.thread import Thread, thread

LOOK_EVERY_S = 60.0  # a lost hint is found by then; the watch in Redis is renewed with it
STREAM_LIMIT_S = 3600.0
PER_CONVERSATION = 8  # windows of one visitor
PER_ADDRESS = 500  # an office, or everybody where TRUSTED_PROXIES is not set
CONNECTS = (5.0, 100)  # rate per second and burst of one address

log = structlog.get_logger()


async def events(request: Request) -> Response | ASGIApp:
    """Messages of whomever, owner changes and ends of turns, from now on."""
    if request.method == "OPTIONS":
        return await preflight(request)
    seat = await seated(request)
    seat.take("events", *CONNECTS)
    watch = Watch(seat)
    async with AsyncExitStack() as held:
        name, address = str(seat.conversation_id), f"stream:{seat.address}"
        held.enter_context(seat.limits.place({name: PER_CONVERSATION, address: PER_ADDRESS}))
        waiter = await held.enter_async_context(seat.shared.answers.waiting(name))
        first = await watch.begin()
        return EventStream(frames(watch, waiter, first), held.pop_all(), {})


async def frames(watch: Watch, waiter: Waiter, first: Thread) -> AsyncIterator[bytes]:
    """The wire form. `ready` comes first: what was said before it is in `messages`."""
    began = looked_at = time.monotonic()
    yield text("ready", {"owner": first.owner})
    while time.monotonic() - began < STREAM_LIMIT_S:
        hint = await _hint(watch.shared, waiter)
        if watch.shared.stopping.asked:
            return
        if not hint and time.monotonic() - looked_at < LOOK_EVERY_S:
            yield b": waiting\n\n"
            continue
        looked_at = time.monotonic()
        try:
            changes = await watch.changes()
        except StoreUnavailable:
            log.warning("widget.look.failed")
            looked_at -= LOOK_EVERY_S - COMMENT_EVERY_S  # again at the next comment
            changes = []
        for name, data in changes:
            yield text(name, data)
        if not changes:
            yield b": waiting\n\n"


async def _hint(shared: Services, waiter: Waiter) -> bool:
    """Whether something may have changed; several hints at once are one."""
    try:
        async with shared.stopping.at_most(COMMENT_EVERY_S):
            if await waiter.next(COMMENT_EVERY_S + 1) is None:
                return False
    except TimeoutError:
        return False
    while await waiter.next(0) is not None:
        pass
    return True


class Watch:
    """What one stream has told already. The newest rows are compared as a whole: they commit in any order."""

    def __init__(self, seat: Seat) -> None:
        self.shared = seat.shared
        self._tenant_id = seat.caller.tenant.tenant_id
        self._conversation_id = seat.conversation_id
        self._prefix = seat.key_prefix
        self._told = Thread("", [], [])

    async def begin(self) -> Thread:
        """Listen, and take what is there as told."""
        await self._listen()
        self._told = await self._look()
        return self._told

    async def changes(self) -> list[tuple[str, dict[str, Any]]]:
        """(event, data) of everything since the last look."""
        await self._listen()
        before, now = self._told, await self._look()
        self._told = now
        known, ended = {each["id"] for each in before.messages}, {turn for turn, _, _ in before.turns}
        found: list[tuple[str, dict[str, Any]]] = []
        if now.owner != before.owner:
            found.append(("owner", {"owner": now.owner}))
        found += [("message", each) for each in now.messages if each["id"] not in known]
        found += [
            ("turn", {"turn_id": turn, "state": state, "reason": reason})
            for turn, state, reason in now.turns
            if turn not in ended
        ]
        return found

    async def _listen(self) -> None:
        channel = self.shared.answers.channel
        await self.shared.queue.watch(str(self._tenant_id), str(self._conversation_id), channel)

    async def _look(self) -> Thread:
        return await self.shared.threads.run(partial(_read, self._tenant_id, self._conversation_id, self._prefix))


def _read(tenant_id: uuid.UUID, conversation_id: uuid.UUID, key_prefix: str) -> Thread:
    with tenant_session(tenant_id) as session:
        return thread(session, conversation_id, key_prefix)
