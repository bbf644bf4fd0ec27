"""The clock's bookkeeper: calls that can no longer be running are charged their upper bound, kept answers that are over go.

Ids of all tenants come through the system door, each is then worked on as its tenant. Safe to run twice: a call that has
ended meanwhile is left alone.
"""

from __future__ import annotations

import uuid

import structlog

from config import metrics
from models.base import now
from models.database import system_session, tenant_session
from models.kept_answer import drop_expired, expired_answers
from models.spending import expired_holds
from models.spending import presume as presume_in_ledger
from workers.spending import purses

log = structlog.get_logger()


def presume_lost_calls() -> None:
    """One pass."""
    at = now()
    with system_session() as session:
        lost = expired_holds(session, at)
    for tenant_id, call_id in lost:
        _presume(tenant_id, call_id)


def _presume(tenant_id: uuid.UUID, call_id: uuid.UUID) -> None:
    with tenant_session(tenant_id) as session:
        found = presume_in_ledger(session, call_id, now())
    if found is None:
        return
    metrics.charges.labels(found.purpose, "presumed").inc()
    metrics.spent_micro.labels(found.purpose).inc(found.amount_micro)
    purses().settle(str(tenant_id), str(call_id), found.amount_micro)
    log.warning("spending.presumed", tenant_id=str(tenant_id), purpose=found.purpose)


def forget_kept_answers() -> None:
    """One pass over those that are over."""
    at = now()
    with system_session() as session:
        tenants = {tenant_id for tenant_id, _ in expired_answers(session, at)}
    for tenant_id in tenants:
        with tenant_session(tenant_id) as session:
            drop_expired(session, at)
