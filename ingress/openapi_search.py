"""The search over a tenant's knowledge in OpenAPI; merged into the one document."""

from __future__ import annotations

from config.openapi import TEXT, UUID, Schema, errors, json, nullable, obj, query, ref
from ingress.knowledge_search import DEFAULT_RESULTS, LONGEST_QUERY, MEANING, MOST_RESULTS, WORDS

RESULT_ID: Schema = UUID | {"description": "The entry's id; of a piece of a document the piece's own."}
SOURCE: Schema = nullable(TEXT) | {"description": "The page's address or the file's name; null for an entry."}
SCORE: Schema = {"type": "number", "minimum": 0, "maximum": 1, "description": "How sure it is to answer."}
BY: Schema = {
    "enum": [MEANING, WORDS],
    "description": f"`{WORDS}`: the question's vector, or the tenant's, could not be had; its words alone were searched.",
}
DETAIL: Schema = nullable(TEXT) | {"description": "What embedding waits for, in a sentence; null when it does not."}

SEARCH_SCHEMAS: Schema = {
    "SearchResult": obj({"entry_id": RESULT_ID, "title": TEXT, "text": TEXT, "score": SCORE, "source": SOURCE}),
    "SearchResults": obj({"results": {"type": "array", "items": ref("SearchResult")}, "by": BY, "detail": DETAIL}),
}

SEARCH_PATHS: Schema = {
    "/api/v1/knowledge/search": {
        "get": {
            "operationId": "searchKnowledge",
            "summary": "What the bot would find for a question, best first (scope knowledge:read)",
            "security": [{"apiKey": []}],
            "parameters": [
                query("q", "The question.", TEXT | {"minLength": 1, "maxLength": LONGEST_QUERY}) | {"required": True},
                query(
                    "limit",
                    "How many.",
                    {"type": "integer", "minimum": 1, "maximum": MOST_RESULTS, "default": DEFAULT_RESULTS},
                ),
            ],
            "responses": {"200": json("What was found.", ref("SearchResults")), **errors(401, 403, 422, 500, 503)},
        }
    }
}
