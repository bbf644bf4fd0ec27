"""Usage and budget in OpenAPI; merged into the one document."""

from __future__ import annotations

from config.openapi import TEXT, Schema, errors, json, listed, nullable, obj, query, ref
from ingress.openapi_knowledge import KEY
from ingress.usage import MOST_DAYS
from models.usage import Purpose

DAY: Schema = {"type": "string", "format": "date"}
COUNT: Schema = {"type": "integer", "minimum": 0}
MICRO: Schema = COUNT | {"description": "In millionths of the currency."}

USAGE_SCHEMAS: Schema = {
    "BudgetPeriod": obj(
        {
            "cap_micro": nullable(COUNT) | {"description": "Null: no cap."},
            "spent_micro": MICRO,
            "held_micro": COUNT | {"description": "What calls that are running may cost at most."},
        }
    ),
    "Budget": obj(
        {
            "currency": TEXT,
            "time_zone": TEXT | {"description": "Days and months are the tenant's own."},
            "today": DAY,
            "day": ref("BudgetPeriod"),
            "month": ref("BudgetPeriod"),
        }
    ),
    "DayOfModel": obj(
        {
            "day": DAY,
            "model": TEXT,
            "purpose": {"enum": [str(purpose) for purpose in Purpose]},
            "calls": COUNT,
            "presumed": COUNT | {"description": "Calls of these that were charged their upper bound."},
            "prompt_tokens": COUNT,
            "cached_tokens": COUNT,
            "completion_tokens": COUNT,
            "cost_micro": MICRO,
        }
    ),
    "Usage": obj(
        {"from": DAY, "to": DAY, "cost_micro": MICRO, "budget": ref("Budget"), "usage": listed(ref("DayOfModel"))}
    ),
}
USAGE_PATHS: Schema = {
    "/api/v1/usage": {
        "get": {
            "operationId": "readUsage",
            "summary": "What models cost, by day, model and purpose, and the budget (scope usage:read)",
            "security": KEY,
            "parameters": [
                query("from", f"The first day; without it the first of the month. At most {MOST_DAYS} days.", DAY),
                query("to", "The last day; without it today.", DAY),
            ],
            "responses": {"200": json("It.", ref("Usage")), **errors(401, 403, 422, 500, 503)},
        }
    }
}
