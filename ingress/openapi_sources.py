"""The endpoints of knowledge read from elsewhere, in OpenAPI: tables, websites, files."""

from __future__ import annotations

from config.openapi import (
    MOMENT,
    TEXT,
    UUID,
    Schema,
    errors,
    json,
    listed,
    nullable,
    obj,
    paged,
    path,
    query,
    ref,
    text,
)
from ingress.sources import WebsiteInput
from models.entry_table import LIMIT_BYTES, LONGEST_ANSWER, LONGEST_QUESTION, MOST_ROWS
from models.page import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT
from models.source import DocumentState, SourceKind, SourceState
from models.upload import FILE_BYTES, LONGEST_NAME

KEY: list[Schema] = [{"apiKey": []}]
PAGE = paged(DEFAULT_LIMIT, MAX_LIMIT, LONGEST_CURSOR)
ID = path("id", "The source's id.", UUID)
COUNT: Schema = {"type": "integer", "minimum": 0}
BYTES: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}
FORM: Schema = obj({"file": BYTES})
NEXT = nullable(TEXT) | {"description": "The cursor of the next page; null on the last."}
_INPUT: Schema = WebsiteInput.model_json_schema()

SOURCE_SCHEMAS: Schema = {
    "Imported": obj(
        {
            **dict.fromkeys(("read", "added", "changed", "unchanged", "refused"), COUNT),
            "dry_run": {"type": "boolean"},
            "errors": listed(obj({"line": COUNT, "detail": TEXT}), description="The first refused lines."),
        }
    ),
    "WebsiteInput": obj(
        {
            "url": _INPUT["properties"]["url"]
            | {"description": "Where the reading begins; https unless it says otherwise."}
        },
        {
            name: {key: value for key, value in schema.items() if key != "title"}
            for name, schema in _INPUT["properties"].items()
            if name != "url"
        },
        additionalProperties=False,
    ),
    "KnowledgeSource": obj(
        {
            "id": UUID,
            "kind": {"enum": [str(kind) for kind in SourceKind]},
            "name": TEXT,
            "url": nullable(TEXT),
            "state": {"enum": [str(state) for state in SourceState if state is not SourceState.DELETED]},
            "detail": nullable(TEXT) | {"description": "What is wrong, in a sentence."},
            "progress": obj(
                {"found": COUNT, **{str(state): COUNT for state in DocumentState}, "chunks": COUNT, "embedded": COUNT},
                description="Pages found, by state; the passages that answers may quote, and how many of them are found by "
                "their meaning, too.",
            ),
            "max_pages": COUNT,
            "max_depth": COUNT,
            "refresh_hours": nullable(COUNT),
            "created_at": MOMENT,
            "started_at": nullable(MOMENT),
            "finished_at": nullable(MOMENT),
            "next_at": nullable(MOMENT) | {"description": "When it is read again."},
        }
    ),
    "KnowledgeSources": obj({"sources": listed(ref("KnowledgeSource")), "next": NEXT}),
    "KnowledgeDocument": obj(
        {
            "id": UUID,
            "url": TEXT | {"description": "The address, or the file's name."},
            "title": nullable(TEXT),
            "state": {"enum": [str(state) for state in DocumentState]},
            "detail": nullable(TEXT) | {"description": "What is wrong, in a sentence."},
            "counts": {
                "type": "boolean",
                "description": "Whether answers may quote it, from this reading or an earlier one.",
            },
            "checked_at": nullable(MOMENT),
        }
    ),
    "KnowledgeDocuments": obj({"documents": listed(ref("KnowledgeDocument")), "next": NEXT}),
}

SOURCE_PATHS: Schema = {
    "/api/v1/knowledge/import": {
        "post": {
            "operationId": "importEntries",
            "summary": "Add or change entries from a CSV table (scope knowledge:write)",
            "description": f"The first line names the columns question and answer; separated by comma, semicolon or tab. "
            f"At most {LIMIT_BYTES // 1024 // 1024} MiB and {MOST_ROWS:,} rows, questions of {LONGEST_QUESTION} and answers of "
            f"{LONGEST_ANSWER:,} characters. A question that is there already gets the new answer.",
            "security": KEY,
            "parameters": [
                query("dry_run", "Only say what would be done.", {"enum": ["true", "false"], "default": "false"})
            ],
            "requestBody": {
                "required": True,
                "content": {"text/csv": {"schema": TEXT}, "multipart/form-data": {"schema": FORM}},
            },
            "responses": {
                "200": json("What became of the lines.", ref("Imported")),
                **errors(401, 403, 408, 413, 422, 429, 500, 503),
            },
        }
    },
    "/api/v1/knowledge/export": {
        "get": {
            "operationId": "exportEntries",
            "summary": "All entries as a CSV table, which `import` reads back (scope knowledge:read)",
            "security": KEY,
            "responses": {
                "200": {"description": "The table.", "content": {"text/csv": {"schema": TEXT}}},
                **errors(401, 403, 500, 503),
            },
        }
    },
    "/api/v1/knowledge/sources": {
        "get": {
            "operationId": "listSources",
            "summary": "Websites and files that are read, newest first (scope knowledge:read)",
            "security": KEY,
            "parameters": PAGE,
            "responses": {"200": json("A page.", ref("KnowledgeSources")), **errors(401, 403, 422, 500, 503)},
        },
        "post": {
            "operationId": "addSource",
            "summary": "Have a website or a file read (scope knowledge:write)",
            "description": "JSON names a website. Anything else is a file of at most "
            f"{FILE_BYTES // 1024 // 1024} MiB: the first file of a form, or the bytes themselves (named by `name`).",
            "security": KEY,
            "parameters": [query("name", "The name of a file sent as bytes.", text(LONGEST_NAME))],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": ref("WebsiteInput")},
                    "multipart/form-data": {"schema": FORM},
                    "application/octet-stream": {"schema": BYTES},
                },
            },
            "responses": {
                "201": json(
                    "It; its reading begins at once.",
                    ref("KnowledgeSource"),
                    {"Location": {"schema": TEXT, "description": "Its address."}},
                ),
                **errors(401, 403, 408, 409, 413, 422, 429, 500, 503),
            },
        },
    },
    "/api/v1/knowledge/sources/{id}": {
        "get": {
            "operationId": "readSource",
            "summary": "State and progress of one source (scope knowledge:read)",
            "security": KEY,
            "parameters": [ID],
            "responses": {"200": json("It.", ref("KnowledgeSource")), **errors(401, 403, 404, 500, 503)},
        },
        "delete": {
            "operationId": "deleteSource",
            "summary": "Delete a source; nothing of it is answered from any more (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "responses": {"204": {"description": "It is gone."}, **errors(401, 403, 404, 500, 503)},
        },
    },
    "/api/v1/knowledge/sources/{id}/documents": {
        "get": {
            "operationId": "listDocuments",
            "summary": "The pages of a source, each with what is wrong with it (scope knowledge:read)",
            "security": KEY,
            "parameters": [
                ID,
                query("state", "Only pages in this state.", {"enum": [str(state) for state in DocumentState]}),
                *PAGE,
            ],
            "responses": {"200": json("A page.", ref("KnowledgeDocuments")), **errors(401, 403, 404, 422, 500, 503)},
        },
    },
    "/api/v1/knowledge/sources/{id}/cancel": {
        "post": {
            "operationId": "cancelSource",
            "summary": "Stop its reading; what was read stays (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "responses": {"200": json("It.", ref("KnowledgeSource")), **errors(401, 403, 404, 500, 503)},
        },
    },
    "/api/v1/knowledge/sources/{id}/refresh": {
        "post": {
            "operationId": "refreshSource",
            "summary": "Read a website again now; one that is being read goes on (scope knowledge:write)",
            "security": KEY,
            "parameters": [ID],
            "responses": {"200": json("It.", ref("KnowledgeSource")), **errors(401, 403, 404, 409, 500, 503)},
        },
    },
}
