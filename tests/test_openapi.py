"""The one OpenAPI document: everything that this port serves is in it, with what it takes, what it answers and to whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from config.openapi import Described
from dashboard.admin import TenantChange, TenantInput
from dashboard.app import ROUTES as DASHBOARD_ROUTES
from dashboard.configuration import ConfigurationChange
from dashboard.openapi import DESCRIBED as DASHBOARD
from ingress.app import ROUTES, build
from ingress.openapi import DESCRIBED as INGRESS

UNDESCRIBED = {
    "/": "the landing page",
    "/demo": "development only",
    "/dev/inbox": "development only",
    "/dev/inbox/{id}": "development only",
}
WRITES_NOTHING = {"/customer/leave", "/api/v1/conversations/{id}/close"}  # a POST without a body
WRITES_NOTHING |= {f"/api/v1/admin/tenants/{{id}}/{what}" for what in ("suspend", "resume")}
WRITES_NOTHING |= {f"/api/v1/intents/models/{what}" for what in ("rollback", "deactivate", "{id}/activate")}
WRITES_NOTHING |= {"/api/v1/knowledge/golden-runs", "/api/v1/knowledge/golden-runs/{id}/activate"}
WRITES_NOTHING |= {"/api/v1/admin/tenants/{id}/dead-letters/{message_id}/retry"}
WRITES_NOTHING |= {f"/api/v1/knowledge/sources/{{id}}/{what}" for what in ("cancel", "refresh")}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """As asgi.py composes it."""
    return dict(build(DASHBOARD_ROUTES, DASHBOARD).state.document)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method.upper(), operation


def test_every_route_is_described_or_named_here(document):
    described = {(path, method) for path, method, _ in operations(document)}
    served = {
        (route.path.replace(":path}", "}"), method)
        for route in (*ROUTES, *DASHBOARD_ROUTES)
        for method in route.methods - {"HEAD", "OPTIONS"}
        if route.path not in UNDESCRIBED
    }
    assert described == served
    assert set(UNDESCRIBED) <= {route.path for route in DASHBOARD_ROUTES}


def test_every_operation_says_what_it_takes_what_it_answers_and_to_whom(document):
    schemes = set(document["components"]["securitySchemes"])
    for path, method, operation in operations(document):
        name = f"{method} {path}"
        assert operation["summary"], name
        assert {scheme for choice in operation["security"] for scheme in choice} <= schemes, name
        assert any(status < "400" for status in operation["responses"]), name
        assert "500" in operation["responses"], name
        if any(operation["security"]) and {} not in operation["security"]:
            assert "401" in operation["responses"], name
        takes_a_body = method in {"POST", "PATCH"} and path not in WRITES_NOTHING
        assert ("requestBody" in operation) is takes_a_body, name
        if takes_a_body:
            assert {"408", "413", "422"} <= set(operation["responses"]), name
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    used = {scheme for *_, operation in operations(document) for choice in operation["security"] for scheme in choice}
    assert used == schemes


def test_every_reference_leads_somewhere_and_every_parameter_of_a_path_is_named(document):
    names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert names == set(document["components"]["schemas"])
    for path, method, operation in operations(document):
        named = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), f"{method} {path}"


@pytest.mark.parametrize("model", [TenantInput, TenantChange, ConfigurationChange])
def test_a_body_is_described_by_the_model_that_enforces_it(document, model):
    described = document["components"]["schemas"][model.__name__]
    assert set(described["properties"]) == set(model.model_fields)
    assert described["additionalProperties"] is False
    assert described.get("required", []) == [name for name, field in model.model_fields.items() if field.is_required()]


def test_nothing_is_described_twice():
    with pytest.raises(ValueError, match="Tenant"):
        INGRESS | DASHBOARD | Described({}, {"Tenant": {}}, {})
