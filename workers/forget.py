"""Deletes tenants for good whose grace has passed. Safe to run twice: a tenant that is gone, or was resumed, is left alone."""

from __future__ import annotations

import time
import uuid

import structlog

from clients.queue.forgetting import TenantKeys
from models.administration import Forgetting, due_for_forgetting, forget_some, forget_the_rest
from models.base import now
from models.database import system_session
from workers.broker import queue
from workers.spending import purses

WITHIN_S = 5.0  # of one pass: the clock has other tasks, and the next pass goes on

log = structlog.get_logger()

_keys: dict[uuid.UUID, TenantKeys] = {}  # where this clock stopped in Redis


def forget_tenants() -> None:
    """One pass. Ids come through the system door, each tenant is then deleted as itself; its row last, so that a pass that
    breaks off is found again.
    """
    until = time.monotonic() + WITHIN_S
    with system_session() as session:
        due = due_for_forgetting(session, now())
    for gone in _keys.keys() - set(due):  # resumed, or another clock's work
        del _keys[gone]
    for tenant_id in due:
        came = Forgetting.GOES_ON
        while came is Forgetting.GOES_ON and time.monotonic() < until:
            came = forget_some(tenant_id)
        if came is Forgetting.EMPTY and _out_of_redis(tenant_id, until) and forget_the_rest(tenant_id):
            purses().forget(str(tenant_id))  # after the row: nobody builds them anew
            log.info("tenant.forgotten", tenant_id=str(tenant_id))


def _out_of_redis(tenant_id: uuid.UUID, until: float) -> bool:
    """Whether nothing of it is left there: its limits, lanes, marks, dead letters. Goes on where the last pass stopped."""
    keys = _keys.setdefault(tenant_id, TenantKeys(queue(), str(tenant_id)))
    return keys.clear(until - time.monotonic())
