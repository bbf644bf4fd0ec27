"""The endpoints of unanswered questions in OpenAPI; merged into the one document."""

from __future__ import annotations

from config.openapi import MOMENT, TEXT, UUID, Schema, body, errors, json, nullable, obj, paged, path, query, ref
from ingress.openapi_knowledge import ANSWER, KEY, QUESTION
from models.page import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT
from models.unanswered import UnansweredState

STATE: Schema = {"enum": [str(state) for state in UnansweredState]}
ID = path("id", "The question's id.", UUID)

UNANSWERED_SCHEMAS: Schema = {
    "Unanswered": obj(
        {
            "id": UUID,
            "question": TEXT | {"description": "As it was asked last, without addresses and phone numbers."},
            "times": {"type": "integer", "minimum": 1, "description": "How often, in whichever words."},
            "state": STATE,
            "last_at": MOMENT,
            "turn_id": UUID | {"description": "The turn that asked it last."},
            "entry_id": nullable(UUID) | {"description": "The entry made from it."},
        }
    ),
    "UnansweredPage": obj(
        {
            "questions": {"type": "array", "items": ref("Unanswered")},
            "next": nullable(TEXT) | {"description": "The cursor of the next page; null on the last."},
        }
    ),
    "UnansweredChange": obj({"state": STATE}, additionalProperties=False),
    "EntryOfUnanswered": obj(
        {"answer": ANSWER},
        {"question": nullable(QUESTION) | {"description": "In better words than the visitor's."}},
        additionalProperties=False,
    ),
}

UNANSWERED_PATHS: Schema = {
    "/api/v1/knowledge/unanswered": {
        "get": {
            "operationId": "listUnanswered",
            "summary": "What visitors asked and the bot could not answer, asked last first (scope knowledge:read)",
            "security": KEY,
            "parameters": [
                query("state", "Questions in this state; `open` when none is named.", STATE),
                *paged(DEFAULT_LIMIT, MAX_LIMIT, LONGEST_CURSOR),
            ],
            "responses": {"200": json("A page.", ref("UnansweredPage")), **errors(401, 403, 422, 500, 503)},
        },
    },
    "/api/v1/knowledge/unanswered/{id}": {
        "patch": {
            "operationId": "changeUnanswered",
            "summary": "Dismiss a question, call it answered, or open it again (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "requestBody": body(ref("UnansweredChange")),
            "responses": {"200": json("It.", ref("Unanswered")), **errors(401, 403, 404, 408, 413, 422, 500, 503)},
        },
    },
    "/api/v1/knowledge/unanswered/{id}/entry": {
        "post": {
            "operationId": "answerUnanswered",
            "summary": "Make an entry that answers it from now on (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "requestBody": body(ref("EntryOfUnanswered")),
            "responses": {
                "201": json("The entry.", ref("Entry"), {"Location": {"schema": TEXT, "description": "Its address."}}),
                **errors(401, 403, 404, 408, 413, 422, 500, 503),
            },
        },
    },
}
