"""Puts tenants' limits back that the queue does not go by: Redis lost its data, or was away when an operator changed them.

Loading a tenant at the ingress does so as well; this is for tenants with only webhooks on their way, delays or bulk work.
Safe to run twice: what the queue goes by is left alone.
"""

from __future__ import annotations

import structlog

from clients.queue import Limits
from clients.queue.survey import stale_limits
from models.plan_changes import every_tenants_limits
from workers.broker import queue

log = structlog.get_logger()


def republish_limits() -> int:
    """One pass over all tenants; how many had to be told. Reads 500 rows and makes one round trip to Redis for each 500."""
    told = 0
    for lot in every_tenants_limits():
        wanted = {str(tenant_id): Limits(**limits.as_json()) for tenant_id, limits in lot}
        for tenant_id in stale_limits(queue(), wanted):
            queue().set_limits(tenant_id, wanted[tenant_id])
            told += 1
    if told:
        log.warning("limits.republished", tenants=told)
    return told
