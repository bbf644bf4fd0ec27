"""/api/v1/admin/tenants/{id}/dead-letters: what a bug has stopped, to be tried again or dropped. Never shows what was said.

A message is set aside after five unexpected errors, or after five processes died with it (docs/fairness.md).
"""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.queue import DeadLetter
from config.errors import InvalidInput, NotFound
from dashboard.bearer import administrator
from dashboard.fields import iso, path_id
from dashboard.lent import lent
from models import administration
from models.database import tenant_session
from models.page import DEFAULT_LIMIT, MAX_LIMIT
from models.webhook_event import drop_event

MOST = 1000  # kept of a tenant

log = structlog.get_logger()


async def dead_letters(request: Request) -> Response:
    """GET: a page, oldest first."""
    tenant_id = await _tenant(request)
    limit = _number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
    skip = _number(request, "cursor", 0, 0, MOST)
    found = await lent(request).queue.dead_letters(tenant_id, skip=skip, limit=limit + 1)
    following = str(skip + limit) if len(found) > limit else None
    return JSONResponse({"dead_letters": [as_json(letter) for letter in found[:limit]], "next": following})


async def dead_letter(request: Request) -> Response:
    """DELETE: drop one; what it was to do is never done."""
    tenant_id, message_id = await _tenant(request), request.path_params["message_id"]
    if not await lent(request).queue.drop_dead(tenant_id, message_id):
        raise NotFound
    await lent(request).threads.run(partial(give_up, tenant_id, message_id))
    log.info("dead_letter.dropped", tenant_id=tenant_id, message_id=message_id)
    return Response(status_code=204)


async def retry(request: Request) -> Response:
    """POST: run it again as if it were new."""
    tenant_id, message_id = await _tenant(request), request.path_params["message_id"]
    if not await lent(request).queue.retry_dead(tenant_id, message_id):
        raise NotFound
    log.info("dead_letter.retried", tenant_id=tenant_id, message_id=message_id)
    return JSONResponse({"message_id": message_id, "status": "retried"}, 202)


def give_up(tenant_id: str, message_id: str) -> None:
    """A dropped message that was accepted durably is not to be accepted again."""
    with tenant_session(uuid.UUID(tenant_id)) as session:
        drop_event(session, message_id)


def as_json(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter as operators see it."""
    facts = asdict(letter)
    died_at = datetime.fromtimestamp(facts.pop("died_at_ms") / 1000, UTC)
    return {**facts, "died_at": iso(died_at)}


async def _tenant(request: Request) -> str:
    """The id in the path, of a tenant there is; for operators alone."""
    await administrator(request)
    tenant_id: uuid.UUID = path_id(request)
    await lent(request).threads.run(partial(administration.tenant_overview, tenant_id))
    return str(tenant_id)


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and least <= int(text) <= most):
        raise InvalidInput(f"{name}: expected a number from {least} to {most}.")
    return int(text)


ROUTES: tuple[BaseRoute, ...] = (  # an id may hold slashes: a channel's own name of a message stands in some
    Route("/api/v1/admin/tenants/{id}/dead-letters", dead_letters, methods=["GET"]),
    Route("/api/v1/admin/tenants/{id}/dead-letters/{message_id:path}/retry", retry, methods=["POST"]),
    Route("/api/v1/admin/tenants/{id}/dead-letters/{message_id:path}", dead_letter, methods=["DELETE"]),
)
