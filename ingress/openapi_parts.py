"""What the OpenAPI description is put together from: schemas, answers, parameters."""

from __future__ import annotations

from typing import Any

from ingress.body import LIMIT_BYTES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", "format": "uuid"}
KEY: list[Schema] = [{"apiKey": []}]

REASONS = {
    401: "The credential, the token or the signature is missing or not valid.",
    403: "The credential may not do this: scope, origin, or a suspended account.",
    404: "There is nothing by that id; another tenant's id gets the same answer.",
    408: "The body did not arrive in time.",
    409: "The Idempotency-Key was used with another body.",
    413: f"The body is larger than {LIMIT_BYTES // 1024} KiB.",
    422: "The body is not JSON or a field is wrong; the sentence names it.",
    429: "Over the rate limit. `Retry-After` says when to come back.",
    500: "A bug on our side.",
    503: "A store is away, or too much is waiting. Nothing was accepted.",
}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}, **more}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def json(description: str, schema: Schema, headers: Schema | None = None) -> Schema:
    answer: Schema = {"description": description, "content": {"application/json": {"schema": schema}}}
    return answer | ({"headers": headers} if headers else {})


def errors(*statuses: int) -> Schema:
    return {str(status): json(REASONS[status], ref("Error")) for status in statuses}


def header(name: str, description: str, **schema: Any) -> Schema:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string", **schema}}


def path(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
