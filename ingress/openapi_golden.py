"""The endpoints of golden questions in OpenAPI; merged into the one document."""

from __future__ import annotations

from config.openapi import MOMENT, TEXT, UUID, Schema, body, errors, json, nullable, obj, paged, path, ref
from ingress.openapi_knowledge import KEY, QUESTION
from models.golden import LONGEST_FACT, MOST_FACTS, Cause, RunState
from models.page import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT

COUNT: Schema = {"type": "integer", "minimum": 0}
FACTS: Schema = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST_FACTS,
    "items": TEXT | {"minLength": 1, "maxLength": LONGEST_FACT},
}
EXPECTED = nullable(FACTS) | {
    "description": "What the reply must contain; null: the bot must say that it does not know."
}
RESULT = obj(
    {
        "question_id": UUID,
        "question": TEXT,
        "reply": TEXT,
        "missing": {"type": "array", "items": TEXT, "description": "Expected, and not in the reply."},
        "right": {"type": "boolean"},
        "was_right": nullable({"type": "boolean"}) | {"description": "Before; null where that is not known."},
    }
)
RUN: Schema = {
    "id": UUID,
    "cause": {"enum": [str(cause) for cause in Cause]},
    "state": {"enum": [str(state) for state in RunState]},
    "model": nullable(TEXT),
    "candidate": nullable({"type": "object"}) | {"description": "The configuration that is tried before it is live."},
    "asked": COUNT,
    "right": COUNT,
    "right_before": nullable(COUNT),
    "worse": {"type": "boolean"},
    "created_at": MOMENT,
    "ended_at": nullable(MOMENT),
    "live_at": nullable(MOMENT) | {"description": "When the candidate became the configuration."},
}
PAGE = paged(DEFAULT_LIMIT, MAX_LIMIT, LONGEST_CURSOR)
NEXT = nullable(TEXT) | {"description": "The cursor of the next page; null on the last."}
ID = path("id", "The question's id.", UUID)
RUN_ID = path("id", "The run's id.", UUID)

GOLDEN_SCHEMAS: Schema = {
    "Golden": obj({"id": UUID, "question": TEXT, "expected": EXPECTED, "created_at": MOMENT, "updated_at": MOMENT}),
    "GoldenPage": obj({"questions": {"type": "array", "items": ref("Golden")}, "next": NEXT}),
    "GoldenInput": obj({"question": QUESTION, "expected": EXPECTED}, additionalProperties=False),
    "GoldenChange": obj({}, {"question": QUESTION, "expected": EXPECTED}, additionalProperties=False),
    "GoldenRun": obj(RUN),
    "GoldenRunResults": obj(RUN | {"results": {"type": "array", "items": RESULT}}),
    "GoldenRuns": obj({"runs": {"type": "array", "items": ref("GoldenRun")}, "next": NEXT}),
}

GOLDEN_PATHS: Schema = {
    "/api/v1/knowledge/golden": {
        "get": {
            "operationId": "listGolden",
            "summary": "Golden questions, newest first (scope knowledge:read)",
            "security": KEY,
            "parameters": PAGE,
            "responses": {"200": json("A page.", ref("GoldenPage")), **errors(401, 403, 422, 500, 503)},
        },
        "post": {
            "operationId": "addGolden",
            "summary": "Add a question that must stay rightly answered (scope knowledge:write)",
            "security": KEY,
            "requestBody": body(ref("GoldenInput")),
            "responses": {
                "201": json("It.", ref("Golden"), {"Location": {"schema": TEXT, "description": "Its address."}}),
                **errors(401, 403, 408, 413, 422, 500, 503),
            },
        },
    },
    "/api/v1/knowledge/golden/{id}": {
        "patch": {
            "operationId": "changeGolden",
            "summary": "Change a golden question (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "requestBody": body(ref("GoldenChange")),
            "responses": {"200": json("It.", ref("Golden")), **errors(401, 403, 404, 408, 413, 422, 500, 503)},
        },
        "delete": {
            "operationId": "deleteGolden",
            "summary": "Delete a golden question (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "responses": {"204": {"description": "It is gone."}, **errors(401, 403, 404, 500, 503)},
        },
    },
    "/api/v1/knowledge/golden-runs": {
        "get": {
            "operationId": "listGoldenRuns",
            "summary": "Runs of all golden questions, newest first (scope knowledge:read)",
            "security": KEY,
            "parameters": PAGE,
            "responses": {"200": json("A page.", ref("GoldenRuns")), **errors(401, 403, 422, 500, 503)},
        },
        "post": {
            "operationId": "runGolden",
            "summary": "Ask all golden questions now (scope knowledge:write)",
            "security": KEY,
            "responses": {
                "202": json("Begun.", ref("GoldenRun"), {"Location": {"schema": TEXT, "description": "Its address."}}),
                **errors(401, 403, 422, 500, 503),
            },
        },
    },
    "/api/v1/knowledge/golden-runs/{id}": {
        "get": {
            "operationId": "readGoldenRun",
            "summary": "One run with its results (scope knowledge:read)",
            "security": KEY,
            "parameters": [RUN_ID],
            "responses": {"200": json("It.", ref("GoldenRunResults")), **errors(401, 403, 404, 500, 503)},
        },
    },
    "/api/v1/knowledge/golden-runs/{id}/activate": {
        "post": {
            "operationId": "activateGoldenRun",
            "summary": "Let a tried configuration go live although answers got worse (scope knowledge:write)",
            "security": KEY,
            "parameters": [RUN_ID],
            "responses": {"200": json("It.", ref("GoldenRun")), **errors(401, 403, 404, 409, 500, 503)},
        },
    },
}
