"""What must hold of any history of the counters, whatever the model says: fairness, and that cost is conserved.

Each property yields a sentence for everything that is wrong.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from tests.clients.queue.history import SLACK, History, Record
from tests.clients.queue.view import QUEUES, TENANTS, View


def time_never_falls(history: History) -> Iterator[str]:
    """The virtual time of a queue rises or stays."""
    for record in history:
        for name in QUEUES:
            before, after = record.before.queues[name].time, record.after.queues[name].time
            if after < before - SLACK:
                yield f"{record.call}: the virtual time of {name} fell from {before} to {after}"


def tenants_share_by_cost(history: History) -> Iterator[str]:
    """G4: over any time in which two tenants are both ready, the weighted costs charged to them at dispatch differ by no more
    than the sum of the largest single charge of each. (Calls start one message at most, so that a call shows one charge.)

    What is added to the counter of a tenant that is away, because its service cost more than estimated, counts as a charge:
    so far above the virtual time may it return.
    """
    for queue in QUEUES:
        largest: dict[str, float] = defaultdict(float)
        served: dict[str, float] = defaultdict(float)
        ranges: dict[tuple[str, str], tuple[float, float]] = {}  # of the difference, while both are ready
        for record in history:
            for tenant in TENANTS:
                charge = record.charged(queue, tenant) / record.weight(tenant)
                served[tenant] += charge
                largest[tenant] = max(largest[tenant], charge, _added_while_away(record, queue, tenant))
            ready = record.after.queues[queue].ready
            for pair in combinations(TENANTS, 2):
                if not all(tenant in ready for tenant in pair):
                    ranges.pop(pair, None)
                    continue
                difference = served[pair[0]] - served[pair[1]]
                low, high = ranges.get(pair, (difference, difference))
                ranges[pair] = low, high = min(low, difference), max(high, difference)
                if high - low > largest[pair[0]] + largest[pair[1]] + SLACK:
                    yield f"{pair} in {queue}: {high - low}, the largest charges were {dict(largest)}"


def _added_while_away(record: Record, queue: str, tenant: str) -> float:
    """How far a tenant stands above the virtual time, if a call has added to its counter otherwise than by a dispatch."""
    before, after = record.before.queues[queue], record.after.queues[queue]
    added = before.owed.get(tenant, 0) > 0 or any(delta > 0 for delta in record.deltas(queue, tenant))
    if not added or (tenant in before.ready and tenant in after.ready):
        return 0.0
    stands = _stands_at(record.after, queue, tenant, record.weight(tenant))
    return 0.0 if stands is None else stands - after.time


def accounts_balance(history: History) -> Iterator[str]:
    """Cost is conserved. Where a tenant stands is its counter and what it owes, each by weight; in every call it moves by the
    estimates of what was started and the corrections of what ended (real cost less estimate; nothing remains of what went
    back), and by nothing else. Who returns to ready is first lifted to the virtual time; who is absent and not above that is
    forgotten. And what a ready tenant was charged is what its counter rose by: charged = estimates + corrections - owed.
    """
    for record in history:
        for queue in QUEUES:
            for tenant in TENANTS:
                if wrong := _account(record, queue, tenant):
                    yield f"{record.call}: {tenant} in {queue} {wrong}"


def _account(record: Record, queue: str, tenant: str) -> str:
    """What is wrong with one account after one call."""
    before, after, weight = record.before.queues[queue], record.after.queues[queue], record.weight(tenant)
    if record.call == "limits" and before.owed.get(tenant):
        return ""  # by which weight it owes is being changed
    deltas = record.deltas(queue, tenant)
    started = sum(sent.cost for sent, _ in record.started if (sent.queue, sent.tenant) == (queue, tenant))
    stood = _stands_at(record.before, queue, tenant, weight)
    stands = _stands_at(record.after, queue, tenant, weight)
    if tenant in before.ready:
        expected = (stood or 0) + (sum(deltas) + started) / weight
    elif len(deltas) > 1 or (deltas and stood is None):
        return ""  # the order of the corrections decides
    else:
        expected = before.time if stood is None else stood + sum(deltas) / weight
        if tenant in after.ready or started:
            expected = max(expected, before.time) + started / weight
    if tenant not in after.ready and expected <= after.time + SLACK:
        return "" if stands is None else f"is remembered at {stands}, not above {after.time}"
    if stands is None or not _same(stands, expected):
        return f"stands at {stands}, should at {expected}"
    rose = after.ready[tenant] - before.ready[tenant] if tenant in before.ready and tenant in after.ready else None
    if rose is not None and not _same(rose * weight, record.charged(queue, tenant)):
        return f"rose by {rose}, was charged {record.charged(queue, tenant)}"
    return ""


def _stands_at(view: View, queue: str, tenant: str, weight: float) -> float | None:
    """Counter and debt, by weight; None for an absent tenant that is not above the virtual time."""
    own = view.queues[queue]
    if tenant in own.ready:
        return own.ready[tenant] + own.owed.get(tenant, 0.0) / weight
    return own.above.get(tenant)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=SLACK)
