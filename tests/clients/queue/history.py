"""What happened to the queue, as seen from outside: one record per call. The properties are read off a list of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from clients.queue import Entry, Limits
from tests.clients.queue.view import View

Fate = Literal["done", "later", "dead", "back"]


@dataclass(frozen=True)
class Sent:
    """A message as it was put."""

    message_id: str
    tenant: str
    queue: str
    key: str
    cost: float
    token: str | None


@dataclass(frozen=True)
class Landed:
    """A message that left flight. `delta`: its real cost less the estimate; what goes back has cost nothing."""

    sent: Sent
    fate: Fate
    delta: float
    due_at: int = 0


@dataclass(frozen=True)
class Record:
    call: str
    now: int
    before: View
    after: View
    limits: dict[str, Limits]  # in force during the call
    process: str = ""
    interactive: tuple[str, ...] = ()  # queues asked
    bulk: tuple[str, ...] = ()
    wanted: int = 0
    put: list[Sent] = field(default_factory=list)
    landed: list[Landed] = field(default_factory=list)
    started: list[tuple[Sent, Entry]] = field(default_factory=list)

    def weight(self, tenant: str) -> float:
        return self.limits.get(tenant, Limits()).weight

    def deltas(self, queue: str, tenant: str) -> list[float]:
        """Corrections of the tenant's service in this call."""
        return [each.delta for each in self.landed if (each.sent.queue, each.sent.tenant) == (queue, tenant)]

    def charged(self, queue: str, tenant: str) -> float:
        """What the tenant was charged in this call (the sum begins anew with each hour)."""
        before = self.before.queues[queue].charged.get(tenant, 0.0) if self.before.hour == self.after.hour else 0.0
        return self.after.queues[queue].charged.get(tenant, 0.0) - before


History = list[Record]

SLACK = 1e-6  # rounding
