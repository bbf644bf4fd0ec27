"""The widget's endpoints in OpenAPI."""

from __future__ import annotations

from config.openapi import MOMENT, TEXT, UUID, Schema, errors, json, nullable, obj, ref
from ingress.callers import LONGEST_CREDENTIAL, LONGEST_SESSION
from ingress.openapi_knowledge import PAGE
from models.message import Author

VISITOR: list[Schema] = [{"apiKey": [], "visitor": []}]
WATCHED = (
    "Server-sent events for as long as the connection stands: `ready` {owner} first (what was said before is in "
    "`messages`), then `message` (a WidgetMessage), `owner` {owner}, `turn` {turn_id, state, reason} as turns end; a "
    "comment every 15 seconds."
)

WIDGET_SCHEMAS: Schema = {
    "WidgetSessionInput": obj(
        {},
        {
            "account_token": nullable(
                TEXT | {"maxLength": LONGEST_CREDENTIAL, "description": "Unless X-API-Key has it."}
            ),
            "token": nullable(TEXT | {"maxLength": LONGEST_SESSION, "description": "Of the session to continue."}),
            "language": nullable(
                TEXT | {"maxLength": 10, "description": "ISO 639: what was answered in last; else by Accept-Language."}
            ),
        },
    ),
    "WidgetSession": obj(
        {
            "token": TEXT | {"description": "Signed. `session_id` for chat, bearer token for messages and events."},
            "valid_until": MOMENT,
            "now": MOMENT | {"description": "The server's clock."},
            "continued": {"type": "boolean", "description": "False: a new visitor, also where a token was not valid."},
            "business": TEXT,
            "greeting": TEXT,
            "ai_notice": TEXT,
            "colour": TEXT,
            "language": TEXT | {"description": "ISO 639, of the texts here and of the widget's own."},
            "quick_replies": {"type": "array", "items": obj({"label": TEXT, "message": TEXT})},
            "chat_url": TEXT,
            "history_url": TEXT,
            "events_url": TEXT,
        }
    ),
    "WidgetMessage": obj(
        {
            "id": UUID,
            "author": {"enum": [str(author) for author in Author]},
            "text": TEXT,
            "at": MOMENT,
            "turn_id": nullable(UUID),
            "sources": {"type": "array", "items": ref("Source")},
        },
        {"key": TEXT | {"description": "The Idempotency-Key a visitor's message came with."}},
    ),
    "WidgetMessages": obj({"messages": {"type": "array", "items": ref("WidgetMessage")}, "next": nullable(TEXT)}),
}

WIDGET_PATHS: Schema = {
    "/widget.js": {
        "get": {
            "operationId": "widgetScript",
            "summary": "The chat widget, for a page's script element with data-account",
            "security": [],
            "responses": {
                "200": {"description": "The script.", "content": {"text/javascript": {"schema": TEXT}}},
                "304": {"description": "The caller has it."},
                **errors(500),
            },
        }
    },
    "/api/v1/widget/session": {
        "post": {
            "operationId": "widgetSession",
            "summary": "Begin or continue a visitor's session (account token)",
            "security": [{"apiKey": []}, {}],
            "requestBody": {
                "required": False,
                "content": {"application/json": {"schema": ref("WidgetSessionInput")}},
            },
            "responses": {
                "200": json("The session, and how the widget looks.", ref("WidgetSession")),
                **errors(401, 403, 408, 413, 422, 429, 500, 503),
            },
        }
    },
    "/api/v1/widget/messages": {
        "get": {
            "operationId": "widgetMessages",
            "summary": "What was said in the visitor's own conversation, newest first",
            "security": VISITOR,
            "parameters": PAGE,
            "responses": {
                "200": json("A page.", ref("WidgetMessages")),
                **errors(401, 403, 422, 429, 500, 503),
            },
        }
    },
    "/api/v1/widget/events": {
        "get": {
            "operationId": "widgetEvents",
            "summary": "What happens in the visitor's own conversation",
            "security": VISITOR,
            "responses": {
                "200": {"description": WATCHED, "content": {"text/event-stream": {"schema": TEXT}}},
                **errors(401, 403, 429, 500, 503),
            },
        }
    },
}
