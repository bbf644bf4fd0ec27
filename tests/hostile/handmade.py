"""Hostile requests by hand: what generators do not think of. Each list is tried at every operation that takes such a thing."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from tests.hostile.generated import Generated
from tests.hostile.nasty import BODIES, HEADERS, TEN_MEGABYTES, TEXTS, VALUES
from tests.hostile.wire import Sent

T = TypeVar("T")

# Of each header every value, but not at every operation: at one of each kind of caller.
HEADERS_AT = {
    "POST /api/v1/chat",
    "POST /papercups/webhook",
    "GET /api/v1/conversations/{id}",
    "GET /api/v1/widget/messages",
    "GET /api/v1/customer/config",
    "GET /customer",
    "POST /customer/open",
    "GET /widget.js",
}

# What Papercups sends, whole; the fields of a generated payload are too few.
ENVELOPES: dict[str, dict[str, Any]] = {
    "message:created": {
        "id": "2d3c0a34-8d7b-4f0e-9a0e-0a1b2c3d4e5f",
        "account_id": "",
        "conversation_id": "5b9f4b1e-7a53-4f0e-9a0e-0a1b2c3d4e5f",
        "type": "reply",
        "private": False,
        "body": "Hello?",
        "created_at": "2026-05-01T12:00:00Z",
        "sent_at": "2026-05-01T12:00:00Z",
        "user_id": None,
        "customer_id": "0d9f4b1e-7a53-4f0e-9a0e-0a1b2c3d4e5f",
        "customer": {"id": "0d9f4b1e", "name": "Vera", "email": "vera@example.com", "phone": "+44 20 7946 0000"},
        "attachments": [],
        "metadata": {"frontdesk": "x", "reply_action": "handoff"},
    },
    "conversation:updated": {
        "id": "5b9f4b1e-7a53-4f0e-9a0e-0a1b2c3d4e5f",
        "account_id": "",
        "status": "open",
        "priority": "priority",
        "assignee_id": 7,
        "customer_id": "0d9f4b1e-7a53-4f0e-9a0e-0a1b2c3d4e5f",
        "created_at": "2026-05-01T12:00:00Z",
        "last_activity_at": "2026-05-01T12:00:00Z",
        "customer": {},
        "messages": [],
    },
}

Made = Iterator[tuple[Generated, Sent]]


def bodies(plain: Sequence[Generated]) -> Made:
    """Whole bodies that are none, at each operation that takes one."""
    for generated in plain:
        if "requestBody" in generated.definition:
            for what, body in BODIES.items():
                yield generated, _said(generated, what, body=body)


def fields(plain: Sequence[Generated]) -> Made:
    """One field of an otherwise good body, two levels down."""
    for generated in plain:
        body = generated.case.body
        if isinstance(body, dict):
            yield from _with_each(generated, body)


def envelopes(plain: Sequence[Generated]) -> Made:
    """The same with what Papercups really sends."""
    for generated in plain:
        if generated.label == "POST /papercups/webhook/{token}":
            for event, payload in ENVELOPES.items():
                yield from _with_each(generated, payload, event)


def queries(plain: Sequence[Generated]) -> Made:
    for generated in plain:
        path = generated.sent.target.partition("?")[0]
        names = [each["name"] for each in generated.definition.get("parameters", []) if each["in"] == "query"]
        for number, name in enumerate(names):
            for what, text in every_second(TEXTS, number):
                yield generated, _said(generated, f"{name} is {what}", target=f"{path}?{name}={text}")
            for query in (f"{name}=1&{name}=2", f"{name}[]=1", f"{name}[a][b]=1", name, "&" * 5000, f"{name};=1"):
                yield generated, _said(generated, f"?{query[:20]}", target=f"{path}?{query}")


def paths(plain: Sequence[Generated]) -> Made:
    for number, generated in enumerate(plain):
        if "{" in generated.path:
            for what, text in every_second(TEXTS, number):
                yield generated, _said(generated, f"the id is {what}", target=generated.at(text))


def headers(plain: Sequence[Generated]) -> Made:
    for generated in plain:
        if generated.label not in HEADERS_AT:
            continue
        for name, values in HEADERS.items():
            for value in values:
                latin = value.encode().decode("latin-1")
                yield generated, _said(generated, f"{name} is {value[:20]!r}").having((name, latin))


UPLOADS = {"/api/v1/knowledge/sources", "/api/v1/knowledge/import"}  # a limit of their own, in tests/ingress


def large(plain: Sequence[Generated]) -> Made:
    """Ten megabytes, announced and not."""
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    for generated in plain:
        if "requestBody" in generated.definition and generated.path not in UPLOADS:
            yield generated, _said(generated, "ten megabytes", body=b" " * TEN_MEGABYTES)
            endless = _said(
                generated, "ten megabytes in pieces", body=piece * (TEN_MEGABYTES // 0x10000) + b"0\r\n\r\n"
            )
            yield generated, endless.having(("Transfer-Encoding", "chunked"))


def every_second(items: dict[str, T], number: int) -> Iterator[tuple[str, T]]:
    """Half of them, the other half for the next place: every value is tried at every operation, not at every place."""
    return itertools.islice(items.items(), number % 2, None, 2)


def _said(generated: Generated, what: str, **changed: Any) -> Sent:
    return replace(generated.sent, what=f"{generated.label}: {what}", **changed)


def _with_each(generated: Generated, body: dict[str, Any], event: str | None = None) -> Made:
    for number, at in enumerate(_places(body)):
        for what, value in every_second(VALUES, number):
            changed = _put(body, at, value)
            raw = json.dumps({"event": event, "payload": changed} if event else changed).encode()
            yield generated, _said(generated, f"{'.'.join(at)} is {what}", body=raw)


def _places(body: dict[str, Any]) -> list[tuple[str, ...]]:
    below = [(name, under) for name, value in body.items() if isinstance(value, dict) for under in value]
    return [*((name,) for name in body), *below]


def _put(body: dict[str, Any], at: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, *rest = at
    return body | {name: _put(body[name], tuple(rest), value) if rest else value}
