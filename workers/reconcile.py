"""Reads a channel's recent conversations and receives what its webhooks lost: channels send each event once, at best.

Safe to run twice: found messages enter by their unique row.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

import structlog
from sqlalchemy import update

from clients.channels import Channel, ChannelConversation
from config.errors import PermanentError
from models.base import now
from models.connection import Connection
from models.conversation import ask_row, conversation_id
from models.database import tenant_session
from models.jobs import ReconcileConnection
from models.message import known_external_ids
from models.tenant import Tenant
from models.turn import Delivery
from workers import read_back
from workers.broker import actor
from workers.resources import channel, send

MAX_PAGES = 20  # of 20 conversations each; then a job of its own goes on, and others get their turn
OVERLAP = timedelta(minutes=2)  # clocks differ, and activity of one instant may straddle two rounds

log = structlog.get_logger()


@actor(ReconcileConnection, time_limit_ms=120_000)
def reconcile_connection(job: ReconcileConnection, delivery: Delivery) -> None:
    """Page from the newest activity back to what was compared last time."""
    tenant_id = uuid.UUID(job.tenant_id)
    with tenant_session(tenant_id) as session:
        connection = session.get(Connection, (tenant_id, uuid.UUID(job.connection_id)))
        tenant = session.get(Tenant, tenant_id)
    if connection is None or tenant is None or tenant.suspended_at is not None:  # resumed, it finds what was missed
        log.info("connection.reconcile.skipped")
        return
    try:
        round_ = _compare(connection, channel(connection), job)
    except PermanentError as error:
        log.error("connection.reconcile.refused", error=type(error).__name__)
        return
    newest_at = round_.newest.isoformat() if round_.newest else None
    if round_.cursor is not None:
        send(replace(job, cursor=round_.cursor, newest_at=newest_at))
    elif round_.newest is not None:
        with tenant_session(tenant_id) as session:
            session.execute(
                update(Connection)
                .where(Connection.id == connection.id)
                .values(reconciled_until=min(round_.newest, now()))
            )


@dataclass(frozen=True)
class Round:
    """How far a job came: `cursor` where the next goes on, None when the round is complete; the newest activity seen."""

    cursor: str | None
    newest: datetime | None


def _compare(connection: Connection, target: Channel, job: ReconcileConnection) -> Round:
    """Compare the conversations active since the last complete round, as far as one job goes."""
    until = (connection.reconciled_until or connection.created_at) - OVERLAP
    newest = datetime.fromisoformat(job.newest_at) if job.newest_at else None
    cursor = job.cursor
    for _ in range(MAX_PAGES):
        page = target.recent(cursor=cursor)
        views = list(takewhile(lambda view: (view.last_activity_at or until) >= until, page.conversations))
        _receive_missing(connection, views)
        newest = max((at for at in (newest, *(view.last_activity_at for view in views)) if at), default=None)
        if len(views) < len(page.conversations):
            return Round(None, newest)
        cursor = page.cursor
        if cursor is None:
            break
    return Round(cursor, newest)


def _receive_missing(connection: Connection, views: Sequence[ChannelConversation]) -> None:
    """Our rows of a whole page come in one round trip."""
    names = [conversation_id(connection.tenant_id, connection.id, view.external_id) for view in views]
    with tenant_session(connection.tenant_id) as session:
        rows = [(ask_row(session, name), known_external_ids(session, name)) for name in names]
        ours = [(conversation.get(), known.get()) for conversation, known in rows]
    for view, name, (conversation, known) in zip(views, names, ours, strict=True):
        found = read_back.missing(connection, conversation, view, known)
        if found.jobs:
            read_back.receive(found, durable=True)  # the next round begins after it
            log.info("conversation.reconciled", conversation_id=str(name), found=len(found.jobs))
