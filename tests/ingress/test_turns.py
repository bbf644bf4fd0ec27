from __future__ import annotations

import uuid

import pytest

from models.credential import ApiKey, Scope
from models.database import tenant_session
from tests.ingress.conftest import SESSION, key, new_session, words
from tests.ingress.rows import recorded

NOT_FOUND = {"error": "not_found", "detail": "There is nothing here by that id."}


def scoped(tenant, *scopes: Scope) -> str:
    """Another secret key with these scopes only."""
    secret = "fd_" + uuid.uuid4().hex
    with tenant_session(tenant.tenant_id) as session:
        session.add(ApiKey.issued(tenant.tenant_id, secret, list(scopes)))
    return secret


def test_a_secret_key_reads_any_turn_of_its_tenant(http, workers, alice):
    conversation, turn = recorded(alice)
    answer = http.get(f"/api/v1/turns/{turn}", headers=key(alice.api_key))
    assert answer.status_code == 200
    assert answer.json() == {
        "reply": "At nine.",
        "intent": None,
        "confidence": None,
        "sources": [],
        "conversation_id": conversation,
        "turn_id": turn,
        "state": "delivered",
    }


def test_the_account_token_reads_its_own_session_only(http, workers, alice):
    _, public = recorded(alice)
    _, secret = recorded(alice, kind="secret")

    def status(turn: str, **more: str) -> int:
        return http.get(f"/api/v1/turns/{turn}", headers=key(alice.account_token, **more)).status_code

    assert status(public, **{"X-Session-Id": SESSION}) == 200
    assert status(public) == 404
    assert status(public, **{"X-Session-Id": new_session()}) == 404
    assert status(secret, **{"X-Session-Id": SESSION}) == 404


def test_a_promised_turn_is_bound_to_its_session_too(http, workers, alice):
    headers = key(alice.account_token, Prefer="respond-async")
    address = http.post("/api/v1/chat", json=words(), headers=headers).headers["location"]
    mine = key(alice.account_token, **{"X-Session-Id": SESSION})
    assert http.get(address, headers=mine).json()["state"] == "received"
    assert http.get(address, headers=key(alice.account_token)).status_code == 404


UNKNOWN = uuid.UUID("5f0c6f1e-0000-4000-8000-00000000abcd")


@pytest.mark.parametrize("turn", ["nonsense", "1", f"{{{UNKNOWN}}}", UNKNOWN.hex, str(UNKNOWN), "%00"])
def test_no_id_and_an_unknown_id_get_the_same_answer(http, workers, alice, turn):
    answer = http.get(f"/api/v1/turns/{turn}", headers=key(alice.api_key))
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_the_scope_is_needed(http, workers, alice):
    _, turn = recorded(alice)
    answer = http.get(f"/api/v1/turns/{turn}", headers=key(scoped(alice, Scope.CHAT)))
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert http.get(f"/api/v1/turns/{turn}", headers=key(scoped(alice, Scope.TURNS_READ))).status_code == 200
    answer = http.post("/api/v1/chat", json=words(), headers=key(scoped(alice, Scope.TURNS_READ)))
    assert answer.status_code == 403


def test_a_revoked_key_is_unknown(http, workers, alice):
    secret = scoped(alice, Scope.TURNS_READ)
    assert http.get(f"/api/v1/turns/{uuid.uuid4()}", headers=key(secret)).status_code == 404
    with tenant_session(alice.tenant_id) as session:
        session.query(ApiKey).filter(ApiKey.scopes == ["turns:read"]).update({"revoked_at": "2026-01-01T00:00:00Z"})
    workers.redis.publish("{fd1}:tenants", str(alice.tenant_id))
    statuses = {http.get(f"/api/v1/turns/{uuid.uuid4()}", headers=key(secret)).status_code for _ in range(20)}
    assert 401 in statuses


def test_a_repeat_of_an_ended_turn_is_read_from_its_row_when_redis_forgot_the_events(http, workers, alice, meanwhile):
    headers = key(alice.api_key, **{"Idempotency-Key": "once"})
    promise = http.post("/api/v1/chat", json=words(), headers={**headers, "Prefer": "respond-async"}).json()
    recorded(alice, kind="secret", id=uuid.UUID(promise["turn_id"]), reply="From the row.")
    answer = http.post("/api/v1/chat", json=words(), headers=headers)
    assert (answer.status_code, answer.json()["reply"]) == (200, "From the row.")
