"""Accepting a message: the queue's script, and with ACCEPT=durable a row before it, so that a Redis that loses everything
loses nothing that was accepted. Then an acceptance needs Postgres too: without it, 503.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial

import structlog

from clients.queue import Acceptance, Accepted
from config.errors import StoreUnavailable
from config.settings import Accept
from ingress.services import Services
from models.base import now
from models.database import tenant_session
from models.jobs import ReceiveMessage
from models.webhook_event import drop_event, keep_event

log = structlog.get_logger()


async def accept(shared: Services, acceptance: Acceptance) -> Accepted:
    """What the accept script answered.

    Raises:
        StoreUnavailable: nothing was accepted, as far as anybody knows.
    """
    if shared.settings.accept is Accept.FAST:
        return await shared.queue.accept(acceptance)
    return await _durably(shared, acceptance)


async def _durably(shared: Services, acceptance: Acceptance) -> Accepted:
    """Row, then script. The row of what was refused goes again, before the caller hears: the clock would accept it."""
    job = acceptance.job
    if not isinstance(job, ReceiveMessage):
        raise TypeError("what the ingress accepts is a ReceiveMessage")
    job = replace(job, durable=True)
    try:
        await shared.threads.run(partial(_keep, job, acceptance.message_id, acceptance.request_id))
    except StoreUnavailable:
        if acceptance.sign is not None:  # nobody promises to remember it, but the bot hears that a person took over
            await shared.queue.accept(acceptance)
        raise
    try:
        accepted = await shared.queue.accept(replace(acceptance, job=job))
    except StoreUnavailable:
        log.warning("acceptance.failed")
        await shared.threads.run(partial(_drop, job, acceptance.message_id))
        raise
    if accepted.status != "accepted":
        await shared.threads.run(partial(_drop, job, acceptance.message_id))
    return accepted


def _keep(job: ReceiveMessage, message_id: str, request_id: str | None) -> None:
    tenant_id = uuid.UUID(job.tenant_id)
    with tenant_session(tenant_id) as session:
        keep_event(session, tenant_id, message_id, job.arguments(), accepted_at=now(), request_id=request_id)


def _drop(job: ReceiveMessage, message_id: str) -> None:
    with tenant_session(uuid.UUID(job.tenant_id)) as session:
        drop_event(session, message_id)
