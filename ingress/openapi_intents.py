"""The endpoints of a tenant's own intents in OpenAPI; merged into the one document."""

from __future__ import annotations

from config.openapi import MOMENT, TEXT, UUID, Schema, body, errors, json, listed, nullable, obj, paged, path, ref, text
from ingress.intent_examples import MOST_AT_ONCE
from ingress.intents import LONGEST_DESCRIPTION, LONGEST_REPLY
from models.intent_model import ModelState
from models.own_intent import Action
from models.page import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT
from models.teaching import LONGEST_EXAMPLE, LONGEST_NAME

KEY: list[Schema] = [{"apiKey": []}]
PAGE = paged(DEFAULT_LIMIT, MAX_LIMIT, LONGEST_CURSOR)
ID = path("id", "The intent's id.", UUID)
MODEL_ID = path("id", "The version's id.", UUID)
NAME = text(
    LONGEST_NAME, 1, description="As it stands on turns. A built-in intent's name teaches that one by examples; "
)
NAME["description"] += "`out_of_scope` holds examples of what is none of your intents."
EXAMPLE = text(LONGEST_EXAMPLE, 1)
ACTION: Schema = {"enum": [str(action) for action in Action], "default": str(Action.ANSWER)}
COUNT: Schema = {"type": "integer", "minimum": 0}
SCOPE = "(scope intents:write)"
NEXT = nullable(TEXT) | {"description": "The cursor of the next page; null on the last."}
LOCATION: Schema = {"Location": {"schema": TEXT, "description": "Its address."}}
FIELDS: Schema = {
    "name": NAME,
    "description": text(LONGEST_DESCRIPTION),
    "action": ACTION,
    "reply": text(LONGEST_REPLY, description="What is said when the action is `reply`."),
}
MODEL: Schema = {
    "id": UUID,
    "version": {"type": "integer", "minimum": 1},
    "state": {"enum": [str(state) for state in ModelState]},
    "reason": nullable(TEXT) | {"description": "Why it failed, or was not activated."},
    "active": {"type": "boolean"},
    "activated_at": nullable(MOMENT),
    "intents": COUNT,
    "examples": COUNT,
    "embedded": COUNT,
    "report": {"type": "object", "description": "Measured on examples the model had not seen; docs/intents.md."},
    "created_at": MOMENT,
}

INTENT_SCHEMAS: Schema = {
    "Intent": obj(
        {
            "id": UUID,
            **dict.fromkeys(FIELDS, TEXT),
            "action": ACTION,
            "examples": COUNT,
            "created_at": MOMENT,
            "updated_at": MOMENT,
        }
    ),
    "Intents": obj({"intents": listed(ref("Intent")), "next": NEXT}),
    "IntentInput": obj(
        {"name": NAME},
        {
            **{name: schema for name, schema in FIELDS.items() if name != "name"},
            "examples": listed(EXAMPLE, maxItems=MOST_AT_ONCE),
        },
        additionalProperties=False,
    ),
    "IntentChange": obj({}, FIELDS, additionalProperties=False),
    "IntentExample": obj({"id": UUID, "text": TEXT, "created_at": MOMENT}),
    "IntentExamples": obj({"examples": listed(ref("IntentExample")), "next": NEXT}),
    "IntentExamplesInput": obj(
        {"examples": listed(EXAMPLE, minItems=1, maxItems=MOST_AT_ONCE)}, additionalProperties=False
    ),
    "IntentExamplesAdded": obj({"added": COUNT, "known": COUNT}),
    "IntentImport": obj(
        {
            "examples": listed(
                obj({"text": EXAMPLE, "intent": NAME}, additionalProperties=False), minItems=1, maxItems=MOST_AT_ONCE
            )
        },
        additionalProperties=False,
    ),
    "IntentImported": obj({"intents": COUNT, "examples": COUNT, "known": COUNT}),
    "IntentTraining": obj({}, {"activate": {"type": "boolean", "default": True}}, additionalProperties=False),
    "IntentModel": obj(MODEL),
    "IntentModelAsked": obj(MODEL | {"changed": {"type": "boolean", "description": "False: nothing changed since."}}),
    "IntentModels": obj({"models": listed(ref("IntentModel")), "next": NEXT}),
}


def _read(operation: str, summary: str, answer: Schema, *parameters: Schema, missing: bool = False) -> Schema:
    statuses = (401, 403, 404, 500, 503) if missing else (401, 403, 422, 500, 503)
    return {
        "operationId": operation,
        "summary": f"{summary} {SCOPE}",
        "security": KEY,
        "parameters": list(parameters),
        "responses": {**answer, **errors(*statuses)},
    }


def _write(operation: str, summary: str, wanted: Schema | None, answer: Schema, *parameters: Schema) -> Schema:
    statuses = (401, 403, *([404] if parameters else []), 409, 500, 503)
    operation_ = _read(operation, summary, answer, *parameters) | {"responses": answer | errors(*statuses)}
    if wanted is not None:
        operation_ |= {"requestBody": wanted}
        operation_["responses"] |= errors(408, 413, 422)
    return operation_


def _ok(schema: str) -> Schema:
    return {"200": json("It.", ref(schema))}


INTENT_PATHS: Schema = {
    "/api/v1/intents": {
        "get": _read("listIntents", "Your own intents, newest first", _ok("Intents"), *PAGE),
        "post": _write(
            "addIntent",
            "Add an intent, with its first examples; it is recognised once it was trained",
            body(ref("IntentInput")),
            {"201": json("It.", ref("Intent"), LOCATION)},
        ),
    },
    "/api/v1/intents/{id}": {
        "get": _read("readIntent", "One intent", _ok("Intent"), ID, missing=True),
        "patch": _write("changeIntent", "Change an intent", body(ref("IntentChange")), _ok("Intent"), ID),
        "delete": _read(
            "deleteIntent", "Delete an intent with its examples", {"204": {"description": "Gone."}}, ID, missing=True
        ),
    },
    "/api/v1/intents/{id}/examples": {
        "get": _read("listIntentExamples", "An intent's examples, newest first", _ok("IntentExamples"), ID, *PAGE)
        | {"responses": {**_ok("IntentExamples"), **errors(401, 403, 404, 422, 500, 503)}},
        "post": _write(
            "addIntentExamples",
            "More examples of an intent; those it has are left alone",
            body(ref("IntentExamplesInput")),
            {"201": json("How many.", ref("IntentExamplesAdded"))},
            ID,
        ),
    },
    "/api/v1/intents/examples/{id}": {
        "delete": _read(
            "deleteIntentExample",
            "Delete one example",
            {"204": {"description": "Gone."}},
            path("id", "The example's id.", UUID),
            missing=True,
        )
    },
    "/api/v1/intents/import": {
        "post": _write(
            "importIntents",
            "Examples of many intents, as JSON or as CSV (text,intent); a new name makes an intent",
            {
                "required": True,
                "content": {"application/json": {"schema": ref("IntentImport")}, "text/csv": {"schema": TEXT}},
            },
            {"200": json("How many.", ref("IntentImported"))},
        )
    },
    "/api/v1/intents/export": {
        "get": _read(
            "exportIntents",
            "Every example as CSV (text,intent)",
            {"200": {"description": "It.", "content": {"text/csv": {"schema": TEXT}}}},
        )
    },
    "/api/v1/intents/train": {
        "post": _write(
            "trainIntents",
            "Have a version trained; when nothing changed since, the newest one is shown",
            body(ref("IntentTraining")) | {"required": False},
            {"202": json("The version to watch.", ref("IntentModelAsked"), LOCATION)},
        )
    },
    "/api/v1/intents/models": {
        "get": _read("listIntentModels", "Versions with their reports, newest first", _ok("IntentModels"), *PAGE)
    },
    "/api/v1/intents/models/{id}": {
        "get": _read("readIntentModel", "One version with its report", _ok("IntentModel"), MODEL_ID, missing=True)
    },
    "/api/v1/intents/models/{id}/activate": {
        "post": _write("activateIntentModel", "Recognise by this version", None, _ok("IntentModel"), MODEL_ID)
    },
    "/api/v1/intents/models/rollback": {
        "post": _write("rollBackIntentModel", "Recognise by the version before", None, _ok("IntentModel"))
    },
    "/api/v1/intents/models/deactivate": {
        "post": _write(
            "deactivateIntentModel", "Recognise by no version", None, {"204": {"description": "None is active."}}
        )
    },
}
