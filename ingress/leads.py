"""GET /api/v1/leads: who left contact, a page at a time as JSON, or all of them as CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from config.errors import InvalidInput
from ingress.callers import secret_key
from ingress.services import Services, services
from ingress.shown import instant
from models.credential import Scope
from models.database import tenant_session
from models.lead import Lead, newest_leads
from models.page import Page, asked_page, cursor

CSV_ROWS = 500  # read at a time: no transaction is held while the caller reads
COLUMNS = ("id", "created_at", "updated_at", "name", "email", "phone", "company", "wish", "conversation_id")
FORMULA = re.compile(r"\s*[=+\-@\uff0b\uff0d\uff1d\uff20|%]|[\t\r\n]")  # what spreadsheets take for one
PHONE = re.compile(r"\+[0-9]+")


async def leads(request: Request) -> Response:
    """`format` (json or csv) or Accept: text/csv decides the form."""
    caller = await secret_key(request, Scope.LEADS_READ)
    tenant_id, page = caller.tenant.tenant_id, asked_page(request.query_params)
    form = request.query_params.get("format")
    if form not in {None, "json", "csv"}:
        raise InvalidInput("format: expected json or csv.")
    shared = services(request)
    if form == "csv" or (form is None and "text/csv" in request.headers.get("accept", "").lower()):
        page = replace(page, limit=CSV_ROWS)
        first = await shared.threads.run(partial(_page, tenant_id, page))
        return StreamingResponse(
            _as_csv(shared, tenant_id, page, first),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="leads.csv"'},
        )
    rows, more = await shared.threads.run(partial(_page, tenant_id, page))
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return JSONResponse({"leads": [_as_json(lead) for lead in rows], "next": following})


def _page(tenant_id: uuid.UUID, page: Page) -> tuple[Sequence[Lead], bool]:
    with tenant_session(tenant_id) as session:
        return page.cut(newest_leads(session, page))


def _as_json(lead: Lead) -> dict[str, Any]:
    return {
        "id": str(lead.id),
        "created_at": instant(lead.created_at),
        "updated_at": instant(lead.updated_at),
        "name": lead.name,
        "email": lead.email,
        "phone": lead.phone,
        "company": lead.company,
        "wish": lead.wish,
        "conversation_id": str(lead.conversation_id),
    }


async def _as_csv(
    shared: Services, tenant_id: uuid.UUID, page: Page, found: tuple[Sequence[Lead], bool]
) -> AsyncIterator[str]:
    """From this page to the end, the first one already read."""
    yield _lines([COLUMNS])
    while True:
        rows, more = found
        views = [_as_json(lead) for lead in rows]
        yield _lines([[_harmless(view[name]) for name in COLUMNS] for view in views])
        if not more:
            return
        page = replace(page, after=(rows[-1].created_at, rows[-1].id))
        found = await shared.threads.run(partial(_page, tenant_id, page))


def _harmless(value: str | None) -> str:
    """A cell that is shown, not run: what looks like a formula gets an apostrophe. A phone number is only a number."""
    text = value or ""
    return "'" + text if FORMULA.match(text) and not PHONE.fullmatch(text) else text


def _lines(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()


ROUTES: tuple[BaseRoute, ...] = (Route("/api/v1/leads", leads),)
