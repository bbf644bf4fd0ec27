"""What a channel holds that we have no row of: lost or late webhooks, and people who answered. Used by deliver and reconcile.

Found messages enter by their row (`ReceiveMessage`, unique on connection and external id), never by the accept script.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from clients.channels import Author, ChannelConversation, ChannelMessage
from models.base import now
from models.connection import Connection
from models.conversation import Conversation, conversation_id
from models.database import tenant_session
from models.jobs import MessageKind, ReceiveMessage
from models.webhook_event import keep_event
from workers.broker import queue
from workers.resources import send

LOOKED_AT = 200  # the newest messages of a conversation
BEFORE_CONNECTING = timedelta(minutes=5)  # older history of a channel is not ours to answer
KINDS = {Author.VISITOR: MessageKind.VISITOR, Author.HUMAN: MessageKind.HUMAN}
_FOUND = uuid.UUID("8f6b6c0e-5f0a-4d6e-9a54-6f1d3b0c7e21")  # found messages are named within it
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Missing:
    """Jobs for what has no row, oldest first; `signs` are those by which a person takes the conversation."""

    jobs: tuple[ReceiveMessage, ...]
    signs: tuple[ReceiveMessage, ...]

    @property
    def human(self) -> bool:
        return bool(self.signs)


def missing(
    connection: Connection, conversation: Conversation | None, view: ChannelConversation, known: Collection[str]
) -> Missing:
    """Compare a conversation in the channel with our rows; `known` are the external ids we have rows of."""
    since = connection.created_at - BEFORE_CONNECTING
    said = [message for message in view.messages[-LOOKED_AT:] if _counts(message) and _at(message) >= since]
    jobs: list[ReceiveMessage] = []
    signs: list[ReceiveMessage] = []
    for message in said:
        if message.external_id not in known:
            jobs.append(_job(connection, view, message, answered=_answered_by_human(message, said)))
            if message.author is Author.HUMAN and not (conversation and conversation.settled(_at(message))):
                signs.append(jobs[-1])
    taken_by = None if view.assignee == str(connection.bot_user_id) else view.assignee
    had_by = conversation.assignee if conversation else None
    if view.closed:  # whoever it was assigned to when it was closed
        if conversation is not None and conversation.closed_at is None:
            jobs.append(_sign(connection, view, MessageKind.CLOSED, assignee=taken_by))
    elif taken_by is None and had_by is not None:
        jobs.append(_sign(connection, view, MessageKind.ASSIGNED))  # let go: taking it again must count
    elif taken_by != had_by and view.messages:
        jobs.append(_sign(connection, view, MessageKind.ASSIGNED, assignee=taken_by))
        signs.append(jobs[-1])
    return Missing(tuple(jobs), tuple(signs))


def receive(found: Missing, *, durable: bool = False) -> None:
    """Send the jobs. A person's sign is known from here on: the epoch rises first, and a job of its own records that.

    `durable`: they are in Postgres first, for a caller who will not look again. A Redis that loses its last second loses
    none of them (workers/reaccept.py).
    """
    jobs: dict[str, ReceiveMessage] = {}
    for job in found.jobs:
        name = job.external_id or f"{job.kind}:{job.assignee}:{job.accepted_at}"
        if job in found.signs:
            epoch = queue().raise_epoch(job.tenant_id, job.conversation_id)
            job, name = replace(job, epoch=epoch), f"{name}:{epoch}"
        jobs[uuid.uuid5(_FOUND, f"{job.connection_id}:{name}").hex] = replace(job, durable=durable)
    if durable and jobs:
        tenant_id = uuid.UUID(found.jobs[0].tenant_id)
        with tenant_session(tenant_id) as session:
            for message_id, job in jobs.items():
                keep_event(session, tenant_id, message_id, job.arguments(), accepted_at=now(), request_id=None)
    for message_id, job in jobs.items():
        send(job, message_id=message_id)


def _job(
    connection: Connection, view: ChannelConversation, message: ChannelMessage, *, answered: bool
) -> ReceiveMessage:
    return ReceiveMessage(
        tenant_id=str(connection.tenant_id),
        kind=KINDS[message.author],
        connection_id=str(connection.id),
        conversation_id=str(conversation_id(connection.tenant_id, connection.id, view.external_id)),
        conversation_external_id=view.external_id,
        external_id=message.external_id,
        body=message.body,
        sent_at=_at(message).isoformat(),
        accepted_at=now().isoformat(),
        customer=view.customer.as_dict() if view.customer else None,
        found_late=True,
        answered_by_human=answered,
    )


def _sign(
    connection: Connection, view: ChannelConversation, kind: MessageKind, assignee: str | None = None
) -> ReceiveMessage:
    return ReceiveMessage(
        tenant_id=str(connection.tenant_id),
        kind=kind,
        connection_id=str(connection.id),
        conversation_id=str(conversation_id(connection.tenant_id, connection.id, view.external_id)),
        conversation_external_id=view.external_id,
        external_id=None,
        accepted_at=now().isoformat(),
        assignee=assignee,
        found_late=True,
    )


def _counts(message: ChannelMessage) -> bool:
    """What a webhook would have brought: a visitor's blank message is nothing to answer."""
    return message.author is Author.HUMAN or (message.author is Author.VISITOR and bool(message.body.strip()))


def _answered_by_human(message: ChannelMessage, said: list[ChannelMessage]) -> bool:
    """Whether a person wrote after it, or within the same second: that is as fine as a channel's clock may be."""
    return any(each.author is Author.HUMAN and _at(each) >= _at(message) for each in said)


def _at(message: ChannelMessage) -> datetime:
    return message.created_at or message.sent_at or LONG_AGO
