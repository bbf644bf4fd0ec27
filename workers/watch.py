"""The clock's look at what Frontdesk promises: each breach is logged with its tenant, counted, and shown as a metric.

Looks only; what can be mended the sweeps mend. Safe to run twice.
"""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, datetime, timedelta

import structlog

from clients.queue.acceptances import accepted_on
from clients.queue.measured import note
from clients.queue.survey import dead_letters_by_queue
from config.settings import settings
from models.acceptance import living, recorded_on
from models.base import now
from models.database import system_session
from models.jobs import ANSWER_QUEUES, WORKER_QUEUES, ReceiveMessage
from models.overdue import unended_turns
from models.plan_changes import every_tenants_limits
from workers.broker import queue
from workers.sweep import AFTER_BLACK_OUT_S, LIMIT_S

GRACE_S = 60.0  # past the limit: the sweep that ends overdue turns has come by several times

log = structlog.get_logger()


def watch_turns(stores_back_at: datetime | None) -> int:
    """G3: turns past their limit, and past the sweep that should have ended them, without an end. Returns how many."""
    at = now()
    excused_s = settings().scaled_s(AFTER_BLACK_OUT_S + GRACE_S)  # nobody could end a turn: each has time after that
    turns: list[tuple[uuid.UUID, uuid.UUID]] = []
    if stores_back_at is None or at - stores_back_at > timedelta(seconds=excused_s):
        with system_session() as session:
            turns = unended_turns(session, oldest_before=at - timedelta(seconds=settings().scaled_s(LIMIT_S + GRACE_S)))
    for tenant_id, turn_id in turns:
        log.error("invariant.violated", invariant="G3", tenant_id=str(tenant_id), turn_id=str(turn_id))
    note(queue(), {"turns_unended": len(turns)})
    return len(turns)


def watch_acceptances() -> int:
    """G2: accepted messages of today and yesterday that are neither recorded nor on their way. Returns how many."""
    today = now().date()
    missing = {day: _unrecorded(day) for day in (today - timedelta(days=1), today)}
    for day, tenants in missing.items():
        for tenant_id, messages in tenants.items():
            log.error(
                "invariant.violated", invariant="G2", tenant_id=str(tenant_id), day=day.isoformat(), messages=messages
            )
    total = sum(sum(tenants.values()) for tenants in missing.values())
    note(queue(), {"messages_accepted_unrecorded": total})
    return total


def _unrecorded(day: date) -> dict[uuid.UUID, int]:
    """Counted in this order: what was accepted, what is on its way, what is recorded. What was accepted before the first
    is either in the second or, its stage having committed before it settled, in the third; so one look is enough.
    """
    accepted = accepted_on(queue(), day)
    if not accepted:
        return {}
    on_the_way = queue().depth(ReceiveMessage.queue)
    with system_session() as session:
        recorded = recorded_on(session, day)
        short = {
            uuid.UUID(tenant): count - on_the_way.get(tenant, 0) - recorded.get(uuid.UUID(tenant), 0)
            for tenant, count in accepted.items()
        }
        missing = {tenant: messages for tenant, messages in short.items() if messages > 0}
        there = living(session, missing.keys()) if missing else set()
    return {tenant: messages for tenant, messages in missing.items() if tenant in there}


def watch_dead_letters() -> int:
    """How many there are, by queue. Returns all."""
    counted = Counter(dict.fromkeys((*WORKER_QUEUES, *ANSWER_QUEUES), 0))
    for lot in every_tenants_limits():
        counted.update(dead_letters_by_queue(queue(), [str(tenant_id) for tenant_id, _ in lot]))
    note(queue(), {f"dead_letters|{name}": count for name, count in counted.items()})
    return counted.total()
