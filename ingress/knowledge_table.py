"""POST /api/v1/knowledge/import and GET /api/v1/knowledge/export: entries as a CSV table, in and out."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import clean
from config.errors import InvalidInput
from ingress.callers import secret_key
from ingress.limits import PublicLimits
from ingress.services import Services, services
from ingress.upload import Upload
from models.credential import Scope
from models.entry_table import LIMIT_BYTES, exported, import_entries

IMPORTS_OF_TENANT, IMPORTS = 1, 8  # at once, in one process
IN_MEMORY_BYTES = 256 * 1024  # the rest waits on disk

log = structlog.get_logger()


async def import_table(request: Request) -> Response:
    """Take over a table of questions and answers. `dry_run=true` only says what would become of it."""
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
    tenant_id = caller.tenant.tenant_id
    wanted = request.query_params.get("dry_run", "false")
    if wanted not in {"true", "false"}:
        raise InvalidInput("dry_run: expected true or false.")
    limits: PublicLimits = request.state.limits
    with (
        limits.place({f"import:{tenant_id}": IMPORTS_OF_TENANT, "import:all": IMPORTS}),
        tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as file,
    ):
        async for piece in Upload(request, LIMIT_BYTES).pieces():
            file.write(piece)
        file.seek(0)
        taking = partial(import_entries, tenant_id, file, clean=clean, dry_run=wanted == "true")
        told = await services(request).threads.run(taking)
    log.info("knowledge.imported", added=told.added, changed=told.changed, refused=told.refused, dry_run=told.dry_run)
    return JSONResponse(told.as_json())


async def export_table(request: Request) -> Response:
    """All entries, as `import` reads them back; no spreadsheet runs what stands in them."""
    caller = await secret_key(request, Scope.KNOWLEDGE_READ)
    parts = exported(caller.tenant.tenant_id)
    head = await services(request).threads.run(partial(next, parts, ""))
    return StreamingResponse(
        _rest(services(request), head, parts),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="knowledge.csv"'},
    )


async def _rest(shared: Services, head: str, parts: Iterator[str]) -> AsyncIterator[str]:
    part = head
    while part:
        yield part
        part = await shared.threads.run(partial(next, parts, ""))


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/knowledge/import", import_table, methods=["POST"]),
    Route("/api/v1/knowledge/export", export_table, methods=["GET"]),
)
