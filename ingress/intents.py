"""/api/v1/intents: what the tenant's bot recognises beside the built-in intents, taught by examples. For secret keys."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import clean, parse, read_json
from config.errors import Conflict, InvalidInput
from ingress import intent_examples, intent_models
from ingress.body import read_body
from ingress.callers import secret_key
from ingress.services import services
from ingress.shown import instant
from ingress.turns import path_id
from models.credential import Scope
from models.database import required, tenant_session
from models.intent import Intent
from models.intent_model import lock_versions
from models.own_intent import (
    OUT_OF_SCOPE,
    Action,
    OwnIntent,
    add_examples,
    count_examples,
    intent_by_name,
    newest_intents,
)
from models.page import Page, asked_page, cursor
from models.teaching import LONGEST_EXAMPLE, LONGEST_NAME, example_text, intent_name, refuse_too_many

LONGEST_DESCRIPTION = 500
LONGEST_REPLY = 4000
MOST_AT_ONCE = 5000  # examples in one request; its body's size is the narrower limit

log = structlog.get_logger()


def _trimmed(value: object) -> object:
    return clean(value).strip() if isinstance(value, str) else value


def _as_action(value: object) -> object:
    if not isinstance(value, str) or value not in list(Action):
        raise ValueError(f"expected {', '.join(Action)}")
    return Action(value)


Name = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_NAME)]
Description = Annotated[str, BeforeValidator(_trimmed), Field(max_length=LONGEST_DESCRIPTION)]
Reply = Annotated[str, BeforeValidator(_trimmed), Field(max_length=LONGEST_REPLY)]
Example = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_EXAMPLE)]
WhatHappens = Annotated[Action, BeforeValidator(_as_action)]


class IntentInput(BaseModel):
    """A new intent, with its first examples if the caller has them."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: Name
    description: Description = ""
    action: WhatHappens = Action.ANSWER
    reply: Reply = ""
    examples: Annotated[list[Example], Field(max_length=MOST_AT_ONCE)] = []


class IntentChange(BaseModel):
    """What may be changed; a field that is not sent stays as it is."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: Name = ""
    description: Description = ""
    action: WhatHappens = Action.ANSWER
    reply: Reply = ""


async def intents(request: Request) -> Response:
    """POST: a new intent. GET: a page of them, newest first."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    tenant_id, threads = caller.tenant.tenant_id, services(request).threads
    if request.method == "POST":
        wanted = parse(IntentInput, read_json(await read_body(request)))
        made = await threads.run(partial(_add, tenant_id, wanted))
        log.info("intent.added", intent_id=made["id"])
        return JSONResponse(made, 201, {"Location": f"/api/v1/intents/{made['id']}"})
    return JSONResponse(await threads.run(partial(_list, tenant_id, asked_page(request.query_params))))


async def intent(request: Request) -> Response:
    """GET, PATCH or DELETE one intent; another tenant's is not found, like none."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    tenant_id, intent_id, threads = caller.tenant.tenant_id, path_id(request), services(request).threads
    match request.method:
        case "PATCH":
            wanted = parse(IntentChange, read_json(await read_body(request)))
            view = await threads.run(partial(_change, tenant_id, intent_id, wanted.model_dump(exclude_unset=True)))
            log.info("intent.changed", intent_id=str(intent_id))
            return JSONResponse(view)
        case "DELETE":
            await threads.run(partial(_delete, tenant_id, intent_id))
            log.info("intent.deleted", intent_id=str(intent_id))
            return Response(status_code=204)
        case _:
            return JSONResponse(await threads.run(partial(_change, tenant_id, intent_id, {})))


def _add(tenant_id: uuid.UUID, wanted: IntentInput) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        lock_versions(session)
        made = OwnIntent(
            tenant_id=tenant_id,
            id=uuid.uuid4(),
            name=_free_name(session, wanted.name),
            description=wanted.description,
            action=wanted.action,
            reply=_fitting_reply(intent_name(wanted.name), wanted.action, wanted.reply),
        )
        session.add(made)
        session.flush()
        added = add_examples(session, tenant_id, made.id, [example_text(text) for text in wanted.examples])
        refuse_too_many(session)
        session.refresh(made)
        return _as_json(made, added)


def _list(tenant_id: uuid.UUID, page: Page) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        rows, more = page.cut(newest_intents(session, page))
        counts = count_examples(session, [row.id for row in rows])
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return {"intents": [_as_json(row, counts.get(row.id, 0)) for row in rows], "next": following}


def _change(tenant_id: uuid.UUID, intent_id: uuid.UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set what `values` name; without any, only read."""
    with tenant_session(tenant_id) as session:
        found = required(session, OwnIntent, (tenant_id, intent_id), locked=bool(values))
        for name, value in values.items():
            if name == "name" and intent_name(value) != found.name:
                found.name = _free_name(session, value)
            elif name != "name":
                setattr(found, name, value)
        _fitting_reply(found.name, Action(found.action), found.reply)
        session.flush()
        session.refresh(found)
        return _as_json(found, count_examples(session, [intent_id]).get(intent_id, 0))


def _delete(tenant_id: uuid.UUID, intent_id: uuid.UUID) -> None:
    with tenant_session(tenant_id) as session:
        found = required(session, OwnIntent, (tenant_id, intent_id), locked=True)
        session.delete(found)


def _free_name(session: Session, wanted: str) -> str:
    name = intent_name(wanted)
    if intent_by_name(session, name) is not None:
        raise Conflict("There is an intent of this name already.")
    return name


def _fitting_reply(name: str, action: Action, reply: str) -> str:
    if action is not Action.ANSWER and (name in OUT_OF_SCOPE or name in list(Intent)):
        raise InvalidInput("action: what happens on a built-in intent, and out of scope, is not set here.")
    if action is Action.REPLY and not reply:
        raise InvalidInput("reply: the action `reply` needs a text to reply with.")
    return reply


def _as_json(found: OwnIntent, examples: int) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "name": found.name,
        "description": found.description,
        "action": found.action,
        "reply": found.reply,
        "examples": examples,
        "created_at": instant(found.created_at),
        "updated_at": instant(found.updated_at),
    }


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/intents", intents, methods=["GET", "POST"]),
    *intent_models.ROUTES,  # before {id}, which would take their words for one
    *intent_examples.ROUTES,
    Route("/api/v1/intents/{id}", intent, methods=["GET", "PATCH", "DELETE"]),
)
