"""POST /api/v1/conversations/{id}/owner: a person takes a conversation over, or gives it back to the bot."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Literal

import structlog
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clients.channels.untrusted import parse, read_json
from config.errors import Forbidden, NotFound
from ingress.body import read_body
from ingress.callers import identify
from ingress.services import services
from ingress.turns import path_id
from models.base import now
from models.conversation import Owner, lock_conversation
from models.credential import Scope
from models.database import tenant_session

log = structlog.get_logger()


class OwnerInput(BaseModel):
    """The body."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    owner: Literal["human", "bot"]


async def owner(request: Request) -> Response:
    """Change who answers. A take-over counts from the moment Redis knows it, before the row does."""
    shared = services(request)
    caller = await identify(request)
    if caller.public:
        raise Forbidden("This needs a secret key.")
    caller.may(Scope.CONVERSATIONS_WRITE)
    wanted = Owner(parse(OwnerInput, read_json(await read_body(request))).owner)
    tenant_id, conversation_id = caller.tenant.tenant_id, path_id(request)
    known = await shared.threads.run(partial(_epoch, tenant_id, conversation_id))
    if known is None:
        raise NotFound
    if wanted is Owner.HUMAN:
        epoch = await shared.queue.raise_epoch(str(tenant_id), str(conversation_id), at_least=known + 1)
        recorded = await shared.threads.run(partial(_taken_over, tenant_id, conversation_id, epoch))
        if recorded > epoch:  # running streams ask Redis
            await shared.queue.raise_epoch(str(tenant_id), str(conversation_id), at_least=recorded)
    else:
        epoch = await shared.queue.epoch(str(tenant_id), str(conversation_id)) or 0
        await shared.threads.run(partial(_handed_back, tenant_id, conversation_id, epoch))
    log.info("conversation.owner.changed", conversation_id=str(conversation_id), owner=str(wanted))
    return JSONResponse({"conversation_id": str(conversation_id), "owner": wanted})


def _epoch(tenant_id: uuid.UUID, conversation_id: uuid.UUID) -> int | None:
    with tenant_session(tenant_id) as session:
        conversation = lock_conversation(session, conversation_id)
        return conversation.epoch if conversation else None


def _taken_over(tenant_id: uuid.UUID, conversation_id: uuid.UUID, epoch: int) -> int:
    with tenant_session(tenant_id) as session:
        conversation = lock_conversation(session, conversation_id)
        if conversation is None:  # erased in between
            raise NotFound
        conversation.taken_by_human(epoch, now())
        return conversation.epoch


def _handed_back(tenant_id: uuid.UUID, conversation_id: uuid.UUID, epoch: int) -> None:
    """`epoch` is Redis's: where a take-over failed half-way it is ahead of the row, and the bot would stay mute."""
    with tenant_session(tenant_id) as session:
        conversation = lock_conversation(session, conversation_id)
        if conversation is None:
            raise NotFound
        conversation.epoch = max(conversation.epoch, epoch)
        conversation.handed_back(now())
