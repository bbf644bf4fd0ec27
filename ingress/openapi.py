"""The ingress described in OpenAPI 3.1, written by hand beside the models that enforce it; a test compares the routes.

Serves the one document of the port, with what else is served there.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from config.openapi import (
    MOMENT,
    TEXT,
    UUID,
    Described,
    Schema,
    body,
    errors,
    header,
    json,
    nullable,
    obj,
    path,
    ref,
)
from ingress.body import LIMIT_BYTES
from ingress.callers import LONGEST_SESSION, SHORTEST_PUBLIC_SESSION
from ingress.chat import LONGEST_MESSAGE
from ingress.openapi_golden import GOLDEN_PATHS, GOLDEN_SCHEMAS
from ingress.openapi_intents import INTENT_PATHS, INTENT_SCHEMAS
from ingress.openapi_knowledge import KEY, KNOWLEDGE_PATHS, KNOWLEDGE_SCHEMAS
from ingress.openapi_people import PEOPLE_PATHS, PEOPLE_SCHEMAS
from ingress.openapi_search import SEARCH_PATHS, SEARCH_SCHEMAS
from ingress.openapi_sources import SOURCE_PATHS, SOURCE_SCHEMAS
from ingress.openapi_unanswered import UNANSWERED_PATHS, UNANSWERED_SCHEMAS
from ingress.openapi_usage import USAGE_PATHS, USAGE_SCHEMAS
from ingress.openapi_widget import WIDGET_PATHS, WIDGET_SCHEMAS
from models.turn import TurnState

STATES = [str(state) for state in TurnState]

SCHEMAS: Schema = {
    "Error": obj({"error": TEXT | {"description": "A stable word."}, "detail": TEXT | {"description": "A sentence."}}),
    "Source": obj(
        {
            "entry_id": UUID | {"description": "An entry's; of a document, the cited piece's."},
            "title": TEXT,
            "text": TEXT,
        },
        {"url": TEXT | {"description": "The page's address or the file's name."}},
    ),
    "Reply": obj(
        {
            "reply": nullable(TEXT) | {"description": "Null when nothing was said."},
            "intent": nullable(TEXT),
            "confidence": nullable({"type": "number", "minimum": 0, "maximum": 1}),
            "sources": {"type": "array", "items": ref("Source")},
            "conversation_id": UUID,
            "turn_id": UUID,
            "state": {"enum": STATES},
        },
        {
            "language": TEXT | {"description": "ISO 639, of the visitor's words, once they were read."},
            "reason": TEXT | {"description": "Why it ended as it did."},
            "superseded_by": UUID,
        },
    ),
    "Promise": obj({"turn_id": UUID, "conversation_id": UUID, "state": {"enum": STATES}}),
    "ChatInput": obj(
        {
            "session_id": TEXT
            | {
                "minLength": 1,
                "maxLength": LONGEST_SESSION,
                "description": f"Names the conversation. A secret of at least {SHORTEST_PUBLIC_SESSION} random "
                "characters when the account token is used.",
            },
            "message": TEXT | {"minLength": 1, "maxLength": LONGEST_MESSAGE, "description": "Counted after trimming."},
        }
    ),
    "WebhookStatus": obj({"status": {"enum": ["accepted", "duplicate", "ignored"]}}),
    "PapercupsEnvelope": obj({"event": TEXT, "payload": {"type": ["object", "string"]}}),
    "SignedWebhook": obj(
        {
            "account_id": TEXT,
            "event": TEXT,
            "data": obj(
                {"conversation_id": {"type": ["string", "integer"]}},
                {
                    "from": {"enum": ["customer", "user", "visitor", "agent", "operator", "human"]},
                    "content": TEXT,
                    "id": {"type": ["string", "integer", "null"]},
                    "message_id": {"type": ["string", "integer", "null"]},
                    "sent_at": MOMENT,
                    "customer": {"type": "object"},
                },
            ),
        }
    ),
    "Ready": obj({"status": {"enum": ["ready", "not_ready"]}, "missing": {"type": "array", "items": TEXT}}),
    "Health": obj({"status": {"const": "ok"}}),
    **WIDGET_SCHEMAS,
    **KNOWLEDGE_SCHEMAS,
    **UNANSWERED_SCHEMAS,
    **GOLDEN_SCHEMAS,
    **SEARCH_SCHEMAS,
    **SOURCE_SCHEMAS,
    **INTENT_SCHEMAS,
    **PEOPLE_SCHEMAS,
    **USAGE_SCHEMAS,
}

SESSION = header("X-Session-Id", "With the account token: the session the turn belongs to.", maxLength=LONGEST_SESSION)
IDEMPOTENCY = header(
    "Idempotency-Key",
    "The same key and body within 24 h lead to the same turn; another body is refused.",
    minLength=1,
    maxLength=128,
    pattern="^[!-~]+$",
)
LOCATION: Schema = {"Location": {"schema": TEXT, "description": "Where the turn can be read."}}
EVENTS = (
    "`sentence` {n, text} as each is released, `sources`, then one of `done` (a Reply), `stopped` (a Reply with its "
    "reason), `superseded` (a Reply with its successor) or `error`; a comment every 15 seconds."
)

PATHS: Schema = {
    **WIDGET_PATHS,
    **KNOWLEDGE_PATHS,
    **UNANSWERED_PATHS,
    **GOLDEN_PATHS,
    **SEARCH_PATHS,
    **SOURCE_PATHS,
    **INTENT_PATHS,
    **PEOPLE_PATHS,
    **USAGE_PATHS,
    "/api/v1/chat": {
        "post": {
            "operationId": "chat",
            "summary": "Say something and get the reply",
            "security": KEY,
            "parameters": [
                IDEMPOTENCY,
                header("Prefer", "`respond-async`: 202 at once."),
                header("Accept", "`text/event-stream`: the reply sentence by sentence."),
            ],
            "requestBody": body(ref("ChatInput")),
            "responses": {
                "200": {
                    "description": "The turn has ended; or the stream. " + EVENTS,
                    "content": {
                        "application/json": {"schema": ref("Reply")},
                        "text/event-stream": {"schema": TEXT},
                    },
                },
                "202": json("Accepted; at the latest after 25 seconds.", ref("Promise"), LOCATION),
                **errors(401, 403, 408, 409, 413, 422, 429, 500, 503),
            },
        }
    },
    "/api/v1/turns/{id}": {
        "get": {
            "operationId": "readTurn",
            "summary": "State and reply of one turn (scope turns:read)",
            "security": KEY,
            "parameters": [path("id", "The turn's id.", UUID), SESSION],
            "responses": {"200": json("The turn.", ref("Reply")), **errors(401, 403, 404, 500, 503)},
        }
    },
    "/papercups/webhook/{token}": {
        "post": {
            "operationId": "papercupsWebhook",
            "summary": "Papercups' own webhook",
            "security": [],
            "parameters": [path("token", "The connection's unguessable token.", TEXT)],
            "requestBody": body(ref("PapercupsEnvelope")),
            "responses": {
                "200": {
                    "description": "Ignored, a duplicate, or the answer to webhook:verify.",
                    "content": {
                        "application/json": {"schema": ref("WebhookStatus")},
                        "text/plain": {"schema": TEXT},
                    },
                },
                "202": json("Accepted.", ref("WebhookStatus")),
                **errors(401, 404, 408, 413, 422, 500, 503),
            },
        }
    },
    "/papercups/webhook": {
        "post": {
            "operationId": "signedWebhook",
            "summary": "The webhook for senders that sign",
            "security": [{"signature": []}],
            "parameters": [header("X-Papercups-Delivery", "The delivery's id, to recognise a repeat.")],
            "requestBody": body(ref("SignedWebhook")),
            "responses": {
                "200": json("Ignored or a duplicate.", ref("WebhookStatus")),
                "202": json("Accepted.", ref("WebhookStatus")),
                **errors(401, 408, 413, 422, 500, 503),
            },
        }
    },
    "/healthz": {
        "get": {
            "operationId": "health",
            "summary": "Whether the process lives",
            "security": [],
            "responses": {"200": json("It does.", ref("Health")), **errors(500)},
        }
    },
    "/readyz": {
        "get": {
            "operationId": "readiness",
            "summary": "Whether the service is ready, and what is missing",
            "security": [],
            "responses": {
                "200": json("Ready.", ref("Ready")),
                "503": json("Not ready.", ref("Ready")),
                **errors(500),
            },
        }
    },
    "/metrics": {
        "get": {
            "operationId": "metrics",
            "summary": "Prometheus metrics of every process",
            "security": [{"metricsToken": []}, {}],
            "responses": {
                "200": {"description": "Samples.", "content": {"text/plain": {"schema": TEXT}}},
                **errors(401, 404, 500),
            },
        }
    },
    "/openapi.json": {
        "get": {
            "operationId": "openapi",
            "summary": "This document",
            "security": [],
            "responses": {"200": json("OpenAPI 3.1.", {"type": "object"}), **errors(500)},
        }
    },
}

SECURITY: Schema = {
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "A secret key (fd_…) with scopes, or the public account token.",
    },
    "visitor": {"type": "http", "scheme": "bearer", "description": "The token of a widget's session."},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Papercups-Signature",
        "description": "sha256= and the hexadecimal HMAC-SHA256 of the raw body under the webhook secret.",
    },
    "metricsToken": {"type": "http", "scheme": "bearer"},
}
DESCRIBED = Described(PATHS, SCHEMAS, SECURITY)
ABOUT = (
    "AI front desks for many small businesses. No body may be larger than "
    f"{LIMIT_BYTES // 1024} KiB, unless an endpoint says otherwise."
)


async def openapi(request: Request) -> Response:
    """The document of everything this port serves."""
    return JSONResponse(request.app.state.document, headers={"Access-Control-Allow-Origin": "*"})
