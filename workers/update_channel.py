"""Shows in the channel what was decided here: the bot has a conversation back, or it is closed.

The row is the truth and is read when the job runs, so running twice, late or after a newer decision does no harm.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

import structlog

from clients.channels import NotSent, Unknown
from config.errors import TransientError
from models.base import now
from models.connection import Connection
from models.conversation import Conversation, Owner
from models.database import tenant_session
from models.jobs import UpdateChannel
from models.turn import Delivery
from workers.broker import actor, queue
from workers.resources import channel

TRIED_FOR = timedelta(minutes=10)  # of the conversation's last activity; then Papercups shows it late, or not at all

log = structlog.get_logger()


@actor(UpdateChannel, time_limit_ms=30_000)
def update_channel(job: UpdateChannel, delivery: Delivery) -> None:
    """Read the row, tell the channel. A person who took the conversation meanwhile is left alone."""
    tenant_id, conversation_id = uuid.UUID(job.tenant_id), uuid.UUID(job.conversation_id)
    with tenant_session(tenant_id) as session:
        conversation = session.get(Conversation, (tenant_id, conversation_id))
        connection = session.get(Connection, (tenant_id, conversation.connection_id)) if conversation else None
    if conversation is None or connection is None or not connection.reachable or not _still_ours(conversation):
        log.info("channel.update.skipped")
        return
    try:
        if conversation.closed_at is not None:
            channel(connection).close(conversation.external_id)
        else:
            channel(connection).hand_back(conversation.external_id)
    except (NotSent, Unknown, TransientError) as error:  # telling it twice is harmless
        if (
            now() - max(conversation.last_activity_at, conversation.closed_at or conversation.last_activity_at)
            > TRIED_FOR
        ):
            log.warning("channel.update.failed", error=type(error).__name__)
            return
        raise TransientError("the channel may not know yet") from None
    log.info("channel.updated", conversation_id=job.conversation_id, closed=conversation.closed_at is not None)


def _still_ours(conversation: Conversation) -> bool:
    known = queue().epoch(str(conversation.tenant_id), str(conversation.id)) or 0
    return conversation.owner == Owner.BOT and known <= conversation.epoch
