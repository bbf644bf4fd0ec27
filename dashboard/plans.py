"""/api/v1/admin/plans: an operator reads, makes and changes plans.

A change is stored, then told to the queue for each tenant of the plan, one after another on one connection so that messages
are accepted beside it. If Redis goes away meanwhile, the answer is 503 and the clock tells it the rest.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import structlog
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import parse, read_json
from clients.queue import Limits
from config.errors import NotFound
from dashboard.bearer import administrator
from dashboard.fields import PLAN_ID, BudgetMicro, Burst, Concurrency, Input, ModelName, PlanId, Rate, Weight, iso
from dashboard.lent import Lent, lent
from models.plan import MONEY, NAMES, Plan
from models.plan_changes import add_plan, all_plans, change_plan, every_tenants_limits

EVERYBODY = ""  # an invalidation that names nobody

log = structlog.get_logger()


class PlanChange(Input):
    """What may be changed; a field that is not sent stays as it is.

    No concurrency: as many as there are workers; no budget: no cap.
    """

    weight: Weight = 1.0
    rate_per_s: Rate = 20.0
    burst: Burst = 100
    concurrency: Concurrency | None = None
    budget_day_micro: BudgetMicro | None = None
    budget_month_micro: BudgetMicro | None = None
    cheaper_model: ModelName | None = None


class PlanInput(PlanChange):
    """A new plan."""

    id: PlanId = Field()


async def show_plans(request: Request) -> Response:
    """GET: all plans, with how many tenants have each. POST: a new one."""
    await administrator(request)
    shared = lent(request)
    if request.method == "POST":
        wanted = parse(PlanInput, read_json(await shared.read_body(request)))
        values = wanted.model_dump(exclude={"id"})
        made = await shared.threads.run(partial(add_plan, wanted.id, values))
        log.info("plan.created", plan=wanted.id)
        return JSONResponse({**_as_json(made), "tenants": 0}, 201, {"Location": f"/api/v1/admin/plans/{wanted.id}"})
    return JSONResponse({"plans": await shared.threads.run(_all)})


async def show_plan(request: Request) -> Response:
    """PATCH: change one plan and tell the queue for each of its tenants; the answer says how many and how long it took."""
    await administrator(request)
    shared, plan_id = lent(request), request.path_params["id"]
    if not PLAN_ID.fullmatch(plan_id):
        raise NotFound
    wanted = parse(PlanChange, read_json(await shared.read_body(request)))
    changed = await shared.threads.run(partial(change_plan, plan_id, wanted.given()))
    began = time.perf_counter()
    told = await _tell(shared, plan_id)
    told_ms = round((time.perf_counter() - began) * 1000)
    log.info("plan.changed", plan=plan_id, tenants=told, told_ms=told_ms)
    return JSONResponse({**_as_json(changed), "tenants": told, "told_ms": told_ms})


async def _tell(shared: Lent, plan_id: str) -> int:
    """The queue at once, and every process: what it remembers of any tenant is read again."""
    told, lots = 0, every_tenants_limits(plan_id)
    while lot := await shared.threads.run(partial(next, lots, None)):
        for tenant_id, limits in lot:
            await shared.queue.set_limits(str(tenant_id), Limits(**limits.as_json()))
        told += len(lot)
    await shared.queue.publish_invalidation(EVERYBODY)
    return told


def _all() -> list[dict[str, Any]]:
    return [{**_as_json(plan), "tenants": tenants} for plan, tenants in all_plans()]


def _as_json(plan: Plan) -> dict[str, Any]:
    limits = {name: getattr(plan, name) for name in (*NAMES, *MONEY)}
    return {"id": plan.id, **limits, "created_at": iso(plan.created_at)}


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/admin/plans", show_plans, methods=["GET", "POST"]),
    Route("/api/v1/admin/plans/{id}", show_plan, methods=["PATCH"]),
)
