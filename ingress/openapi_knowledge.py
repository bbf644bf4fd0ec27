"""The endpoints of the tenant's knowledge in OpenAPI; merged into the one document."""

from __future__ import annotations

from ingress.knowledge import LONGEST_ANSWER, LONGEST_FILTER, LONGEST_QUESTION
from ingress.openapi_parts import KEY, TEXT, UUID, Schema, body, errors, json, nullable, obj, path, ref
from models.page import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT

MOMENT: Schema = {"type": "string", "format": "date-time"}
QUESTION: Schema = TEXT | {"minLength": 1, "maxLength": LONGEST_QUESTION, "description": "Counted after trimming."}
ANSWER: Schema = TEXT | {"minLength": 1, "maxLength": LONGEST_ANSWER, "description": "Counted after trimming."}
ID = path("id", "The entry's id.", UUID)


def query(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema}


KNOWLEDGE_SCHEMAS: Schema = {
    "Entry": obj({"id": UUID, "question": TEXT, "answer": TEXT, "created_at": MOMENT, "updated_at": MOMENT}),
    "Entries": obj(
        {
            "entries": {"type": "array", "items": ref("Entry")},
            "next": nullable(TEXT) | {"description": "The cursor of the next page; null on the last."},
        }
    ),
    "EntryInput": obj({"question": QUESTION, "answer": ANSWER}, additionalProperties=False),
    "EntryChange": obj({}, {"question": QUESTION, "answer": ANSWER}, additionalProperties=False),
}

KNOWLEDGE_PATHS: Schema = {
    "/api/v1/knowledge/entries": {
        "get": {
            "operationId": "listEntries",
            "summary": "What the bot may quote, newest first (scope knowledge:read)",
            "security": KEY,
            "parameters": [
                query("q", "Only entries that hold this text.", TEXT | {"maxLength": LONGEST_FILTER}),
                query(
                    "limit",
                    "How many.",
                    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
                ),
                query("cursor", "The `next` of the page before.", TEXT | {"maxLength": LONGEST_CURSOR}),
            ],
            "responses": {"200": json("A page.", ref("Entries")), **errors(401, 403, 422, 500, 503)},
        },
        "post": {
            "operationId": "addEntry",
            "summary": "Add an entry; it is answered from at once (scope knowledge:write)",
            "security": KEY,
            "requestBody": body(ref("EntryInput")),
            "responses": {
                "201": json("It.", ref("Entry"), {"Location": {"schema": TEXT, "description": "Its address."}}),
                **errors(401, 403, 408, 413, 422, 500, 503),
            },
        },
    },
    "/api/v1/knowledge/entries/{id}": {
        "get": {
            "operationId": "readEntry",
            "summary": "One entry (scope knowledge:read)",
            "security": KEY,
            "parameters": [ID],
            "responses": {"200": json("It.", ref("Entry")), **errors(401, 403, 404, 500, 503)},
        },
        "patch": {
            "operationId": "changeEntry",
            "summary": "Change an entry (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "requestBody": body(ref("EntryChange")),
            "responses": {"200": json("It.", ref("Entry")), **errors(401, 403, 404, 408, 413, 422, 500, 503)},
        },
        "delete": {
            "operationId": "deleteEntry",
            "summary": "Delete an entry (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "responses": {"204": {"description": "It is gone."}, **errors(401, 403, 404, 500, 503)},
        },
    },
}
