"""The operators' API in OpenAPI, continued: plans, the queue, dead letters."""

from __future__ import annotations

from collections.abc import Callable

from config.openapi import MOMENT, TEXT, UUID, Schema, body, json, listed, nullable, obj, path, query, ref, text
from dashboard.dead_letters import MOST
from dashboard.openapi_fields import given
from dashboard.plans import PlanChange, PlanInput
from dashboard.queues import MAX_TOP, TOP
from models.page import DEFAULT_LIMIT, MAX_LIMIT

NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
LIMIT_FIELDS: Schema = {"weight": NUMBER, "rate_per_s": NUMBER, "burst": COUNT, "concurrency": nullable(COUNT)}
CAP: Schema = nullable(COUNT) | {"description": "What models may cost, in millionths of the currency; null: no cap."}
BUDGET_FIELDS: Schema = {
    "budget_day_micro": CAP,
    "budget_month_micro": CAP,
    "cheaper_model": nullable(TEXT) | {"description": "Asked near the cap; null: the deployment's own."},
}
PLAN: Schema = {"id": TEXT, **LIMIT_FIELDS, **BUDGET_FIELDS, "created_at": MOMENT, "tenants": COUNT}
SERVICE: Schema = {
    "cost": NUMBER | {"description": "Charged in this hour and the one before."},
    "starts": COUNT,
    "mean_wait_ms": NUMBER | {"description": "Of first deliveries, from arrival to start."},
    "depth": COUNT | {"description": "Unsettled messages."},
    "oldest_ms": nullable(COUNT) | {"description": "How long the oldest startable message has waited."},
}

QUEUE_SCHEMAS: Schema = {
    "PlanInput": given(PlanInput),
    "PlanChange": given(PlanChange),
    "Plan": obj(PLAN, {"told_ms": COUNT | {"description": "How long telling the queue of its tenants took."}}),
    "Plans": obj({"plans": listed(ref("Plan"))}),
    "Limits": obj(LIMIT_FIELDS),
    "TenantService": obj({"tenant_id": UUID, **SERVICE}),
    "QueueService": obj({"queue": TEXT, **SERVICE}),
    "Queue": obj(
        {
            "queue": TEXT,
            "depth": COUNT,
            "tenants": COUNT | {"description": "With messages that wait for a thread, a token or capacity."},
            "ready": COUNT,
            "in_flight": COUNT,
            "oldest_ms": nullable(COUNT),
            "top_tenants": listed(ref("TenantService")),
        }
    ),
    "Queues": obj({"queues": listed(ref("Queue"))}),
    "TenantQueues": obj({"tenant_id": UUID, "limits": ref("Limits"), "queues": listed(ref("QueueService"))}),
    "DeadLetter": obj(
        {
            "message_id": TEXT,
            "queue": TEXT,
            "job": TEXT,
            "error": TEXT,
            "message": TEXT,
            "location": TEXT,
            "deliveries": COUNT,
            "died_at": MOMENT,
        }
    ),
    "DeadLetters": obj({"dead_letters": listed(ref("DeadLetter")), "next": nullable(TEXT)}),
    "Retried": obj({"message_id": TEXT, "status": {"const": "retried"}}),
}


def queue_paths(operation: Callable[..., Schema], tenant: Schema) -> Schema:
    """The paths, each made by the operators' `operation`; `tenant` is the parameter in the path."""
    plan = path("id", "The plan's id.", TEXT)
    letter = path("message_id", "The message's id, slashes and all.", TEXT)
    page = [
        query("limit", "How many.", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
        query("cursor", "The `next` of the page before.", text(4)),
    ]
    top = query("top", "How many tenants of each queue.", COUNT | {"maximum": MAX_TOP, "default": TOP})
    letters = "/api/v1/admin/tenants/{id}/dead-letters"
    return {
        "/api/v1/admin/plans": {
            "get": operation("listPlans", "All plans", {"200": json("They.", ref("Plans"))}),
            "post": operation(
                "newPlan",
                "A new plan",
                {"201": json("It.", ref("Plan"), {"Location": {"schema": TEXT, "description": "Where it is."}})},
                *(408, 409, 413, 422),
                requestBody=body(ref("PlanInput")),
            ),
        },
        "/api/v1/admin/plans/{id}": {
            "patch": operation(
                "changePlan",
                "Change a plan; its tenants have it before the answer",
                {"200": json("It.", ref("Plan"))},
                *(404, 408, 413, 422),
                parameters=[plan],
                requestBody=body(ref("PlanChange")),
            )
        },
        "/api/v1/admin/queue": {
            "get": operation(
                "readQueues",
                "How full and how old each queue is, and whom it serves",
                {"200": json("They.", ref("Queues"))},
                422,
                parameters=[top],
            )
        },
        "/api/v1/admin/tenants/{id}/queue": {
            "get": operation(
                "readTenantQueues",
                "One tenant's limits and what each queue did for it",
                {"200": json("They.", ref("TenantQueues"))},
                404,
                parameters=[tenant],
            )
        },
        letters: {
            "get": operation(
                "listDeadLetters",
                f"What a bug has stopped, oldest first, at most {MOST}; never what was said",
                {"200": json("A page.", ref("DeadLetters"))},
                *(404, 422),
                parameters=[tenant, *page],
            )
        },
        f"{letters}/{{message_id}}": {
            "delete": operation(
                "dropDeadLetter",
                "Drop one: what it was to do is never done",
                {"204": {"description": "Dropped."}},
                404,
                parameters=[tenant, letter],
            )
        },
        f"{letters}/{{message_id}}/retry": {
            "post": operation(
                "retryDeadLetter",
                "Run it again as if it were new",
                {"202": json("It will run.", ref("Retried"))},
                *(404, 409),
                parameters=[tenant, letter],
            )
        },
    }
