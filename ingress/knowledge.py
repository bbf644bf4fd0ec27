"""/api/v1/knowledge/entries: what the tenant's bot may quote, kept by its own servers. A new entry is answered from at once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC
from functools import partial
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import clean, parse, read_json
from config.errors import Forbidden, InvalidInput
from ingress.body import read_body
from ingress.callers import identify
from ingress.embedding import embed_soon
from ingress.services import services
from ingress.turns import path_id
from models.credential import Scope
from models.database import required, tenant_session
from models.entry_table import LONGEST_ANSWER, LONGEST_QUESTION
from models.knowledge import KnowledgeEntry, newest_entries
from models.page import Page, asked_page, cursor

LONGEST_FILTER = 200

log = structlog.get_logger()


def _trimmed(value: object) -> object:
    return clean(value).strip() if isinstance(value, str) else value


Question = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_QUESTION)]
Answer = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_ANSWER)]


class EntryInput(BaseModel):
    """A new entry."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    question: Question
    answer: Answer


class EntryChange(BaseModel):
    """What may be changed; a field that is not sent stays as it is."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    question: Question = ""
    answer: Answer = ""


async def entries(request: Request) -> Response:
    """POST: a new entry. GET: a page of them, newest first; `q` keeps those that hold a text."""
    if request.method == "POST":
        tenant_id = await _tenant(request, Scope.KNOWLEDGE_WRITE)
        wanted = parse(EntryInput, read_json(await read_body(request)))
        made = await services(request).threads.run(partial(_add, tenant_id, wanted))
        await embed_soon(request, tenant_id)
        log.info("knowledge.entry.added", entry_id=made["id"])
        return JSONResponse(made, 201, {"Location": f"/api/v1/knowledge/entries/{made['id']}"})
    tenant_id = await _tenant(request, Scope.KNOWLEDGE_READ)
    holding = clean(request.query_params.get("q", ""))
    if len(holding) > LONGEST_FILTER:
        raise InvalidInput(f"q: at most {LONGEST_FILTER} characters.")
    page = asked_page(request.query_params)
    return JSONResponse(await services(request).threads.run(partial(_list, tenant_id, page, holding)))


async def entry(request: Request) -> Response:
    """GET, PATCH or DELETE one entry; another tenant's is not found, like none."""
    writes = request.method in {"PATCH", "DELETE"}
    tenant_id = await _tenant(request, Scope.KNOWLEDGE_WRITE if writes else Scope.KNOWLEDGE_READ)
    entry_id, threads = path_id(request), services(request).threads
    match request.method:
        case "PATCH":
            wanted = parse(EntryChange, read_json(await read_body(request)))
            view = await threads.run(partial(_change, tenant_id, entry_id, wanted.model_dump(exclude_unset=True)))
            await embed_soon(request, tenant_id)
            log.info("knowledge.entry.changed", entry_id=str(entry_id))
            return JSONResponse(view)
        case "DELETE":
            await threads.run(partial(_delete, tenant_id, entry_id))
            await embed_soon(request, tenant_id)  # nothing to embed, but what was learned of all of them changes
            log.info("knowledge.entry.deleted", entry_id=str(entry_id))
            return Response(status_code=204)
        case _:
            return JSONResponse(await threads.run(partial(_change, tenant_id, entry_id, {})))


async def _tenant(request: Request, scope: Scope) -> uuid.UUID:
    caller = await identify(request)
    if caller.public:
        raise Forbidden("This needs a secret key.")
    caller.may(scope)
    return caller.tenant.tenant_id


def _add(tenant_id: uuid.UUID, wanted: EntryInput) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        made = KnowledgeEntry(tenant_id=tenant_id, question=wanted.question, answer=wanted.answer)
        session.add(made)
        session.flush()
        session.refresh(made)
        return entry_json(made)


def _list(tenant_id: uuid.UUID, page: Page, holding: str) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        rows, more = page.cut(newest_entries(session, page, holding))
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return {"entries": [entry_json(row) for row in rows], "next": following}


def _change(tenant_id: uuid.UUID, entry_id: uuid.UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set what `values` name; without any, only read."""
    with tenant_session(tenant_id) as session:
        found = required(session, KnowledgeEntry, (tenant_id, entry_id), locked=bool(values))
        for name, value in values.items():
            setattr(found, name, value)
        session.flush()
        session.refresh(found)
        return entry_json(found)


def _delete(tenant_id: uuid.UUID, entry_id: uuid.UUID) -> None:
    with tenant_session(tenant_id) as session:
        found = required(session, KnowledgeEntry, (tenant_id, entry_id), locked=True)
        session.delete(found)


def entry_json(found: KnowledgeEntry) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "question": found.question,
        "answer": found.answer,
        "created_at": found.created_at.astimezone(UTC).isoformat(),
        "updated_at": found.updated_at.astimezone(UTC).isoformat(),
    }


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/knowledge/entries", entries, methods=["GET", "POST"]),
    Route("/api/v1/knowledge/entries/{id}", entry, methods=["GET", "PATCH", "DELETE"]),
)
