"""GET /api/v1/knowledge/search: what the bot would find for a question, as it would find it.

`web` holds no embedding model: a worker embeds the question and tells this process's one subscription. When no worker
does so in time, the words alone are searched for, and the answer says so.
"""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import Any

import structlog
from sqlalchemy import delete
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import clean
from config.errors import InvalidInput, StoreUnavailable
from ingress.callers import secret_key
from ingress.services import Services, services
from models.credential import Scope
from models.database import tenant_session
from models.embedding_due import WaitsFor, waits_for
from models.jobs import EmbedQuery
from models.search import FoundChunk, ask_vector_model, search
from models.tenant import ask_configuration
from models.vector import AskedVector

LONGEST_QUERY = 500
DEFAULT_RESULTS, MOST_RESULTS = 10, 50
WAIT_S = 5.0  # for the question's vector
MEANING, WORDS = "meaning", "words"  # what the results were found by
WAITS = {
    WaitsFor.BUDGET: "What was added last is found by words alone until the budget has room for embedding.",
    WaitsFor.ENDPOINT: "Some of it is found by words alone: the embedding endpoint refuses it.",
}

log = structlog.get_logger()


async def search_knowledge(request: Request) -> Response:
    """The tenant's chunks for `q`, best first."""
    tenant_id = (await secret_key(request, Scope.KNOWLEDGE_READ)).tenant.tenant_id
    query, limit = _query(request), _limit(request)
    shared = services(request)
    query_id = await shared.threads.run(partial(_keep, tenant_id, query))
    if query_id is not None and not await _embedded(shared, tenant_id, query_id):
        log.warning("knowledge.search.by_words")
    found, waiting = await shared.threads.run(partial(_find, tenant_id, query, limit, query_id))
    by = MEANING if any(chunk.body_cosine is not None for chunk in found) else WORDS
    detail = WAITS.get(waiting) if waiting is not None else None
    return JSONResponse({"results": [_as_json(chunk) for chunk in found], "by": by, "detail": detail})


def _query(request: Request) -> str:
    query = clean(request.query_params.get("q", "")).strip()
    if not query or len(query) > LONGEST_QUERY:
        raise InvalidInput(f"q: expected 1 to {LONGEST_QUERY} characters.")
    return query


def _limit(request: Request) -> int:
    given = request.query_params.get("limit", str(DEFAULT_RESULTS))
    if not (given.isascii() and given.isdigit() and len(given) <= 3 and 1 <= int(given) <= MOST_RESULTS):
        raise InvalidInput(f"limit: expected a number from 1 to {MOST_RESULTS}.")
    return int(given)


def _keep(tenant_id: uuid.UUID, query: str) -> uuid.UUID | None:
    """A row whose vector a worker makes; None where the tenant's chunks have none to compare with."""
    with tenant_session(tenant_id) as session:
        if ask_vector_model(session).get() is None:
            return None
        asked = AskedVector(tenant_id=tenant_id, id=uuid.uuid4(), said=query)
        session.add(asked)
    return asked.id


async def _embedded(shared: Services, tenant_id: uuid.UUID, query_id: uuid.UUID) -> bool:
    """Send the job and wait until it told that it is done."""
    tenant, name = str(tenant_id), str(query_id)
    try:
        async with asyncio.timeout(WAIT_S), shared.answers.waiting(name) as waiter:
            await shared.queue.watch(tenant, name, shared.answers.channel)
            await shared.queue.enqueue(EmbedQuery(tenant_id=tenant, query_id=name), message_id=name)
            while await waiter.next(WAIT_S) is None:
                pass
    except (TimeoutError, StoreUnavailable):
        return False
    return True


def _find(
    tenant_id: uuid.UUID, query: str, limit: int, query_id: uuid.UUID | None
) -> tuple[list[FoundChunk], WaitsFor | None]:
    with tenant_session(tenant_id) as session:
        _, configuration = ask_configuration(session).get()
        found = search(session, query, limit=limit, language=configuration.language, turn_id=query_id).get()
        if query_id is not None:
            session.execute(delete(AskedVector).where(AskedVector.id == query_id))
        return found, waits_for(session)


def _as_json(chunk: FoundChunk) -> dict[str, Any]:
    return {
        "entry_id": str(chunk.entry_id or chunk.chunk_id),
        "title": chunk.title,
        "text": chunk.text,
        "score": round(chunk.score, 4),
        "source": chunk.source,
    }


ROUTES: tuple[BaseRoute, ...] = (Route("/api/v1/knowledge/search", search_knowledge, methods=["GET"]),)
