"""/api/v1/admin/tenants: an operator makes, reads, changes, suspends, resumes and deletes tenants. Plans: plans.py.

Needs `Authorization: Bearer` and a token of `manage.py admin token`. A change reaches every process within a second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated

import anyio.to_thread
import structlog
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.papercups import PapercupsClient
from clients.channels.untrusted import parse, read_json
from clients.queue import Limits
from config.errors import InvalidInput, PermanentError, TransientError, Unavailable
from config.settings import settings
from dashboard.bearer import administrator
from dashboard.fields import (
    BudgetMicro,
    Burst,
    Concurrency,
    Input,
    ModelName,
    Name,
    PlanId,
    Rate,
    TimeZone,
    Weight,
    path_id,
)
from dashboard.lent import lent
from models import administration
from models.administration import Overview
from models.page import asked_page
from models.tenant import PapercupsAccount

GRACE_DAYS = 7
MAX_GRACE_DAYS = 365

AccountId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
BotKey = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[!-~]+$")]

log = structlog.get_logger()


class TenantInput(Input):
    """A new tenant. With a bot user's key of its Papercups account it is answered there."""

    name: Name
    time_zone: TimeZone = "UTC"
    papercups_account_id: AccountId | None = None
    papercups_api_key: BotKey | None = Field(default=None, repr=False)


class TenantChange(Input):
    """What may be changed; a field that is not sent stays as it is, a limit that is null is the plan's again."""

    name: Name = ""
    time_zone: TimeZone = ""
    plan: PlanId = ""
    weight: Weight | None = None
    rate_per_s: Rate | None = None
    burst: Burst | None = None
    concurrency: Concurrency | None = None
    budget_day_micro: BudgetMicro | None = None
    budget_month_micro: BudgetMicro | None = None
    cheaper_model: ModelName | None = None


async def tenants(request: Request) -> Response:
    """POST: a new tenant, its keys shown once. GET: a page of all, newest first."""
    await administrator(request)
    shared = lent(request)
    if request.method == "POST":
        wanted = parse(TenantInput, read_json(await shared.read_body(request)))
        account = await anyio.to_thread.run_sync(partial(_account, wanted))
        made = await shared.threads.run(
            partial(administration.new_tenant, wanted.name, account, time_zone=wanted.time_zone)
        )
        log.info("tenant.created", tenant_id=str(made.tenant_id))
        return JSONResponse(
            made.as_json(settings().external_url), 201, {"Location": f"/api/v1/admin/tenants/{made.tenant_id}"}
        )
    page = asked_page(request.query_params)
    found, following = await shared.threads.run(partial(administration.tenants, page))
    return JSONResponse({"tenants": [overview.as_json() for overview in found], "next": following})


async def tenant(request: Request) -> Response:
    """GET, PATCH or DELETE one tenant."""
    await administrator(request)
    tenant_id = path_id(request)
    match request.method:
        case "PATCH":
            wanted = parse(TenantChange, read_json(await lent(request).read_body(request)))
            change = partial(administration.change_tenant, tenant_id, wanted.given())
            return await _changed(request, "configured", change)
        case "DELETE":
            grace = timedelta(seconds=settings().scaled_s(_grace_days(request) * 86_400))
            return await _changed(request, "deleted", partial(administration.delete_with_grace, tenant_id, grace), 202)
        case _:
            overview = await lent(request).threads.run(partial(administration.tenant_overview, tenant_id))
            return JSONResponse(overview.as_json())


async def suspend(request: Request) -> Response:
    """Refuse the tenant: API and widget get 403, webhooks are ignored."""
    await administrator(request)
    return await _changed(request, "suspended", partial(administration.suspend, path_id(request)))


async def resume(request: Request) -> Response:
    """Serve it again; also undoes a deletion within its grace."""
    await administrator(request)
    return await _changed(request, "resumed", partial(administration.resume, path_id(request)))


async def _changed(request: Request, what: str, change: Callable[[], Overview], status: int = 200) -> Response:
    """Carry out a change and tell every process. When Redis is away it is done but not told: 503, repeat it."""
    shared = lent(request)
    overview = await shared.threads.run(change)
    tenant_id = str(overview.tenant.id)
    await shared.queue.set_limits(tenant_id, Limits(**overview.view.limits.as_json()))
    await shared.queue.publish_invalidation(tenant_id)
    log.info("tenant.changed", tenant_id=tenant_id, change=what)
    return JSONResponse(overview.as_json(), status)


def _account(wanted: TenantInput) -> PapercupsAccount | None:
    """The Papercups account; whose key it is, Papercups itself says."""
    account_id, key, url = wanted.papercups_account_id, wanted.papercups_api_key, settings().papercups_url
    if account_id is None:
        if key is not None:
            raise InvalidInput("papercups_account_id: needed beside papercups_api_key.")
        return None
    if key is None:
        return PapercupsAccount(account_id, url)
    if url is None:
        raise InvalidInput("papercups_api_key: this deployment has no Papercups server (PAPERCUPS_URL).")
    try:
        bot = PapercupsClient(url, key, 0, marker_secret=b"").me()
    except PermanentError:
        raise InvalidInput("papercups_api_key: Papercups does not know it.") from None
    except TransientError:
        raise Unavailable("Papercups cannot be reached. Please try again.") from None
    if bot.account_id != account_id:
        raise InvalidInput("papercups_api_key: it belongs to a user of another Papercups account.")
    return PapercupsAccount(account_id, url, key, bot.user_id)


def _grace_days(request: Request) -> int:
    text = request.query_params.get("grace_days", str(GRACE_DAYS))
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= MAX_GRACE_DAYS):
        raise InvalidInput(f"grace_days: expected a number from 0 to {MAX_GRACE_DAYS}.")
    return int(text)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/v1/admin/tenants", tenants, methods=["GET", "POST"]),
    Route("/api/v1/admin/tenants/{id}", tenant, methods=["GET", "PATCH", "DELETE"]),
    Route("/api/v1/admin/tenants/{id}/suspend", suspend, methods=["POST"]),
    Route("/api/v1/admin/tenants/{id}/resume", resume, methods=["POST"]),
)
