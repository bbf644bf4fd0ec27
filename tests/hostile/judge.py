"""What is wrong with an answer to a hostile request, in words; by our own rules and by the OpenAPI document."""

from __future__ import annotations

import json
import re
from typing import Any

from requests import PreparedRequest
from schemathesis import Response
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from tests.hostile.plan import Attempt
from tests.hostile.wire import Answer, Sent

PAGES = ("/customer", "/demo", "/dev/inbox")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NEVER_SHOWN = ("Traceback", 'File "', "sqlalchemy", "psycopg", "pydantic", "starlette", "site-packages")
NOT_HTTP = b"Invalid HTTP request received."  # the server's own words for what it could not parse
OF_HEAD = [checks.status_code_conformance, checks.content_type_conformance, checks.response_headers_conformance]
OF_ALL = [*OF_HEAD, checks.response_schema_conformance]
# Where a body that breaks the schema may be taken: an event that is not for us is ignored whatever else it holds.
LENIENT = {
    "/papercups/webhook/{token}",
    "/papercups/webhook",
    "/api/v1/knowledge/sources",  # a file may be any bytes, and a form's fields are always text
    "/api/v1/knowledge/import",
}


def complaint(sent: Sent, answer: Answer, foreign: str = "") -> str | None:
    """None when all is well. `foreign` is a word of another tenant's, which must not be in any answer."""
    found = _complaint(sent, answer)
    if found is None and foreign and foreign.encode() in answer.body:
        found = "another tenant's words"
    return _told(found, sent, answer) if found else None


def let_in(attempt: Attempt, answer: Answer) -> str | None:
    """Whether a credential opened what it is not for."""
    security = attempt.generated.definition["security"]
    closed = any(security) and {} not in security and attempt.sent.method != "OPTIONS"
    return _told("let in", attempt.sent, answer) if closed and answer.status < 400 else None


def against_document(attempt: Attempt, answer: Answer) -> str | None:
    """What the document, by schemathesis, has to say about the answer."""
    case, sent = attempt.generated.case, attempt.sent
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name, []).append(value)
    request = PreparedRequest()
    request.prepare(sent.method, "http://frontdesk.example/")
    response = Response(answer.status, headers, answer.body, request, answer.took_s, verify=False, encoding="utf-8")
    chosen: list[Any] = OF_HEAD if answer.streams else OF_ALL
    try:
        case.validate_response(response, checks=chosen)
    except FailureGroup as failures:
        said = "; ".join(" ".join(str(each).split())[:300] for each in failures.exceptions)
        return _told(f"not as described ({said})", sent, answer)
    overwritten = attempt.kind == "widget session"  # its session_id is put where a wrong one was
    if (
        attempt.generated.wrong_body
        and attempt.generated.path not in LENIENT
        and not overwritten
        and answer.status < 400
    ):
        return _told("a body that breaks the schema was taken", sent, answer)
    return None


def _complaint(sent: Sent, answer: Answer) -> str | None:
    if answer.status == 0:
        return "no answer at all"
    if answer.status >= 500:
        return "an error of ours"
    if answer.status == 400 and answer.body == NOT_HTTP:
        return None
    for name, value in (("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")):
        if answer.header(name) != value:
            return f"no {name}"
    if not REQUEST_ID.fullmatch(answer.header("x-request-id") or ""):
        return "no x-request-id"
    if any(name == "set-cookie" and "frontdesk_customer" not in value for name, value in answer.headers):
        return "a header of the sender's"
    text = answer.body.decode()  # UTF-8, whatever was sent
    if answer.status < 400:
        return None
    if any(each in text for each in NEVER_SHOWN):
        return "an error that tells of the inside"
    if sent.target.startswith(PAGES) or sent.method == "HEAD":
        return None
    if answer.header("content-type") != "application/json" or set(json.loads(text)) != {"error", "detail"}:
        return "an error of another shape"
    return None


def _told(found: str, sent: Sent, answer: Answer) -> str:
    return f"{found}: {sent.what} → {answer.status} {answer.body[:200]!r}"
