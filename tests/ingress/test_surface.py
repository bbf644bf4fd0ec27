"""What holds for every endpoint: headers, errors, sizes, origins, health, metrics and the description."""

from __future__ import annotations

import json
import re
import socket
import time

import pytest
from sqlalchemy import update

from ingress.openapi import ABOUT, DESCRIBED
from models.base import now
from models.database import system_session, tenant_session
from models.tenant import TenantConfiguration
from models.tick import Tick
from tests.ingress.conftest import key, words
from tests.ingress.test_papercups import hook, message, signed

ORIGIN = "https://bakery.example"


@pytest.fixture
def listed(alice):
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(TenantConfiguration).values(allowed_origins=[ORIGIN]))
    return alice


def test_every_answer_carries_the_security_headers_and_an_id(http):
    for path in ("/healthz", "/nowhere", "/api/v1/chat", "/papercups/webhook/x"):
        headers = http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-DEF_123", True), ("x" * 64, True), ("x" * 65, False), ("a b", False)]
)
def test_a_plain_request_id_is_kept(http, given, kept):
    assert (http.get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"] == given) is kept


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/healthz/", 404, "not_found"),
        ("GET", "/api/v1/chat", 405, "method_not_allowed"),
        ("PUT", "/papercups/webhook", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
    ],
)
def test_wrong_paths_and_methods_have_the_usual_shape(http, method, path, status, code):
    answer = http.request(method, path)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert set(answer.json()) == {"error", "detail"}
    assert ("allow" in answer.headers) is (status == 405)


def test_a_bug_is_a_500_without_details(http, alice, monkeypatch, capsys):
    monkeypatch.setattr("ingress.health.JSONResponse", lambda *_: 1 / 0)
    answer = http.get("/healthz")
    assert (answer.status_code, answer.json()) == (
        500,
        {"error": "internal", "detail": "Something went wrong on our side."},
    )
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("target", ["chat", "envelope", "signed"])
def test_a_large_body_is_refused(http, alice, target, declared):
    path = {"chat": "/api/v1/chat", "envelope": hook(alice), "signed": "/papercups/webhook"}[target]
    body = b" " * (256 * 1024 + 1)
    content = body if declared else (body[start : start + 65536] for start in range(0, len(body), 65536))
    answer = http.post(path, content=content, headers=key(alice.api_key))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_a_body_at_the_limit_is_read(http, workers, alice):
    event = json.dumps(message(alice)).encode()
    assert http.post(hook(alice), content=event + b" " * (256 * 1024 - len(event))).status_code == 202


def test_a_slow_body_is_given_up(http, alice, monkeypatch):
    monkeypatch.setattr("ingress.body.READ_WITHIN_S", 0.1)
    with socket.create_connection((http.base_url.host, http.base_url.port), timeout=5) as connection:
        connection.sendall(f"POST {hook(alice)} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
        answer = b""
        while received := connection.recv(4096):  # until the server closes
            answer += received
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"error":"timeout"' in answer


def test_a_caller_who_hangs_up_is_no_error(http, workers, alice):
    with socket.create_connection((http.base_url.host, http.base_url.port), timeout=5) as connection:
        connection.sendall(f"POST {hook(alice)} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert http.get("/healthz").status_code == 200


def test_a_listed_origin_may_read_every_answer(http, workers, listed):
    headers = key(listed.account_token, Origin=ORIGIN, Prefer="respond-async")
    for body, status in ((words(), 202), ({}, 422)):
        answer = http.post("/api/v1/chat", json=body, headers=headers)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", ORIGIN + ".evil.example", ORIGIN + "/", "null", "http://bakery.example"]
)
def test_any_other_origin_is_refused_for_the_account_token(http, workers, listed, origin):
    answer = http.post("/api/v1/chat", json=words(), headers=key(listed.account_token, Origin=origin))
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert "access-control-allow-origin" not in answer.headers
    assert workers.nothing()


def test_secret_keys_are_for_servers(http, workers, listed):
    answer = http.post("/api/v1/chat", json=words(), headers=key(listed.api_key, Origin=ORIGIN, Prefer="respond-async"))
    assert answer.status_code == 202
    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_needs_no_credential(http):
    for path in ("/api/v1/chat", "/api/v1/turns/x"):
        answer = http.options(path, headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"})
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "X-API-Key" in answer.headers["access-control-allow-headers"]


def test_our_own_page_may_use_it_in_development(serve, workers, alice):
    http = serve(ENVIRONMENT="development", PUBLIC_URL="https://demo.example")
    headers = key(alice.account_token, Prefer="respond-async")
    assert (
        http.post("/api/v1/chat", json=words(), headers={**headers, "Origin": "https://demo.example"}).status_code
        == 202
    )
    assert http.post("/api/v1/chat", json=words(), headers={**headers, "Origin": ORIGIN}).status_code == 403


def test_readiness_names_what_is_missing(http, serve, workers):
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json() == {"status": "ready", "missing": []}
    lost = serve(REDIS_URL="redis://127.0.0.1:1/0")
    assert (lost.get("/readyz").status_code, lost.get("/readyz").json()["missing"]) == (503, ["redis"])
    assert lost.get("/healthz").status_code == 200


def test_a_clock_that_stands_still_is_not_ready(serve, stores):
    with system_session() as session:
        session.query(Tick).delete()
        session.add(Tick(name="sweep", due_at=now(), finished_at="2026-01-01T00:00:00Z"))
    try:
        assert serve().get("/readyz").json()["missing"] == ["clock"]
    finally:
        with system_session() as session:
            session.query(Tick).delete()


def test_metrics_are_for_this_machine_without_a_token(http):
    assert "frontdesk_http_requests_total" in http.get("/metrics").text
    for name in ("X-Forwarded-For", "Forwarded"):
        assert http.get("/metrics", headers={name: "203.0.113.9"}).status_code == 404


def test_metrics_need_their_token_where_there_is_one(serve):
    http = serve(METRICS_TOKEN="t0ken")
    for given in ({}, {"Authorization": "Bearer no"}, {"Authorization": "t0ken"}):
        assert http.get("/metrics", headers=given).status_code == 401
    assert http.get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 200


def test_metrics_show_other_processes_and_no_path_or_token(http, workers, alice):
    http.post(hook(alice), json=message(alice))
    workers.redis.set("{fd1}:metrics:worker.1", "# TYPE frontdesk_leads_total counter\nfrontdesk_leads_total 3.0\n")
    workers.redis.zadd("{fd1}:metrics", {"worker.1": time.time()})
    text = http.get("/metrics").text
    assert 'frontdesk_leads_total{process="worker.1"} 3.0' in text
    assert 'route="/papercups/webhook/{token}"' in text
    assert alice.papercups_webhook_token not in text


def test_the_description_is_for_every_page(http):
    answer = http.get("/openapi.json")
    assert answer.json() == json.loads(json.dumps(DESCRIBED.document(ABOUT)))
    assert answer.headers["access-control-allow-origin"] == "*"


def test_no_secret_reaches_the_log(http, workers, alice, capfd):
    canary = "canary-4711"
    http.post("/api/v1/chat", json=words(canary), headers=key(alice.api_key, Prefer="respond-async"))
    http.post(hook(alice), json=message(alice, body=canary))
    http.post("/papercups/webhook", **signed(alice, content=canary))
    http.post("/api/v1/chat", content=canary, headers=key(canary))
    written = "".join(capfd.readouterr())
    for secret in (canary, alice.api_key, alice.papercups_webhook_token, alice.papercups_webhook_secret):
        assert secret not in written
