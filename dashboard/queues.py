"""/api/v1/admin/queue: how full each queue is, how old, and whom it serves; the same of one tenant. Reads only."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.queue import AsyncQueue, QueueState, TenantService
from config.errors import InvalidInput
from dashboard.bearer import administrator
from dashboard.fields import path_id
from dashboard.lent import lent
from models import administration
from models.jobs import ANSWER_QUEUES, WORKER_QUEUES

QUEUES = (*WORKER_QUEUES, *ANSWER_QUEUES)
TOP, MAX_TOP = 5, 100


async def queues(request: Request) -> Response:
    """Every queue, and the tenants it served most in this hour and the one before."""
    await administrator(request)
    text = request.query_params.get("top", str(TOP))
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= MAX_TOP):
        raise InvalidInput(f"top: expected a number from 0 to {MAX_TOP}.")
    return JSONResponse({"queues": await every_queue(lent(request).queue, int(text))})


async def every_queue(queue: AsyncQueue, top: int) -> list[dict[str, Any]]:
    """As JSON; the command line prints the same."""
    states = await queue.queue_states(QUEUES)
    served = [await queue.top_tenants(state.queue, limit=top) if top else [] for state in states]
    return [_state_json(state, tenants) for state, tenants in zip(states, served, strict=True)]


async def queue_of_tenant(request: Request) -> Response:
    """One tenant's limits, and what each queue did for it and holds of it."""
    await administrator(request)
    shared, tenant_id = lent(request), path_id(request)
    overview = await shared.threads.run(partial(administration.tenant_overview, tenant_id))
    services = await shared.queue.tenant_services(str(tenant_id), QUEUES)
    return JSONResponse(
        {
            "tenant_id": str(tenant_id),
            "limits": overview.view.limits.as_json(),
            "queues": [{"queue": service.queue, **_service_json(service)} for service in services],
        }
    )


def _state_json(state: QueueState, served: list[TenantService]) -> dict[str, Any]:
    tenants = [{"tenant_id": service.tenant_id, **_service_json(service)} for service in served]
    return {**asdict(state), "top_tenants": tenants}


def _service_json(service: TenantService) -> dict[str, Any]:
    facts = asdict(service)
    del facts["tenant_id"], facts["queue"]
    return {**facts, "mean_wait_ms": round(service.mean_wait_ms, 1)}


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/admin/queue", queues, methods=["GET"]),
    Route("/api/v1/admin/tenants/{id}/queue", queue_of_tenant, methods=["GET"]),
)
