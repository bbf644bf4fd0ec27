"""One at a time, and who asks for little does not wait for who asks for much."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic as _now


@dataclass(order=True)
class _Ticket:
    due: float
    number: int
    called: threading.Lock = field(compare=False, default_factory=threading.Lock)


class Turnstile:
    """A lock that goes to the earliest deadline (EDF: Liu and Layland, 1973), where each deadline is its arrival plus
    `s_per_unit` seconds for each unit of its work.

    So the small go first, yet nobody waits for ever: who comes much later is due later. A plain lock promises neither:
    a thread that lets go of it and asks again at once has it again before the others wake.
    """

    def __init__(self, s_per_unit: float) -> None:
        self._s_per_unit = s_per_unit
        self._numbers = itertools.count()
        self._mutex = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._holder: _Ticket | None = None

    @contextmanager
    def held(self, units: int) -> Iterator[None]:
        """Wait for the turn, and keep it for the block's time. `units`: of the work that is to be done."""
        ticket = _Ticket(_now() + units * self._s_per_unit, next(self._numbers))
        ticket.called.acquire()
        try:
            with self._mutex:
                if self._holder is None:
                    self._call(ticket)
                else:
                    heapq.heappush(self._waiting, ticket)
            ticket.called.acquire()
            yield
        finally:  # also of one that a time limit met while it waited
            with self._mutex:
                if self._holder is ticket:
                    self._holder = None
                    if self._waiting:
                        self._call(heapq.heappop(self._waiting))
                elif ticket in self._waiting:
                    self._waiting.remove(ticket)
                    heapq.heapify(self._waiting)

    def _call(self, ticket: _Ticket) -> None:
        self._holder = ticket
        ticket.called.release()
