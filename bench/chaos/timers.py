"""What is due at which instant, for a single thread that also waits for other things meanwhile."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable

LOOK_S = 0.02


class Timers:
    """Call `run_due` often."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (time.monotonic() + seconds, next(self._order), what))

    def run_due(self) -> None:
        """Everything whose time has come."""
        while self._queue and self._queue[0][0] <= time.monotonic():
            heapq.heappop(self._queue)[2]()

    def wait(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Run what is due for so long, or until `until` holds: then true."""
        end_s = time.monotonic() + seconds
        while True:
            self.run_due()
            if until():
                return True
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                return False
            time.sleep(min(left_s, LOOK_S))
