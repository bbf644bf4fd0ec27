"""/api/v1/knowledge/sources: websites and files that the bot's knowledge is read from. The reading is done by workers."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import clean, parse, read_json
from clients.web.urls import LONGEST, normal
from config.errors import InvalidInput
from ingress.body import header, read_body
from ingress.callers import secret_key
from ingress.limits import PublicLimits
from ingress.services import Services, services
from ingress.turns import path_id
from ingress.upload import Upload
from models.crawl import crawl_job
from models.credential import Scope
from models.database import tenant_session
from models.embedding_due import waits_for
from models.jobs import SourceJob
from models.page import Page, asked_page, cursor
from models.source import (
    DEFAULT_DEPTH,
    DEFAULT_PAGES,
    DEFAULT_REFRESH_HOURS,
    MOST_DEPTH,
    MOST_PAGES,
    MOST_REFRESH_HOURS,
    DocumentState,
)
from models.sources import (
    LONGEST_NAME,
    add_website,
    cancel,
    delete_source,
    document_json,
    newest_documents,
    newest_sources,
    progress,
    refresh,
    source_json,
    standing_source,
    view,
)
from models.upload import (
    FILE_BYTES,
    PIECE_BYTES,
    begin_upload,
    end_upload,
    file_job,
    give_up_upload,
    keep_piece,
)

SOURCES = "/api/v1/knowledge/sources"
UNNAMED = "Uploaded file"
UPLOADS_OF_TENANT, UPLOADS = 4, 32  # at once, in one process
AS_JSON = {"", "application/json", "application/x-www-form-urlencoded"}  # the second is what curl says of everything

log = structlog.get_logger()


def _trimmed(value: object) -> object:
    return clean(value).strip() if isinstance(value, str) else value


class WebsiteInput(BaseModel):
    """A website to read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    url: Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST)]
    name: Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_NAME)] | None = None
    max_pages: Annotated[int, Field(ge=1, le=MOST_PAGES)] = DEFAULT_PAGES
    max_depth: Annotated[int, Field(ge=0, le=MOST_DEPTH)] = DEFAULT_DEPTH
    refresh_hours: Annotated[int, Field(ge=1, le=MOST_REFRESH_HOURS)] | None = DEFAULT_REFRESH_HOURS


async def sources(request: Request) -> Response:
    """POST: a website (JSON) or a file (a form, or its bytes). GET: a page of them, newest first."""
    if request.method == "GET":
        caller = await secret_key(request, Scope.KNOWLEDGE_READ)
        page = asked_page(request.query_params)
        return JSONResponse(await services(request).threads.run(partial(_list, caller.tenant.tenant_id, page)))
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
    tenant_id = caller.tenant.tenant_id
    content_type = (header(request, b"content-type") or "").partition(";")[0].strip().lower()
    if content_type in AS_JSON:
        source_id = await _add_website(request, tenant_id)
    else:
        limits: PublicLimits = request.state.limits
        with limits.place({f"upload:{tenant_id}": UPLOADS_OF_TENANT, "upload:all": UPLOADS}):
            source_id = await _add_file(request, tenant_id)
    log.info("knowledge.source.added", source_id=str(source_id))
    shown = await services(request).threads.run(partial(view, tenant_id, source_id))
    return JSONResponse(shown, 201, {"Location": f"{SOURCES}/{source_id}"})


async def _add_website(request: Request, tenant_id: uuid.UUID) -> uuid.UUID:
    wanted = parse(WebsiteInput, read_json(await read_body(request)))
    url = normal(wanted.url if "://" in wanted.url else f"https://{wanted.url}")
    if url is None:
        raise InvalidInput("url: expected an address of the web, such as https://example.com/help.")
    shared = services(request)

    def add() -> tuple[uuid.UUID, tuple[SourceJob, str]]:
        made = add_website(
            tenant_id,
            url,
            name=wanted.name,
            max_pages=wanted.max_pages,
            max_depth=wanted.max_depth,
            refresh_hours=wanted.refresh_hours,
        )
        return made.id, crawl_job(made)

    source_id, job = await shared.threads.run(add)
    await _send(shared, job)
    return source_id


async def _add_file(request: Request, tenant_id: uuid.UUID) -> uuid.UUID:
    """Piece by piece into the database; one that breaks off leaves nothing."""
    run, upload = services(request).threads.run, Upload(request, FILE_BYTES)
    source_id: uuid.UUID | None = None
    held, number = bytearray(), 0
    try:
        async for part in upload.pieces():
            held += part
            if source_id is None:
                source_id = await run(partial(begin_upload, tenant_id, upload.name or UNNAMED))
            while len(held) >= PIECE_BYTES:
                await run(partial(keep_piece, tenant_id, source_id, number, bytes(held[:PIECE_BYTES])))
                del held[:PIECE_BYTES]
                number += 1
        if source_id is None:
            raise InvalidInput("file: it is empty.")
        if held:
            await run(partial(keep_piece, tenant_id, source_id, number, bytes(held)))
        job = file_job(await run(partial(end_upload, tenant_id, source_id)))
    except BaseException:
        if source_id is not None:
            await run(partial(give_up_upload, tenant_id, source_id))
        raise
    await _send(services(request), job)
    return source_id


async def source(request: Request) -> Response:
    """GET: state, progress, what is wrong. DELETE: nothing of it is answered from any more."""
    deletes = request.method == "DELETE"
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE if deletes else Scope.KNOWLEDGE_READ)
    tenant_id, source_id, run = caller.tenant.tenant_id, path_id(request), services(request).threads.run
    if deletes:
        await run(partial(delete_source, tenant_id, source_id))
        log.info("knowledge.source.deleted", source_id=str(source_id))
        return Response(status_code=204)
    return JSONResponse(await run(partial(view, tenant_id, source_id)))


async def documents(request: Request) -> Response:
    """A page of what was read or could not be, each with its reason; `state` keeps those in it."""
    caller = await secret_key(request, Scope.KNOWLEDGE_READ)
    state = request.query_params.get("state")
    if state is not None and state not in set(DocumentState):
        raise InvalidInput(f"state: expected one of {', '.join(DocumentState)}.")
    page = asked_page(request.query_params)
    found = partial(_documents, caller.tenant.tenant_id, path_id(request), page, state)
    return JSONResponse(await services(request).threads.run(found))


async def cancel_source(request: Request) -> Response:
    """Stop its reading; what was read stays."""
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
    tenant_id, source_id, run = caller.tenant.tenant_id, path_id(request), services(request).threads.run
    await run(partial(cancel, tenant_id, source_id))
    log.info("knowledge.source.cancelled", source_id=str(source_id))
    return JSONResponse(await run(partial(view, tenant_id, source_id)))


async def refresh_source(request: Request) -> Response:
    """Read it again now."""
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
    tenant_id, source_id, run = caller.tenant.tenant_id, path_id(request), services(request).threads.run
    await _send(services(request), await run(partial(refresh, tenant_id, source_id)))
    log.info("knowledge.source.refreshed", source_id=str(source_id))
    return JSONResponse(await run(partial(view, tenant_id, source_id)))


async def _send(shared: Services, job: tuple[SourceJob, str]) -> None:
    """After the commit. A job that is lost here is sent again by the clock."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    await shared.queue.enqueue(job[0], message_id=job[1], request_id=request_id)


def _list(tenant_id: uuid.UUID, page: Page) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        rows, more = page.cut(newest_sources(session, page))
        counted = progress(session, [row.id for row in rows])
        waiting = waits_for(session)
        shown = [source_json(row, counted[row.id], waiting) for row in rows]
    return {"sources": shown, "next": cursor(rows[-1].created_at, rows[-1].id) if more else None}


def _documents(tenant_id: uuid.UUID, source_id: uuid.UUID, page: Page, state: str | None) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        standing_source(session, tenant_id, source_id)
        rows, more = page.cut(newest_documents(session, source_id, page, state))
        shown = [document_json(row) for row in rows]
    return {"documents": shown, "next": cursor(rows[-1].created_at, rows[-1].id) if more else None}


ROUTES: tuple[BaseRoute, ...] = (
    Route(SOURCES, sources, methods=["GET", "POST"]),
    Route(f"{SOURCES}/{{id}}", source, methods=["GET", "DELETE"]),
    Route(f"{SOURCES}/{{id}}/documents", documents, methods=["GET"]),
    Route(f"{SOURCES}/{{id}}/cancel", cancel_source, methods=["POST"]),
    Route(f"{SOURCES}/{{id}}/refresh", refresh_source, methods=["POST"]),
)
