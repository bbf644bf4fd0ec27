"""The ingress's part by hand: a message is accepted as the endpoints do it, without HTTP."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from clients.queue import Acceptance, AsyncQueue, connect_async
from config.settings import Accept, settings
from ingress.accepting import accept
from ingress.services import Services
from models.jobs import ReceiveMessage


@dataclass
class Here:
    """Blocking work runs where it is asked for."""

    async def run(self, work: Callable[[], Any]) -> Any:
        return work()


@dataclass
class Shared:
    """What `accept` needs of the services."""

    queue: AsyncQueue
    settings: Any
    threads: Here = field(default_factory=Here)


@dataclass(frozen=True)
class Configured:
    accept: Accept


def accepted(job: ReceiveMessage, *, durable: bool = False, message_id: str | None = None, **more: Any) -> str:
    """The status; `more` is the acceptance's."""

    async def once() -> str:
        front = AsyncQueue(connect_async(settings().redis_url, max_connections=2))
        try:
            shared = Shared(front, Configured(Accept.DURABLE if durable else Accept.FAST))
            acceptance = Acceptance(job=job, message_id=message_id or uuid.uuid4().hex, **more)
            return (await accept(cast(Services, shared), acceptance)).status
        finally:
            await front.close()

    return asyncio.run(once())
