"""What people of a business do over the API, in OpenAPI; merged into the one document."""

from __future__ import annotations

from config.openapi import MOMENT, TEXT, UUID, Schema, body, errors, header, json, nullable, obj, path, query, ref
from ingress.chat import LONGEST_MESSAGE
from ingress.erasure import LONGEST_VISITOR
from ingress.openapi_knowledge import KEY, PAGE
from models.connection import ConnectionKind
from models.conversation import Owner
from models.message import Author
from models.turn import TurnState

NEXT: Schema = nullable(TEXT) | {"description": "The cursor of the next page; null on the last."}
OWNER: Schema = {"enum": [str(owner) for owner in Owner]}
ID = path("id", "The conversation's id.", UUID)

REPEATED = header(
    "Idempotency-Key",
    "The same key and body are said once; another body is refused.",
    minLength=1,
    maxLength=128,
    pattern="^[!-~]+$",
)


def page(name: str, schema: str) -> Schema:
    return obj({name: {"type": "array", "items": ref(schema)}, "next": NEXT})


PEOPLE_SCHEMAS: Schema = {
    "Message": obj(
        {
            "id": UUID,
            "author": {"enum": [str(author) for author in Author]},
            "text": TEXT,
            "at": MOMENT,
            "turn_id": nullable(UUID) | {"description": "The turn that answers it, or that said it."},
        }
    ),
    "Conversation": obj(
        {
            "id": UUID,
            "channel": {"enum": [str(kind) for kind in ConnectionKind]},
            "visitor_id": TEXT | {"description": "Who wrote, as the channel calls them, or the conversation's id."},
            "customer": {"type": "object", "description": "What the channel says about them; their own claims."},
            "owner": OWNER,
            "created_at": MOMENT,
            "last_activity_at": MOMENT,
            "last_human_at": nullable(MOMENT),
            "closed_at": nullable(MOMENT),
            "language": nullable(TEXT) | {"description": "ISO 639, of what the visitor wrote last."},
            "last_message": nullable(ref("Message")),
        },
        {"promise": ref("AnswerPromise")},
    ),
    "AnswerPromise": obj(
        {
            "turn_id": UUID,
            "due_at": MOMENT | {"description": "An answer was promised by then."},
            "remind_at": MOMENT,
            **{name: nullable(MOMENT) for name in ("reminded_at", "kept_at", "missed_at", "dropped_at")},
        }
    ),
    "Turn": obj(
        {
            "id": UUID,
            "state": {"enum": [str(state) for state in TurnState]},
            "reason": nullable(TEXT) | {"description": "Why it ended as it did."},
            "language": nullable(TEXT),
            "intent": nullable(TEXT),
            "confidence": nullable({"type": "number", "minimum": 0, "maximum": 1}),
            "reply": nullable(TEXT),
            "sources": {"type": "array", "items": ref("Source")},
            "model": nullable(TEXT),
            "superseded_by": nullable(UUID),
            "began_at": MOMENT,
            "ended_at": nullable(MOMENT),
        }
    ),
    "Lead": obj(
        {
            "id": UUID,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            **{name: nullable(TEXT) for name in ("name", "email", "phone", "company", "wish")},
            "conversation_id": UUID,
        }
    ),
    "Conversations": page("conversations", "Conversation"),
    "Messages": page("messages", "Message"),
    "Turns": page("turns", "Turn"),
    "Leads": page("leads", "Lead"),
    "AnswerInput": obj({"text": TEXT | {"minLength": 1, "maxLength": LONGEST_MESSAGE}}),
    "OwnerInput": obj({"owner": OWNER}),
    "Owner": obj({"conversation_id": UUID, "owner": OWNER}),
}


def _read(name: str, summary: str, answer: str, parameters: list[Schema], *statuses: int) -> Schema:
    return {
        "operationId": name,
        "summary": f"{summary} (scope conversations:read)",
        "security": KEY,
        "parameters": parameters,
        "responses": {"200": json("Found.", ref(answer)), **errors(401, 403, *statuses, 500, 503)},
    }


PEOPLE_PATHS: Schema = {
    "/api/v1/conversations": {
        "get": _read(
            "listConversations",
            "Conversations by latest activity",
            "Conversations",
            [
                query("owner", "Only those that the bot, or a person, answers.", OWNER),
                query("since", "Only those with activity since then.", MOMENT),
                *PAGE,
            ],
            422,
        )
    },
    "/api/v1/conversations/{id}": {
        "get": _read("readConversation", "One conversation", "Conversation", [ID], 404),
    },
    "/api/v1/conversations/{id}/messages": {
        "get": _read("listMessages", "What was said, newest first", "Messages", [ID, *PAGE], 404, 422),
        "post": {
            "operationId": "answerAsPerson",
            "summary": "Answer the visitor as a person, and so take the conversation over (scope conversations:write)",
            "security": KEY,
            "parameters": [ID, REPEATED],
            "requestBody": body(ref("AnswerInput")),
            "responses": {
                "200": json("It was said before, with the same Idempotency-Key.", ref("Message")),
                "201": json("Said.", ref("Message")),
                **errors(401, 403, 404, 408, 409, 413, 422, 500, 503),
            },
        },
    },
    "/api/v1/conversations/{id}/turns": {
        "get": _read("listTurns", "How each turn ended, and why", "Turns", [ID, *PAGE], 404, 422),
    },
    "/api/v1/conversations/{id}/owner": {
        "post": {
            "operationId": "setOwner",
            "summary": "A person takes the conversation over, or gives it back to the bot (scope conversations:write)",
            "security": KEY,
            "parameters": [ID],
            "requestBody": body(ref("OwnerInput")),
            "responses": {
                "200": json("Who answers now.", ref("Owner")),
                **errors(401, 403, 404, 408, 413, 422, 500, 503),
            },
        }
    },
    "/api/v1/conversations/{id}/close": {
        "post": {
            "operationId": "closeConversation",
            "summary": "It is over: the bot answers whatever is written next (scope conversations:write)",
            "security": KEY,
            "parameters": [ID],
            "responses": {"200": json("Closed.", ref("Conversation")), **errors(401, 403, 404, 409, 500, 503)},
        }
    },
    "/api/v1/leads": {
        "get": {
            "operationId": "listLeads",
            "summary": "Who left contact, newest first (scope leads:read)",
            "security": KEY,
            "parameters": [
                query("format", "`csv`: all of them. Also by Accept: text/csv.", {"enum": ["json", "csv"]}),
                *PAGE,
            ],
            "responses": {
                "200": {
                    "description": "A page, or as CSV everything from there on.",
                    "content": {
                        "application/json": {"schema": ref("Leads")},
                        "text/csv": {"schema": TEXT},
                    },
                },
                **errors(401, 403, 422, 500, 503),
            },
        }
    },
    "/api/v1/visitors/{id}": {
        "delete": {
            "operationId": "eraseVisitor",
            "summary": "Forget a visitor and all that was said (scope visitors:erase)",
            "security": KEY,
            "parameters": [
                path(
                    "id",
                    "A `visitor_id`, or the id of one of their conversations.",
                    TEXT | {"maxLength": LONGEST_VISITOR},
                )
            ],
            "responses": {"204": {"description": "Nothing of them is left."}, **errors(401, 403, 404, 500, 503)},
        }
    },
}
