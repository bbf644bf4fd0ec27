"""/api/v1/knowledge/golden: a business's own questions with the facts their answers must hold, and runs that ask them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import parse, read_json
from config.errors import InvalidInput, NotFound
from ingress.body import read_body
from ingress.callers import secret_key
from ingress.knowledge import Question
from ingress.services import services
from ingress.turns import path_id
from models.credential import Scope
from models.database import required, tenant_session
from models.golden import (
    LONGEST_FACT,
    MOST_FACTS,
    MOST_QUESTIONS,
    Cause,
    GoldenQuestion,
    GoldenRun,
    begin_run,
    golden_questions,
    has_golden_questions,
    let_live,
    lock_run,
    newest_golden,
    newest_runs,
)
from models.jobs import RunGolden
from models.page import Page, asked_page, cursor

log = structlog.get_logger()

Fact = Annotated[str, Field(min_length=1, max_length=LONGEST_FACT)]
Expected = Annotated[list[Fact], Field(min_length=1, max_length=MOST_FACTS)]


class GoldenInput(BaseModel):
    """A question; `expected` null: the bot must say that it does not know."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    question: Question
    expected: Expected | None


class GoldenChange(BaseModel):
    """What may be changed; a field that is not sent stays as it is."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    question: Question = ""
    expected: Expected | None = None


async def questions(request: Request) -> Response:
    """POST: a new golden question. GET: a page of them, newest first."""
    if request.method == "POST":
        caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
        wanted = parse(GoldenInput, read_json(await read_body(request)))
        made = await services(request).threads.run(partial(_add, caller.tenant.tenant_id, wanted))
        return JSONResponse(made, 201, {"Location": f"/api/v1/knowledge/golden/{made['id']}"})
    caller = await secret_key(request, Scope.KNOWLEDGE_READ)
    page = asked_page(request.query_params)
    return JSONResponse(await services(request).threads.run(partial(_list, caller.tenant.tenant_id, page)))


async def question(request: Request) -> Response:
    """PATCH or DELETE one."""
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
    tenant_id, name, threads = caller.tenant.tenant_id, path_id(request), services(request).threads
    if request.method == "DELETE":
        await threads.run(partial(_delete, tenant_id, name))
        return Response(status_code=204)
    wanted = parse(GoldenChange, read_json(await read_body(request)))
    return JSONResponse(await threads.run(partial(_change, tenant_id, name, wanted.model_dump(exclude_unset=True))))


async def runs(request: Request) -> Response:
    """POST: ask them all now. GET: a page of runs, newest first, without their results."""
    if request.method == "POST":
        caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
        shared, tenant_id = services(request), caller.tenant.tenant_id
        begun = await shared.threads.run(partial(_begin, tenant_id))
        job = RunGolden(tenant_id=str(tenant_id), run_id=begun["id"])
        await shared.queue.enqueue(job, message_id=uuid.uuid4().hex)
        return JSONResponse(begun, 202, {"Location": f"/api/v1/knowledge/golden-runs/{begun['id']}"})
    caller = await secret_key(request, Scope.KNOWLEDGE_READ)
    page = asked_page(request.query_params)
    return JSONResponse(await services(request).threads.run(partial(_list_runs, caller.tenant.tenant_id, page)))


async def run(request: Request) -> Response:
    """One run with its results."""
    caller = await secret_key(request, Scope.KNOWLEDGE_READ)
    return JSONResponse(await services(request).threads.run(partial(_run, caller.tenant.tenant_id, path_id(request))))


async def activate(request: Request) -> Response:
    """POST: let a trial's configuration go live although answers got worse, or before all were asked."""
    caller = await secret_key(request, Scope.KNOWLEDGE_WRITE)
    name = path_id(request)
    view = await services(request).threads.run(partial(_activate, caller.tenant.tenant_id, name))
    log.info("golden.run.forced", run_id=str(name))
    return JSONResponse(view)


def _add(tenant_id: uuid.UUID, wanted: GoldenInput) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        if len(golden_questions(session)) >= MOST_QUESTIONS:
            raise InvalidInput(f"There are {MOST_QUESTIONS} golden questions already, the most there can be.")
        made = GoldenQuestion(tenant_id=tenant_id, question=wanted.question, expected=wanted.expected)
        session.add(made)
        session.flush()
        session.refresh(made)
        return _question_json(made)


def _list(tenant_id: uuid.UUID, page: Page) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        rows, more = page.cut(newest_golden(session, page))
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return {"questions": [_question_json(row) for row in rows], "next": following}


def _change(tenant_id: uuid.UUID, name: uuid.UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        found = required(session, GoldenQuestion, (tenant_id, name), locked=True)
        for field, value in values.items():
            setattr(found, field, value)
        session.flush()
        session.refresh(found)
        return _question_json(found)


def _delete(tenant_id: uuid.UUID, name: uuid.UUID) -> None:
    with tenant_session(tenant_id) as session:
        found = required(session, GoldenQuestion, (tenant_id, name), locked=True)
        session.delete(found)


def _begin(tenant_id: uuid.UUID) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        if not has_golden_questions(session):
            raise InvalidInput("There are no golden questions to ask.")
        name = begin_run(session, tenant_id, Cause.ASKED)
        made = session.get_one(GoldenRun, (tenant_id, name), populate_existing=True)
        return _run_json(made)


def _list_runs(tenant_id: uuid.UUID, page: Page) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        rows, more = page.cut(newest_runs(session, page))
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return {"runs": [_run_json(row) for row in rows], "next": following}


def _run(tenant_id: uuid.UUID, name: uuid.UUID) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        found = required(session, GoldenRun, (tenant_id, name))
        return _run_json(found) | {"results": found.results}


def _activate(tenant_id: uuid.UUID, name: uuid.UUID) -> dict[str, Any]:
    with tenant_session(tenant_id) as session:
        found = lock_run(session, tenant_id, name)
        if found is None:
            raise NotFound
        let_live(session, found)
        return _run_json(found)


def _question_json(found: GoldenQuestion) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "question": found.question,
        "expected": found.expected,
        "created_at": _iso(found.created_at),
        "updated_at": _iso(found.updated_at),
    }


def _run_json(found: GoldenRun) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "cause": found.cause,
        "state": found.state,
        "model": found.model,
        "candidate": found.candidate,
        "asked": found.asked,
        "right": found.right_now,
        "right_before": found.right_before,
        "worse": found.worse,
        "created_at": _iso(found.created_at),
        "ended_at": _iso(found.ended_at) if found.ended_at else None,
        "live_at": _iso(found.live_at) if found.live_at else None,
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/knowledge/golden", questions, methods=["GET", "POST"]),
    Route("/api/v1/knowledge/golden/{id}", question, methods=["PATCH", "DELETE"]),
    Route("/api/v1/knowledge/golden-runs", runs, methods=["GET", "POST"]),
    Route("/api/v1/knowledge/golden-runs/{id}", run, methods=["GET"]),
    Route("/api/v1/knowledge/golden-runs/{id}/activate", activate, methods=["POST"]),
)
