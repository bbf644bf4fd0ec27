"""Puts messages back on their way that were accepted durably (ACCEPT=durable), or found by a reconciliation, and that Redis
lost since.

Under the id they had: one that is on its way, was settled a moment ago or is a dead letter is left alone, and one that was
recorded finds its row. Safe to run twice.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import structlog

from clients.queue.survey import lost
from config.settings import settings
from models.base import now
from models.database import system_session, tenant_session
from models.jobs import ReceiveMessage
from models.webhook_event import AT_ONCE, WebhookEvent, events_before
from workers.broker import queue

UNRECORDED_S = 15.0  # longer than the accept script is waited for
MOST = 50_000  # looked at in one pass: the next goes on with what is still there

log = structlog.get_logger()


def reaccept() -> int:
    """One pass; how many were put back. Asks Redis for 500 ids at a time and reads the content of lost ones alone."""
    before = now() - timedelta(seconds=settings().scaled_s(UNRECORDED_S))
    after: tuple[datetime, uuid.UUID] | None = None
    again = 0
    for _ in range(MOST // AT_ONCE):
        with system_session() as session:
            events = events_before(session, before, after)
        gone = lost(queue(), [(str(event.tenant_id), event.id.hex) for event in events])
        again += sum(
            _put_back(event.tenant_id, event.id) for event, is_lost in zip(events, gone, strict=True) if is_lost
        )
        if len(events) < AT_ONCE:
            break
        after = (events[-1].accepted_at, events[-1].id)
    if again:
        log.warning("messages.reaccepted", messages=again)
    return again


def _put_back(tenant_id: uuid.UUID, event_id: uuid.UUID) -> bool:
    """False when it was recorded meanwhile, or says nothing that can be read: that one must not stop the others."""
    with tenant_session(tenant_id) as session:
        event = session.get(WebhookEvent, (tenant_id, event_id))
    if event is None:
        return False
    try:
        job = ReceiveMessage.from_arguments(event.payload)
    except TypeError:
        log.error("event.unreadable", tenant_id=str(tenant_id), event_id=str(event_id))
        return False
    queue().enqueue(job, message_id=event.message_id, request_id=event.request_id)
    return True
