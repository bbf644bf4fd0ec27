"""/api/v1/conversations: a person reads what was said and why, answers, takes over, gives back, closes. For secret keys."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import Moment, parse
from ingress.answering import answer, close, owner
from ingress.callers import secret_key
from ingress.services import services
from ingress.shown import conversation_json, message_json, promise_json, turn_json
from ingress.turns import path_id
from models.connection import Connection, connection_kinds
from models.conversation import Conversation, Owner, newest_conversations
from models.credential import Scope
from models.database import required, tenant_session
from models.message import last_messages, newest_messages
from models.page import Page, asked_page, cursor
from models.promise import latest_promise
from models.turn import newest_turns


class Filter(BaseModel):
    """Which conversations."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    owner: Literal["human", "bot"] | None = None
    since: Moment = None


async def conversations(request: Request) -> Response:
    """A page of conversations by latest activity, each with its last message."""
    caller = await secret_key(request, Scope.CONVERSATIONS_READ)
    page, wanted = asked_page(request.query_params), parse(Filter, dict(request.query_params))
    return JSONResponse(
        await services(request).threads.run(partial(_conversations, caller.tenant.tenant_id, page, wanted))
    )


async def conversation(request: Request) -> Response:
    """One conversation: its visitor, who answers, since when."""
    caller = await secret_key(request, Scope.CONVERSATIONS_READ)
    work = partial(_conversation, caller.tenant.tenant_id, path_id(request))
    return JSONResponse(await services(request).threads.run(work))


async def messages(request: Request) -> Response:
    """GET: a page of what was said, newest first. POST: a person answers, and so takes the conversation over."""
    if request.method == "POST":
        return await answer(request)
    caller = await secret_key(request, Scope.CONVERSATIONS_READ)
    work = partial(_messages, caller.tenant.tenant_id, path_id(request), asked_page(request.query_params))
    return JSONResponse(await services(request).threads.run(work))


async def turns(request: Request) -> Response:
    """A page of the conversation's turns, newest first: how each ended, why, and from which sources it was answered."""
    caller = await secret_key(request, Scope.CONVERSATIONS_READ)
    work = partial(_turns, caller.tenant.tenant_id, path_id(request), asked_page(request.query_params))
    return JSONResponse(await services(request).threads.run(work))


def _conversations(tenant_id: uuid.UUID, page: Page, wanted: Filter) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        answers = Owner(wanted.owner) if wanted.owner else None
        rows, more = page.cut(newest_conversations(session, page, owner=answers, since=wanted.since))
        last = last_messages(session, [row.id for row in rows])
        kinds = connection_kinds(session)
    views = [conversation_json(row, kinds[row.connection_id], last.get(row.id)) for row in rows]
    return {"conversations": views, "next": _next(rows, more, "last_activity_at")}


def _conversation(tenant_id: uuid.UUID, conversation_id: uuid.UUID) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        found = required(session, Conversation, (tenant_id, conversation_id))
        connection = session.get_one(Connection, (tenant_id, found.connection_id))
        last = last_messages(session, [conversation_id]).get(conversation_id)
        promised = latest_promise(session, conversation_id)
        view = conversation_json(found, connection.kind, last)
        return view if promised is None else view | {"promise": promise_json(promised)}


def _messages(tenant_id: uuid.UUID, conversation_id: uuid.UUID, page: Page) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        required(session, Conversation, (tenant_id, conversation_id))
        rows, more = page.cut(newest_messages(session, conversation_id, page))
    return {"messages": [message_json(row) for row in rows], "next": _next(rows, more, "accepted_at")}


def _turns(tenant_id: uuid.UUID, conversation_id: uuid.UUID, page: Page) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        required(session, Conversation, (tenant_id, conversation_id))
        rows, more = page.cut(newest_turns(session, conversation_id, page))
    return {"turns": [turn_json(row) for row in rows], "next": _next(rows, more, "first_at")}


def _next(rows: Sequence[Any], more: bool, at: str) -> str | None:
    return cursor(getattr(rows[-1], at), rows[-1].id) if more else None


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/conversations", conversations),
    Route("/api/v1/conversations/{id}", conversation),
    Route("/api/v1/conversations/{id}/messages", messages, methods=["GET", "POST"]),
    Route("/api/v1/conversations/{id}/turns", turns),
    Route("/api/v1/conversations/{id}/owner", owner, methods=["POST"]),
    Route("/api/v1/conversations/{id}/close", close, methods=["POST"]),
)
