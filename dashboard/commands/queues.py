"""`manage.py queue`: how full each queue is, how old, and whom it serves; what /api/v1/admin/queue tells, as a table."""

from __future__ import annotations

import argparse

from dashboard.commands.adding import Commands, Parser, add


def add_to(commands: Commands[Parser]) -> None:
    """queue."""
    made = add(commands, "queue", show, "Print each queue's depth and age, and the tenants it served most lately.")
    made.add_argument("--top", type=int, default=5, metavar="N", help="how many tenants of each queue (default: 5)")


def show(asked: argparse.Namespace) -> int:
    """Two tables: the queues, and the tenants served in this hour and the one before."""
    from dashboard.commands.asking import queue, table
    from dashboard.queues import QUEUES

    with queue() as front:
        states = front.queue_states(QUEUES)
        served = (
            [service for name in QUEUES for service in front.top_tenants(name, limit=asked.top)]
            if asked.top > 0
            else []
        )
    rows: list[tuple[str, ...]] = [("queue", "messages", "running", "oldest", "tenants waiting", "ready")]
    for state in states:
        counts = (state.depth, state.in_flight, _seconds(state.oldest_ms), state.tenants, state.ready)
        rows.append((state.queue, *(str(count) for count in counts)))
    table(rows)
    if served:
        print()
        tenants = [("queue", "tenant", "cost", "starts", "mean wait", "messages", "oldest")]
        for service in served:
            facts = (f"{service.cost:g}", str(service.starts), _seconds(service.mean_wait_ms), str(service.depth))
            tenants.append((service.queue, service.tenant_id, *facts, _seconds(service.oldest_ms)))
        table(tenants, words=2)
    return 0


def _seconds(ms: float | None) -> str:
    return "-" if ms is None else f"{ms / 1000:.3f} s"
