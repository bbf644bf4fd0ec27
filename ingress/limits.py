"""Limits of one process for public endpoints that no queue stands behind: calls per address, open streams per name."""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clients.queue import BucketState
from config.errors import TooMany
from ingress.rates import rate_limit_headers

NAMES = 20_000  # buckets remembered; a forgotten one is full


class PublicLimits:
    """One per process. Names are hashed or bounded by the caller, and live here only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens at time
        self._open: Counter[str] = Counter()

    def take(self, name: str, *, rate_per_s: float, burst: int) -> BucketState:
        """One token; what is left then.

        Raises:
            TooMany: there is none.
        """
        now = self._clock()
        tokens, at = self._buckets.pop(name, (float(burst), now))
        tokens = min(float(burst), tokens + (now - at) * rate_per_s)
        granted = tokens >= 1
        tokens = tokens - 1 if granted else tokens
        self._buckets[name] = (tokens, now)
        if len(self._buckets) > NAMES:
            self._buckets.popitem(last=False)
        left = BucketState(name, int(tokens), math.ceil((burst - tokens) * 1000 / rate_per_s), burst)
        if not granted:
            retry_after_ms = int((1 - tokens) / rate_per_s * 1000) + 1
            refusal = TooMany("Too many requests. Please wait a moment.", retry_after_ms=retry_after_ms)
            refusal.headers.update(rate_limit_headers(left, rate_per_s))
            raise refusal
        return left

    @contextmanager
    def place(self, limits: dict[str, int]) -> Iterator[None]:
        """One open stream under each name.

        Raises:
            TooMany: one of them has as many as it may.
        """
        if any(self._open[name] >= most for name, most in limits.items()):
            raise TooMany("Too many open connections. Please close another window.", retry_after_ms=10_000)
        self._open.update(limits.keys())
        try:
            yield
        finally:
            self._open.subtract(limits.keys())
            for name in limits:
                if not self._open[name]:
                    del self._open[name]
