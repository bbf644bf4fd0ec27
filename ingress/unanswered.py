"""/api/v1/knowledge/unanswered: what visitors asked and the bot could not answer; dismissed, or turned into an entry."""

from __future__ import annotations

import uuid
from datetime import UTC
from functools import partial
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import parse, read_json
from config.errors import InvalidInput, NotFound
from ingress.body import read_body
from ingress.callers import secret_key
from ingress.embedding import embed_soon
from ingress.knowledge import Answer, Question, entry_json
from ingress.services import services
from ingress.turns import path_id
from models.credential import Scope
from models.database import tenant_session
from models.page import Page, asked_page, cursor
from models.unanswered import UnansweredQuestion, UnansweredState, lock_unanswered, make_entry, newest_unanswered

log = structlog.get_logger()


def _state(value: object) -> object:
    if not isinstance(value, str) or value not in list(UnansweredState):
        raise ValueError(f"expected {', '.join(UnansweredState)}")
    return UnansweredState(value)


class StateChange(BaseModel):
    """Where a question is to stand."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    state: Annotated[UnansweredState, BeforeValidator(_state)]


class EntryOf(BaseModel):
    """The answer; the question in better words, where the visitor's are not good enough."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    answer: Answer
    question: Question | None = Field(default=None)


async def unanswered(request: Request) -> Response:
    """A page of questions, asked last first; `state` is `open` unless another is named."""
    caller = await secret_key(request, Scope.KNOWLEDGE_READ)
    named = request.query_params.get("state", UnansweredState.OPEN)
    if named not in list(UnansweredState):
        raise InvalidInput(f"state: expected {', '.join(UnansweredState)}.")
    page, state = asked_page(request.query_params), UnansweredState(named)
    return JSONResponse(await services(request).threads.run(partial(_list, caller.tenant.tenant_id, page, state)))


async def question(request: Request) -> Response:
    """PATCH: dismiss a question, call it answered, or open it again."""
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
    wanted, name = parse(StateChange, read_json(await read_body(request))), path_id(request)
    changed = await services(request).threads.run(partial(_move, caller.tenant.tenant_id, name, wanted.state))
    log.info("knowledge.unanswered.moved", unanswered_id=str(name), state=str(wanted.state))
    return JSONResponse(changed)


async def entry(request: Request) -> Response:
    """POST: an entry that answers it from now on."""
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
    wanted, name = parse(EntryOf, read_json(await read_body(request))), path_id(request)
    made = await services(request).threads.run(partial(_answer, caller.tenant.tenant_id, name, wanted))
    await embed_soon(request, caller.tenant.tenant_id)
    log.info("knowledge.entry.added", entry_id=made["id"], unanswered_id=str(name))
    return JSONResponse(made, 201, {"Location": f"/api/v1/knowledge/entries/{made['id']}"})


def _list(tenant_id: uuid.UUID, page: Page, state: UnansweredState) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        rows, more = page.cut(newest_unanswered(session, page, state))
    following = cursor(rows[-1].last_at, rows[-1].id) if more else None
    return {"questions": [_as_json(row) for row in rows], "next": following}


def _move(tenant_id: uuid.UUID, name: uuid.UUID, state: UnansweredState) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        found = lock_unanswered(session, tenant_id, name)
        if found is None:
            raise NotFound
        found.state = state
        return _as_json(found)


def _answer(tenant_id: uuid.UUID, name: uuid.UUID, wanted: EntryOf) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        found = lock_unanswered(session, tenant_id, name)
        if found is None:
            raise NotFound
        made = make_entry(session, found, wanted.answer, wanted.question)
        return entry_json(made)


def _as_json(found: UnansweredQuestion) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "question": found.text,
        "times": found.times,
        "state": found.state,
        "last_at": found.last_at.astimezone(UTC).isoformat(),
        "turn_id": str(found.turn_id),
        "entry_id": str(found.entry_id) if found.entry_id else None,
    }


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/knowledge/unanswered", unanswered, methods=["GET"]),
    Route("/api/v1/knowledge/unanswered/{id}", question, methods=["PATCH"]),
    Route("/api/v1/knowledge/unanswered/{id}/entry", entry, methods=["POST"]),
)
