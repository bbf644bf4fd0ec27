"""Versions of the tenant's trained intents: train, read the report, activate, go back. For secret keys."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import parse, read_json
from clients.embeddings import embedding_model
from config.errors import Conflict
from config.settings import settings
from ingress.body import read_body
from ingress.callers import secret_key
from ingress.services import services
from ingress.shown import instant
from ingress.turns import path_id
from models import intent_model
from models.credential import Scope
from models.database import required, tenant_session
from models.intent_model import IntentModel
from models.jobs import TrainIntents
from models.own_intent import example_texts
from models.page import Page, asked_page, cursor

log = structlog.get_logger()


class TrainInput(BaseModel):
    """Whether the new version is activated by itself, unless its report is worse than the active one's."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    activate: bool = True


async def train(request: Request) -> Response:
    """Have a version trained; 202 with the version to watch. When nothing changed it is the one that is there."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    raw = await read_body(request)
    wanted = parse(TrainInput, read_json(raw)) if raw.strip() else TrainInput()
    tenant_id, shared = caller.tenant.tenant_id, services(request)
    view, starts = await shared.threads.run(partial(_ask, tenant_id, activate=wanted.activate))
    if starts:
        await shared.queue.enqueue(
            TrainIntents(tenant_id=str(tenant_id), model_id=view["id"]),
            message_id=uuid.uuid4().hex,
            request_id=request.scope["frontdesk.request_id"],
        )
        log.info("intents.training.asked", version=view["version"])
    return JSONResponse(view | {"changed": starts}, 202, {"Location": f"/api/v1/intents/models/{view['id']}"})


async def models(request: Request) -> Response:
    """A page of versions, newest first, each with its report."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    work = partial(_list, caller.tenant.tenant_id, asked_page(request.query_params))
    return JSONResponse(await services(request).threads.run(work))


async def model(request: Request) -> Response:
    """One version with its report; another tenant's is not found, like none."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    return JSONResponse(await services(request).threads.run(partial(_read, caller.tenant.tenant_id, path_id(request))))


async def activate(request: Request) -> Response:
    """This version recognises from the next message on; a repeat changes nothing."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    work = partial(_activate, caller.tenant.tenant_id, path_id(request))
    view = await services(request).threads.run(work)
    log.info("intents.activated", version=view["version"])
    return JSONResponse(view)


async def roll_back(request: Request) -> Response:
    """The version that was active before recognises again."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    view = await services(request).threads.run(partial(_roll_back, caller.tenant.tenant_id))
    log.info("intents.rolled_back", version=view["version"])
    return JSONResponse(view)


async def deactivate(request: Request) -> Response:
    """No version recognises; intents, examples and versions stay."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    await services(request).threads.run(partial(_deactivate, caller.tenant.tenant_id))
    log.info("intents.deactivated")
    return Response(status_code=204)


def _ask(tenant_id: uuid.UUID, *, activate: bool) -> tuple[dict[str, Any], bool]:
    with tenant_session(tenant_id) as session:
        digest = intent_model.digest_of(example_texts(session), embedding_model(settings()))
        found, starts = intent_model.ask_for_training(session, tenant_id, digest, activate=activate)
        return _as_json(found), starts


def _list(tenant_id: uuid.UUID, page: Page) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        rows, more = page.cut(intent_model.newest_models(session, page))
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return {"models": [_as_json(row) for row in rows], "next": following}


def _read(tenant_id: uuid.UUID, model_id: uuid.UUID) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        found = required(session, IntentModel, (tenant_id, model_id))
        return _as_json(found)


def _activate(tenant_id: uuid.UUID, model_id: uuid.UUID) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        intent_model.lock_versions(session)
        found = required(session, IntentModel, (tenant_id, model_id))
        intent_model.activate(session, found)
        return _as_json(found)


def _roll_back(tenant_id: uuid.UUID) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        intent_model.lock_versions(session)
        return _as_json(intent_model.roll_back(session))


def _deactivate(tenant_id: uuid.UUID) -> None:
    with tenant_session(tenant_id) as session:
        intent_model.lock_versions(session)
        if not intent_model.deactivate(session):
            raise Conflict("No version is active.")


def _as_json(found: IntentModel) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "version": found.version,
        "state": found.state,
        "reason": found.reason,
        "active": found.active,
        "activated_at": instant(found.activated_at),
        "intents": found.intents,
        "examples": found.examples,
        "embedded": found.embedded,
        "report": found.report,
        "created_at": instant(found.created_at),
    }


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/intents/train", train, methods=["POST"]),
    Route("/api/v1/intents/models", models, methods=["GET"]),
    Route("/api/v1/intents/models/rollback", roll_back, methods=["POST"]),
    Route("/api/v1/intents/models/deactivate", deactivate, methods=["POST"]),
    Route("/api/v1/intents/models/{id}", model, methods=["GET"]),
    Route("/api/v1/intents/models/{id}/activate", activate, methods=["POST"]),
)
