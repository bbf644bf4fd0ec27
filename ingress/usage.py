"""GET /api/v1/usage: what a tenant's models were asked for and what that cost, by day, model and purpose; and its budget."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from functools import partial
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from config.errors import InvalidInput, NotFound
from ingress.callers import secret_key
from ingress.services import services
from models.budget import budget_of, usage_of
from models.credential import Scope

MOST_DAYS = 400


async def usage(request: Request) -> Response:
    """`from` and `to` are days of the tenant's time zone, both included; without them, this month so far."""
    caller = await secret_key(request, Scope.USAGE_READ)
    given = {name: _day(request.query_params, name) for name in ("from", "to")}
    return JSONResponse(await services(request).threads.run(partial(_usage, caller.tenant.tenant_id, given)))


def _day(params: QueryParams, name: str) -> date | None:
    text = params.get(name)
    if text is None:
        return None
    try:
        if len(text) != len("2026-11-22"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{name}: expected a day such as 2026-11-22.") from None


def _usage(tenant_id: uuid.UUID, given: dict[str, date | None]) -> dict[str, Any]:
    budget = budget_of(tenant_id)
    if budget is None:
        raise NotFound
    last = given["to"] or budget.today
    first = given["from"] or last.replace(day=1)
    if last < first or last - first >= timedelta(days=MOST_DAYS):
        raise InvalidInput(f"from: expected a day before `to`, and at most {MOST_DAYS} days.")
    rows = usage_of(tenant_id, first, last)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "cost_micro": sum(row.cost_micro for row in rows),
        "budget": budget.as_json(),
        "usage": [{**vars(row), "day": row.day.isoformat()} for row in rows],
    }


ROUTES: tuple[BaseRoute, ...] = (Route("/api/v1/usage", usage),)
