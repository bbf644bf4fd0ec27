"""What a business reads and sets by itself, in OpenAPI: its configuration, and the pages that a link opens."""

from __future__ import annotations

from config.openapi import (
    MOMENT,
    TEXT,
    UUID,
    Schema,
    body,
    errors,
    html,
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
from dashboard.configuration import ConfigurationChange
from dashboard.customer import LISTS, LONGEST_TOKEN
from dashboard.fields import DAYS
from dashboard.openapi_fields import given
from models.page import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT

OWNER: list[Schema] = [{"customerToken": []}]
READER: list[Schema] = [{"customerSession": []}]
PAGED = paged(DEFAULT_LIMIT, MAX_LIMIT, LONGEST_CURSOR)
CLOSED = html("Not signed in, or no longer.")
SUSPENDED = html("The account is suspended.")
CHANGE = given(
    ConfigurationChange,
    time_zone="A time zone's name, such as Europe/London.",
    region="ISO 3166 country for phone numbers without a prefix.",
    hand_over_intents="Names of intents; `human` is always among them.",
    allowed_origins="Origins as browsers send them, such as https://www.example.com.",
    notify="Mail addresses that hear of leads and hand-overs.",
    language="ISO 639. Of our own sentences, until the visitor's own language is known.",
    languages="The only languages that are answered in; one fixes it. Empty: any that a visitor writes in.",
    hours=f"When somebody is there: [opens, closes] as HH:MM, or a list of them, for any of {', '.join(DAYS)}.",
    closed_on="Dates as YYYY-MM-DD on which nobody is there, whatever the weekday.",
    holiday_region="A country as DE, or a part of one as DE-BY: nobody is there on its public holidays.",
    answer_minutes="How long a person usually takes to answer during the hours; what a hand-over promises.",
    mask_personal_data="Whether e-mail addresses, phone, card and account numbers and street addresses in a visitor's words "
    "are replaced before they are sent to a language model.",
)

CUSTOMER_SCHEMAS: Schema = {
    "ConfigurationChange": CHANGE,
    "Configuration": obj(
        {
            "tenant_id": UUID,
            "name": TEXT,
            **dict.fromkeys(("profile", "prompt", "tone", "language", "time_zone", "greeting", "colour"), TEXT),
            "region": nullable(TEXT),
            "wait_ms": nullable({"type": "integer"}) | {"description": "Null: as the channel has it."},
            "hand_back_after_s": {"type": "integer"},
            "abstentions_before_hand_over": {"type": "integer"},
            **{
                name: listed(TEXT)
                for name in ("hand_over_intents", "allowed_origins", "notify", "languages", "closed_on")
            },
            "hours": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"anyOf": [TEXT, listed(TEXT)]}},
            },
            "holiday_region": nullable(TEXT),
            "answer_minutes": {"type": "integer"},
            "mask_personal_data": {"type": "boolean"},
            "updated_at": MOMENT,
        },
        {
            "trial": obj({"run_id": UUID, "state": {"enum": ["running", "held"]}, "fields": {"type": "object"}})
            | {
                "description": "What is tried on the golden questions before it is live, or held because answers got worse."
            }
        },
    ),
}

CUSTOMER_PATHS: Schema = {
    "/api/v1/customer/config": {
        "get": {
            "operationId": "readConfiguration",
            "summary": "Everything that a business may set",
            "security": OWNER,
            "responses": {"200": json("It.", ref("Configuration")), **errors(401, 403, 404, 500, 503)},
        },
        "patch": {
            "operationId": "changeConfiguration",
            "summary": "Set some of it; it reaches every process within a second",
            "security": OWNER,
            "parameters": [
                query(
                    "force", "`true`: live at once, without asking the golden questions.", {"enum": ["true", "false"]}
                )
            ],
            "requestBody": body(ref("ConfigurationChange")),
            "responses": {
                "200": json("All of it.", ref("Configuration")),
                **errors(401, 403, 404, 408, 413, 422, 500, 503),
            },
        },
    },
    "/customer": {
        "get": {
            "operationId": "customerPage",
            "summary": "The business's own page: conversations, leads, notices",
            "security": READER,
            "parameters": [query("show", "Which list.", {"enum": list(LISTS)}), *PAGED],
            "responses": {"200": html("A page of it."), "401": CLOSED, "403": SUSPENDED, **errors(500, 503)},
        }
    },
    "/customer/conversations/{id}": {
        "get": {
            "operationId": "customerThread",
            "summary": "One conversation on that page",
            "security": READER,
            "parameters": [path("id", "The conversation's id.", UUID), *PAGED],
            "responses": {
                "200": html("What was said."),
                "401": CLOSED,
                "403": SUSPENDED,
                "404": html("There is none by that id."),
                **errors(500, 503),
            },
        }
    },
    "/customer/open": {
        "get": {
            "operationId": "customerLink",
            "summary": "A link's page: a button, so that programs that preview links do not use it up",
            "security": [],
            "parameters": [query("code", "Of the link.", text(LONGEST_TOKEN))],
            "responses": {"200": html("The button."), "401": CLOSED, **errors(500)},
        },
        "post": {
            "operationId": "openCustomerPage",
            "summary": "Exchange the link's code for a session, once",
            "security": [],
            "requestBody": body(obj({"code": text(LONGEST_TOKEN, 1)}), "application/x-www-form-urlencoded"),
            "responses": {
                "303": {"description": "To the page, with the session's cookie."},
                "401": CLOSED,
                **errors(408, 413, 422, 500, 503),
            },
        },
    },
    "/customer/leave": {
        "post": {
            "operationId": "leaveCustomerPage",
            "summary": "End the session",
            "security": [*READER, {}],
            "responses": {"200": html("Signed out."), **errors(500, 503)},
        }
    },
}
CUSTOMER_SECURITY: Schema = {
    "customerToken": {"type": "http", "scheme": "bearer", "description": "A business's (fdc_…), by manage.py."},
    "customerSession": {"type": "apiKey", "in": "cookie", "name": "frontdesk_customer"},
}
