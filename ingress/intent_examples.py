"""The examples of a tenant's own intents: one intent's, or many at once as JSON or CSV. For secret keys."""

from __future__ import annotations

import csv
import io
import uuid
from functools import partial
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import clean, parse, read_json
from config.errors import InvalidInput
from ingress.body import header, read_body
from ingress.callers import secret_key
from ingress.services import services
from ingress.shown import instant
from ingress.turns import path_id
from models.credential import Scope
from models.database import required, tenant_session
from models.intent_model import lock_versions
from models.own_intent import (
    IntentExample,
    OwnIntent,
    add_examples,
    example_texts,
    newest_examples,
)
from models.page import Page, asked_page, cursor
from models.teaching import LONGEST_EXAMPLE, LONGEST_NAME, example_text, refuse_too_many, teach

MOST_AT_ONCE = 5000  # in one request; its body's size is the narrower limit
CSV_HEADINGS = {"text", "intent"}

log = structlog.get_logger()


def _trimmed(value: object) -> object:
    return clean(value).strip() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_EXAMPLE)]
Name = Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_NAME)]


class ExamplesInput(BaseModel):
    """More examples of one intent."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    examples: Annotated[list[Text], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Pair(BaseModel):
    """One example with its intent's name."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    text: Text
    intent: Name


class ImportInput(BaseModel):
    """Examples of many intents."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    examples: Annotated[list[Pair], Field(min_length=1, max_length=MOST_AT_ONCE)]


async def examples(request: Request) -> Response:
    """POST: more examples of this intent; those it has are left alone. GET: a page of them, newest first."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    tenant_id, intent_id, threads = caller.tenant.tenant_id, path_id(request), services(request).threads
    if request.method == "POST":
        wanted = parse(ExamplesInput, read_json(await read_body(request)))
        added = await threads.run(partial(_add, tenant_id, intent_id, wanted.examples))
        log.info("intent.examples.added", intent_id=str(intent_id), added=added)
        return JSONResponse({"added": added, "known": len(wanted.examples) - added}, 201)
    return JSONResponse(await threads.run(partial(_list, tenant_id, intent_id, asked_page(request.query_params))))


async def example(request: Request) -> Response:
    """DELETE one example; another tenant's is not found, like none."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    await services(request).threads.run(partial(_delete, caller.tenant.tenant_id, path_id(request)))
    log.info("intent.example.deleted")
    return Response(status_code=204)


async def import_examples(request: Request) -> Response:
    """Examples of many intents, as JSON or as CSV with the headings text,intent; an intent that is not there is made."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    raw = await read_body(request)
    is_csv = (header(request, b"content-type") or "").partition(";")[0].strip().lower() == "text/csv"
    pairs = _of_csv(raw) if is_csv else parse(ImportInput, read_json(raw)).examples
    work = partial(_import, caller.tenant.tenant_id, [(pair.intent, pair.text) for pair in pairs])
    made = await services(request).threads.run(work)
    log.info("intent.examples.imported", intents=made["intents"], examples=made["examples"])
    return JSONResponse(made)


async def export_examples(request: Request) -> Response:
    """Every example as CSV, in the form that the import takes."""
    caller = await secret_key(request, Scope.INTENTS_WRITE)
    text = await services(request).threads.run(partial(_export, caller.tenant.tenant_id))
    disposition = {"Content-Disposition": 'attachment; filename="intents.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=disposition)


def _of_csv(raw: bytes) -> list[Pair]:
    try:
        reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        if not set(reader.fieldnames or ()) >= CSV_HEADINGS:
            raise InvalidInput("The first line must hold the headings text,intent.")
        rows = [{name: row.get(name) for name in CSV_HEADINGS} for row in reader]
    except (UnicodeDecodeError, csv.Error):
        raise InvalidInput("The body is not CSV in UTF-8.") from None
    if not 1 <= len(rows) <= MOST_AT_ONCE:
        raise InvalidInput(f"Expected 1 to {MOST_AT_ONCE} lines below the headings.")
    return [parse(Pair, row, at=f"line {number}") for number, row in enumerate(rows, 2)]


def _add(tenant_id: uuid.UUID, intent_id: uuid.UUID, texts: list[str]) -> int:
    with tenant_session(tenant_id) as session:
        lock_versions(session)
        required(session, OwnIntent, (tenant_id, intent_id))
        added = add_examples(session, tenant_id, intent_id, [example_text(text) for text in texts])
        refuse_too_many(session)
        return added


def _list(tenant_id: uuid.UUID, intent_id: uuid.UUID, page: Page) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        required(session, OwnIntent, (tenant_id, intent_id))
        rows, more = page.cut(newest_examples(session, intent_id, page))
    views = [{"id": str(row.id), "text": row.text, "created_at": instant(row.created_at)} for row in rows]
    return {"examples": views, "next": cursor(rows[-1].created_at, rows[-1].id) if more else None}


def _delete(tenant_id: uuid.UUID, example_id: uuid.UUID) -> None:
    with tenant_session(tenant_id) as session:
        found = required(session, IntentExample, (tenant_id, example_id), locked=True)
        session.delete(found)


def _import(tenant_id: uuid.UUID, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        taught = teach(session, tenant_id, pairs)
    return {"intents": taught.intents, "examples": taught.examples, "known": taught.known}


def _export(tenant_id: uuid.UUID) -> str:
    with tenant_session(tenant_id) as session:
        rows = example_texts(session)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(("text", "intent"))
    writer.writerows((text, intent) for intent, text in rows)
    return written.getvalue()


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/intents/import", import_examples, methods=["POST"]),
    Route("/api/v1/intents/export", export_examples, methods=["GET"]),
    Route("/api/v1/intents/examples/{id}", example, methods=["DELETE"]),
    Route("/api/v1/intents/{id}/examples", examples, methods=["GET", "POST"]),
)
