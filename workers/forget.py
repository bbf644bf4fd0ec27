"""Deletes tenants for good whose grace has passed. Safe to run twice: a tenant that is gone, or was resumed, is left alone."""

from __future__ import annotations

import time

import structlog

from models.administration import Forgetting, due_for_forgetting, forget_some
from models.base import now
from models.database import system_session

WITHIN_S = 5.0  # of one pass: the clock has other tasks, and the next pass goes on

log = structlog.get_logger()


def forget_tenants() -> None:
    """One pass. Ids come through the system door, each tenant is then deleted as itself."""
    until = time.monotonic() + WITHIN_S
    with system_session() as session:
        due = due_for_forgetting(session, now())
    for tenant_id in due:
        came = Forgetting.GOES_ON
        while came is Forgetting.GOES_ON and time.monotonic() < until:
            came = forget_some(tenant_id)
        if came is Forgetting.DONE:
            log.info("tenant.forgotten", tenant_id=str(tenant_id))
