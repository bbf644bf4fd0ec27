"""What the ingress's process lends the dashboard, found in each request's state: threads, the queue's front, bounded bodies.

The edges never import each other, so what the dashboard needs is described here; tests hold the ingress's services against it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from starlette.requests import Request

from clients.queue import AsyncQueue
from config.settings import Settings

T = TypeVar("T")


class Threads(Protocol):
    """Where blocking Postgres calls run, as many at a time as there are connections."""

    async def run(self, work: Callable[[], T]) -> T: ...


class Lent(Protocol):
    """One per process."""

    settings: Settings
    queue: AsyncQueue

    @property
    def threads(self) -> Threads: ...

    async def read_body(self, request: Request) -> bytes:
        """The whole body, within the limits of size and time that hold for every endpoint."""


def lent(request: Request) -> Lent:
    """This process's."""
    return cast(Lent, request.state.services)
