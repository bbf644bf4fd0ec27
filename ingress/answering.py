"""What a person of the business does in a conversation: answer, take over, give back, close. For secret keys.

A take-over counts from the moment Redis knows it, before the row does: nothing that a worker is writing leaves after it.
"""

from __future__ import annotations

import hashlib
import uuid
from functools import partial
from typing import Annotated, Any, Literal

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clients.channels.untrusted import clean, parse, read_json
from config.errors import Conflict, InvalidInput, NotFound
from ingress.body import read_body
from ingress.callers import Caller, secret_key
from ingress.chat import IDEMPOTENCY_KEY, LONGEST_MESSAGE
from ingress.services import services
from ingress.shown import conversation_json, message_json
from ingress.turns import path_id
from models.base import now
from models.connection import Connection
from models.conversation import Conversation, Owner, lock_conversation
from models.credential import Scope
from models.database import required, tenant_session
from models.jobs import UpdateChannel
from models.message import Author, Message, add_message, message_by_external_id
from models.promise import drop_promises, keep_promises

ANSWERED_THERE = (
    "This conversation lives in Papercups: what a person writes there reaches the visitor and takes the "
    "conversation over."
)

log = structlog.get_logger()


def _trimmed(value: object) -> object:
    return clean(value).strip() if isinstance(value, str) else value


class OwnerInput(BaseModel):
    """Who is to answer."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    owner: Literal["human", "bot"]


class AnswerInput(BaseModel):
    """What a person says to the visitor."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    text: Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_MESSAGE)]


async def owner(request: Request) -> Response:
    """Change who answers."""
    shared = services(request)
    caller = await secret_key(request, Scope.CONVERSATIONS_WRITE)
    wanted = Owner(parse(OwnerInput, read_json(await read_body(request))).owner)
    tenant_id, conversation_id = caller.tenant.tenant_id, path_id(request)
    known, channel = await shared.threads.run(partial(_standing, tenant_id, conversation_id))
    if wanted is Owner.HUMAN:
        epoch = await shared.queue.raise_epoch(str(tenant_id), str(conversation_id), at_least=known + 1)
        recorded = await shared.threads.run(partial(_taken_over, tenant_id, conversation_id, epoch))
        if recorded > epoch:  # running streams ask Redis
            await shared.queue.raise_epoch(str(tenant_id), str(conversation_id), at_least=recorded)
    else:
        epoch = await shared.queue.epoch(str(tenant_id), str(conversation_id)) or 0
        await shared.threads.run(partial(_handed_back, tenant_id, conversation_id, epoch))
        if channel:
            await _show_in_channel(request, tenant_id, conversation_id)
    await shared.queue.conversation_changed(str(tenant_id), str(conversation_id))
    log.info("conversation.owner.changed", conversation_id=str(conversation_id), owner=str(wanted))
    return JSONResponse({"conversation_id": str(conversation_id), "owner": wanted})


async def close(request: Request) -> Response:
    """The conversation is over: the bot answers whatever is written next."""
    shared = services(request)
    caller = await secret_key(request, Scope.CONVERSATIONS_WRITE)
    tenant_id, conversation_id = caller.tenant.tenant_id, path_id(request)
    view, channel = await shared.threads.run(partial(_closed, tenant_id, conversation_id))
    if channel:
        await _show_in_channel(request, tenant_id, conversation_id)
    await shared.queue.conversation_changed(str(tenant_id), str(conversation_id))
    log.info("conversation.closed", conversation_id=str(conversation_id))
    return JSONResponse(view)


async def _show_in_channel(request: Request, tenant_id: uuid.UUID, conversation_id: uuid.UUID) -> None:
    """After the row: whoever looks at the conversation in the channel sees the same. Repeating it does no harm."""
    job = UpdateChannel(tenant_id=str(tenant_id), conversation_id=str(conversation_id))
    await services(request).queue.enqueue(
        job, message_id=uuid.uuid4().hex, request_id=request.scope["frontdesk.request_id"]
    )


async def answer(request: Request) -> Response:
    """Say something to the visitor as a person, and so take the conversation over."""
    shared = services(request)
    caller = await secret_key(request, Scope.CONVERSATIONS_WRITE)
    external_id, repeatable = _external_id(request, caller)
    text = parse(AnswerInput, read_json(await read_body(request))).text
    tenant_id, conversation_id = caller.tenant.tenant_id, path_id(request)
    known, channel = await shared.threads.run(partial(_standing, tenant_id, conversation_id))
    if channel:
        raise Conflict(ANSWERED_THERE)
    if repeatable:
        said = await shared.threads.run(partial(_said_before, tenant_id, conversation_id, external_id, text))
        if said is not None:
            return JSONResponse(said)
    epoch = await shared.queue.raise_epoch(str(tenant_id), str(conversation_id), at_least=known + 1)
    view, recorded = await shared.threads.run(partial(_answered, tenant_id, conversation_id, epoch, external_id, text))
    if recorded > epoch:  # running streams ask Redis
        await shared.queue.raise_epoch(str(tenant_id), str(conversation_id), at_least=recorded)
    await shared.queue.conversation_changed(str(tenant_id), str(conversation_id))
    log.info("conversation.answered", conversation_id=str(conversation_id))
    return JSONResponse(view, 201)


def _external_id(request: Request, caller: Caller) -> tuple[str, bool]:
    """The message's id, and whether a repeat with the same Idempotency-Key finds it."""
    given = request.headers.getlist("idempotency-key")
    if not given:
        return f"person:{uuid.uuid4().hex}", False
    if len(given) > 1 or not IDEMPOTENCY_KEY.fullmatch(given[0]):
        raise InvalidInput("Idempotency-Key: expected one value of 1 to 128 visible ASCII characters.")
    return "person:" + hashlib.sha256(f"{caller.credential}:{given[0]}".encode()).hexdigest(), True


def _standing(tenant_id: uuid.UUID, conversation_id: uuid.UUID) -> tuple[int, bool]:
    """The row's epoch, and whether the conversation lives in a vendor's channel."""
    with tenant_session(tenant_id) as session:
        found = required(session, Conversation, (tenant_id, conversation_id))
        return found.epoch, session.get_one(Connection, (tenant_id, found.connection_id)).is_channel


def _taken_over(tenant_id: uuid.UUID, conversation_id: uuid.UUID, epoch: int) -> int:
    with tenant_session(tenant_id) as session:
        found = lock_conversation(session, conversation_id)
        if found is None:  # erased in between
            raise NotFound
        found.taken_by_human(epoch, now())
        return found.epoch


def _handed_back(tenant_id: uuid.UUID, conversation_id: uuid.UUID, epoch: int) -> None:
    """`epoch` is Redis's: where a take-over failed half-way it is ahead of the row, and the bot would stay mute."""
    with tenant_session(tenant_id) as session:
        found = lock_conversation(session, conversation_id)
        if found is None:
            raise NotFound
        found.epoch = max(found.epoch, epoch)
        found.handed_back(now())
        drop_promises(session, conversation_id, now())


def _closed(tenant_id: uuid.UUID, conversation_id: uuid.UUID) -> tuple[dict[str, Any], bool]:
    """How it looks now, and whether it lives in a vendor's channel."""
    with tenant_session(tenant_id) as session:
        found = lock_conversation(session, conversation_id)
        if found is None:
            raise NotFound
        connection = session.get_one(Connection, (tenant_id, found.connection_id))
        found.closed(found.closed_at or now())
        drop_promises(session, conversation_id, now())
        return conversation_json(found, connection.kind), connection.is_channel


def _said_before(
    tenant_id: uuid.UUID, conversation_id: uuid.UUID, external_id: str, text: str
) -> dict[str, Any] | None:
    with tenant_session(tenant_id) as session:
        found = required(session, Conversation, (tenant_id, conversation_id))
        said = message_by_external_id(session, found.connection_id, external_id)
        if said is None:
            return None
        if (said.conversation_id, said.body) != (conversation_id, text):
            raise Conflict("This Idempotency-Key was used with another body.")
        return message_json(said)


def _answered(
    tenant_id: uuid.UUID, conversation_id: uuid.UUID, epoch: int, external_id: str, text: str
) -> tuple[dict[str, Any], int]:
    """The message, and the epoch that the row has now."""
    at = now()
    with tenant_session(tenant_id) as session:
        found = lock_conversation(session, conversation_id)
        if found is None:
            raise NotFound
        found.taken_by_human(epoch, at)
        found.closed_at, found.last_activity_at = None, at
        said = Message(
            tenant_id=tenant_id,
            conversation_id=conversation_id,
            connection_id=found.connection_id,
            external_id=external_id,
            author=Author.HUMAN,
            body=text,
            sent_at=at,
            accepted_at=at,
        )
        keep_promises(session, conversation_id, at)
        add_message(session, said)  # False: the same request twice at once; it is there either way
        return message_json(said), found.epoch
