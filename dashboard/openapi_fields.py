"""A body's model as an OpenAPI schema, taken from the model that enforces it; what only code knows is said in words."""

from __future__ import annotations

from config.openapi import Schema
from dashboard.fields import Input

UNSAID = frozenset({"title", "default", "writeOnly"})  # a default is not what is stored when nothing is sent


def given(model: type[Input], **words: str) -> Schema:
    """Its fields with types and bounds; `words` say of some what a schema cannot."""
    whole = model.model_json_schema()
    fields = {name: _plain(schema) for name, schema in whole["properties"].items()}
    for name, said in words.items():
        fields[name] = fields[name] | {"description": said}
    required = {"required": whole["required"]} if "required" in whole else {}
    return {"type": "object", **required, "properties": fields, "additionalProperties": False}


def _plain(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if name not in UNSAID}
