"""What the model is made of: messages, buckets, a tenant's lane, the counters of a queue, a queue, a process."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

from clients.queue import Fetched, Limits


@dataclass
class Message:
    tenant: str
    id: str
    queue: str
    key: str
    cost: float
    payload: bytes
    unpaid: bool = False
    number: int = 0  # of arrival; kept for good
    deliveries: int = 0
    deaths: int = 0
    after: float = 0.0  # its tenant's counter once it was charged


@dataclass
class Bucket:
    """Full until something is taken out."""

    held: float = math.inf
    since: int = 0

    def tokens(self, limits: Limits, now: int) -> float:
        return min(limits.burst, self.held + (now - self.since) * limits.rate_per_s / 1000)

    def wait_ms(self, limits: Limits, now: int) -> int:
        """Until there is a token."""
        missing = 1 - self.tokens(limits, now)
        if missing <= 1e-6:
            return 0
        return max(1, math.ceil(missing * 1000 / limits.rate_per_s)) if limits.rate_per_s > 0 else 3_600_000

    def take(self, limits: Limits, now: int) -> None:
        self.held, self.since = max(0.0, self.tokens(limits, now) - 1), now


@dataclass
class Lane:
    """One tenant in one queue. The waiting messages by arrival number."""

    paid: dict[int, Message] = field(default_factory=dict)
    unpaid: dict[int, Message] = field(default_factory=dict)
    in_flight: set[str] = field(default_factory=set)

    def oldest(self, unpaid: bool) -> int | None:
        return min(self.unpaid if unpaid else self.paid, default=None)


@dataclass
class Shares:
    """Who is served how much in one queue: the virtual service counters."""

    time: float = 0.0
    ready: dict[str, float] = field(default_factory=dict)
    above: dict[str, float] = field(default_factory=dict)  # absent tenants above the virtual time
    owed: dict[str, float] = field(default_factory=dict)  # by ready tenants, to be charged with the next dispatch

    def enter(self, tenant: str) -> None:
        """Lifted to the virtual time: absence earns nothing."""
        if tenant not in self.ready:
            self.ready[tenant] = max(self.time, self.above.pop(tenant, 0.0))

    def leave(self, tenant: str, counter: float, weight: float) -> None:
        self.ready.pop(tenant, None)
        self._keep(tenant, counter + self.owed.pop(tenant, 0.0) / weight)

    def charge(self, tenant: str, cost: float, weight: float) -> float:
        counter = self.ready[tenant]
        if counter > self.time:
            self.time = counter
            self.above = {name: own for name, own in self.above.items() if own > counter}
        due = cost + self.owed.pop(tenant, 0.0)
        self._owe(tenant, min(0.0, due))
        self.ready[tenant] = counter + max(0.0, due) / weight
        return self.ready[tenant]

    def correct(self, tenant: str, after: float, delta: float, weight: float) -> None:
        if delta == 0:
            return
        if tenant in self.ready:
            self._owe(tenant, self.owed.pop(tenant, 0.0) + delta)
        else:
            self._keep(tenant, self.above.pop(tenant, after) + delta / weight)

    def _owe(self, tenant: str, cost: float) -> None:
        if cost:
            self.owed[tenant] = cost

    def _keep(self, tenant: str, counter: float) -> None:
        self.above.pop(tenant, None)
        if counter > self.time:
            self.above[tenant] = counter


@dataclass
class Place:
    """One queue."""

    shares: Shares = field(default_factory=Shares)
    lanes: defaultdict[str, Lane] = field(default_factory=lambda: defaultdict(Lane))
    keys: defaultdict[tuple[str, str], list[Message]] = field(default_factory=lambda: defaultdict(list))
    depth: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    last_number: int = 0


@dataclass
class Process:
    seen: int | None = None
    flight: dict[str, tuple[Message, int]] = field(default_factory=dict)
    missed: dict[tuple[str, int], int] = field(default_factory=dict)
    calls: dict[str, tuple[str, Fetched]] = field(default_factory=dict)
    alone: str | None = None
    interactive: int = 0

    def remember(self, call: str, fetched: Fetched) -> Fetched:
        slot, number = call.split(":")
        self.calls[slot] = number, fetched
        return fetched

    def recall(self, call: str) -> Fetched | None:
        """The answer to this very call, less what was taken back meanwhile."""
        slot, number = call.split(":")
        last, fetched = self.calls.get(slot, ("", Fetched([], None)))
        if last != number:
            return None
        held = {(mid, delivery) for mid, (_, delivery) in self.flight.items()}
        kept = [entry for entry in fetched.messages if (entry.message_id, entry.delivery) in held]
        return Fetched(kept, None, fetched.settled)
