"""The dashboard in OpenAPI: the operators' API here, what is a business's own beside it. asgi.py adds it to the document."""

from __future__ import annotations

from config.openapi import (
    MOMENT,
    TEXT,
    UUID,
    Described,
    Schema,
    body,
    errors,
    json,
    listed,
    nullable,
    obj,
    paged,
    path,
    query,
    ref,
)
from dashboard.admin import GRACE_DAYS, MAX_GRACE_DAYS, TenantChange, TenantInput
from dashboard.openapi_customer import CUSTOMER_PATHS, CUSTOMER_SCHEMAS, CUSTOMER_SECURITY
from dashboard.openapi_fields import given
from dashboard.openapi_queue import BUDGET_FIELDS, QUEUE_SCHEMAS, queue_paths
from models.page import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT

OPERATOR: list[Schema] = [{"adminToken": []}]
ID = path("id", "The tenant's id.", UUID)
GRACE: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_GRACE_DAYS, "default": GRACE_DAYS}

SCHEMAS: Schema = {
    "TenantInput": given(
        TenantInput,
        time_zone="A time zone's name, such as Europe/London.",
        papercups_api_key="The bot user's own; needs the account's id beside it.",
    ),
    "TenantChange": given(TenantChange, time_zone="A time zone's name, such as Europe/London."),
    "NewTenant": obj(
        {
            "tenant_id": UUID,
            "account_token": TEXT,
            "api_key": TEXT | {"description": "Shown now and never again."},
            "papercups_webhook_url": TEXT,
            "papercups_webhook_secret": TEXT,
        }
    ),
    "Tenant": obj(
        {
            "tenant_id": UUID,
            "name": TEXT,
            "account_token": TEXT,
            "time_zone": TEXT,
            "created_at": MOMENT,
            "suspended_at": nullable(MOMENT),
            "delete_after": nullable(MOMENT) | {"description": "When it will be forgotten."},
            "weight": {"type": "number"},
            "rate_per_s": {"type": "number"},
            "burst": {"type": "integer"},
            "plan": TEXT,
            "limits": ref("Limits"),
            "limits_of_plan": listed(TEXT) | {"description": "Those limits that are the plan's, not its own."},
            "budget": obj({**BUDGET_FIELDS, "currency": TEXT}),
            "budget_of_plan": listed(TEXT) | {"description": "Those parts of the budget that are the plan's."},
        }
    ),
    "Tenants": obj({"tenants": listed(ref("Tenant")), "next": nullable(TEXT)}),
    **QUEUE_SCHEMAS,
    **CUSTOMER_SCHEMAS,
}


def _operation(name: str, summary: str, responses: Schema, *more: int, **rest: Schema | list[Schema]) -> Schema:
    return {
        "operationId": name,
        "summary": summary,
        "security": OPERATOR,
        **rest,
        "responses": responses | errors(401, *more, 500, 503),
    }


def _changed(name: str, summary: str) -> Schema:
    return {"post": _operation(name, summary, {"200": json("Done.", ref("Tenant"))}, 404, parameters=[ID])}


PATHS: Schema = {
    "/api/v1/admin/tenants": {
        "get": _operation(
            "listTenants",
            "All tenants, newest first",
            {"200": json("A page.", ref("Tenants"))},
            422,
            parameters=paged(DEFAULT_LIMIT, MAX_LIMIT, LONGEST_CURSOR),
        ),
        "post": _operation(
            "newTenant",
            "A new tenant and its keys",
            {
                "201": json(
                    "It.", ref("NewTenant"), {"Location": {"schema": TEXT, "description": "Where it can be read."}}
                )
            },
            408,
            409,
            413,
            422,
            requestBody=body(ref("TenantInput")),
        ),
    },
    "/api/v1/admin/tenants/{id}": {
        "get": _operation("readTenant", "One tenant", {"200": json("It.", ref("Tenant"))}, 404, parameters=[ID]),
        "patch": _operation(
            "changeTenant",
            "Change a tenant's name, time zone, share, rate and budget",
            {"200": json("It.", ref("Tenant"))},
            404,
            408,
            413,
            422,
            parameters=[ID],
            requestBody=body(ref("TenantChange")),
        ),
        "delete": _operation(
            "deleteTenant",
            "Suspend it at once, and forget it when the grace has passed",
            {"202": json("Suspended, and to be forgotten.", ref("Tenant"))},
            404,
            422,
            parameters=[ID, query("grace_days", "Within them it may be resumed.", GRACE)],
        ),
    },
    "/api/v1/admin/tenants/{id}/suspend": _changed("suspendTenant", "Refuse it: 403 for API and widget"),
    "/api/v1/admin/tenants/{id}/resume": _changed("resumeTenant", "Serve it again; undoes a deletion within its grace"),
    **queue_paths(_operation, ID),
    **CUSTOMER_PATHS,
}
SECURITY: Schema = {
    "adminToken": {"type": "http", "scheme": "bearer", "description": "An operator's (fda_…), by manage.py."},
    **CUSTOMER_SECURITY,
}
DESCRIBED = Described(PATHS, SCHEMAS, SECURITY)
