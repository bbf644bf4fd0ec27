"""What the OpenAPI description is put together from: schemas, answers, parameters, and each edge's part of the one document.

The edges never import each other: each describes its own paths, whoever composes them adds the parts up.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", "format": "uuid"}
MOMENT: Schema = {"type": "string", "format": "date-time"}

REASONS = {
    401: "The credential, the token or the signature is missing or not valid.",
    403: "The credential may not do this: scope, origin, or a suspended account.",
    404: "There is nothing by that id; another tenant's id gets the same answer.",
    408: "The body did not arrive in time.",
    409: "It contradicts what is there already; the sentence says what.",
    413: "The body is larger than a body may be.",
    422: "The body is not JSON or a field is wrong; the sentence names it.",
    429: "Over the rate limit. `Retry-After` says when to come back, `RateLimit` and `RateLimit-Policy` which limit it was.",
    500: "A bug on our side.",
    503: "A store is away, or too much is waiting. Nothing was accepted.",
}


@dataclass(frozen=True)
class Described:
    """One edge's part of the document."""

    paths: Schema
    schemas: Schema
    security: Schema

    def __or__(self, other: Described) -> Described:
        """Both parts.

        Raises:
            ValueError: they describe the same thing twice.
        """
        parts = [(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)]
        if twice := [name for ours, theirs in parts for name in ours.keys() & theirs.keys()]:
            raise ValueError(f"described twice: {', '.join(sorted(twice))}")
        return Described(*(ours | theirs for ours, theirs in parts))

    def document(self, description: str) -> Schema:
        """The whole of it in OpenAPI 3.1."""
        return {
            "openapi": "3.1.0",
            "info": {"title": "Frontdesk", "version": "1", "description": description},
            "servers": [{"url": "/"}],
            "paths": self.paths,
            "components": {"schemas": self.schemas, "securitySchemes": self.security},
        }


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}, **more}


def text(longest: int, shortest: int = 0, **more: Any) -> Schema:
    """A string by its length in characters."""
    return TEXT | ({"minLength": shortest} if shortest else {}) | {"maxLength": longest} | more


def listed(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def json(description: str, schema: Schema, headers: Schema | None = None) -> Schema:
    answer: Schema = {"description": description, "content": {"application/json": {"schema": schema}}}
    return answer | ({"headers": headers} if headers else {})


def html(description: str) -> Schema:
    return {"description": description, "content": {"text/html": {"schema": TEXT}}}


def errors(*statuses: int) -> Schema:
    return {str(status): json(REASONS[status], ref("Error")) for status in statuses}


def header(name: str, description: str, **schema: Any) -> Schema:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string", **schema}}


def path(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def query(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def paged(default: int, most: int, longest_cursor: int) -> list[Schema]:
    """The two parameters of every list that can grow."""
    number = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return [
        query("limit", "How many.", number),
        query("cursor", "The `next` of the page before.", text(longest_cursor)),
    ]


def body(schema: Schema, media_type: str = "application/json") -> Schema:
    return {"required": True, "content": {media_type: {"schema": schema}}}
