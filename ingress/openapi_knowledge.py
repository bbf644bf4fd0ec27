"""The endpoints of the tenant's knowledge in OpenAPI; merged into the one document."""

from __future__ import annotations

from config.openapi import MOMENT, TEXT, UUID, Schema, body, errors, json, nullable, obj, paged, path, query, ref
from ingress.knowledge import LONGEST_FILTER
from models.entry_table import LONGEST_ANSWER, LONGEST_QUESTION
from models.page import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT

KEY: list[Schema] = [{"apiKey": []}]
QUESTION: Schema = TEXT | {"minLength": 1, "maxLength": LONGEST_QUESTION, "description": "Counted after trimming."}
ANSWER: Schema = TEXT | {"minLength": 1, "maxLength": LONGEST_ANSWER, "description": "Counted after trimming."}
ID = path("id", "The entry's id.", UUID)
PAGE = paged(DEFAULT_LIMIT, MAX_LIMIT, LONGEST_CURSOR)

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
                *PAGE,
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
