"""Mallory holds valid credentials of her own tenant and every id of Alice's: she learns and changes nothing."""

from __future__ import annotations

import uuid

import pytest

from ingress.app import ROUTES
from tests.ingress.conftest import SESSION, key
from tests.ingress.rows import conversation_of, recorded, state_of

CASES = {
    "/api/v1/turns/{id}": ("GET", "turn", None),
    "/api/v1/conversations/{id}/owner": ("POST", "conversation", {"owner": "human"}),
}


def test_every_route_with_an_id_is_tried():
    assert {route.path for route in ROUTES if "{id}" in route.path} == set(CASES)


@pytest.mark.parametrize("path", CASES)
def test_alices_ids_are_unknown_to_mallory(http, workers, alice, mallory, path):
    method, names, body = CASES[path]
    ids = dict(zip(("conversation", "turn"), recorded(alice), strict=True))

    def call(name: str, credential: str):
        headers = key(credential, **{"X-Session-Id": SESSION})
        return http.request(method, path.format(id=name), headers=headers, json=body)

    for credential in (mallory.api_key, mallory.account_token):
        hers, nobodys = call(ids[names], credential), call(str(uuid.uuid4()), credential)
        assert hers.status_code in {403, 404}
        assert (hers.status_code, hers.json()) == (nobodys.status_code, nobodys.json())
    assert conversation_of(alice, ids["conversation"]) == ("bot", 0)
    assert state_of(alice, ids["turn"]) == "delivered"
    assert workers.queue.epoch(str(alice.tenant_id), ids["conversation"]) is None
    assert workers.queue.epoch(str(mallory.tenant_id), ids["conversation"]) is None
    assert call(ids[names], alice.api_key).status_code == 200


def test_mallory_cannot_join_alices_turn_by_her_idempotency_key_or_session(http, workers, alice, mallory):
    more = {"Prefer": "respond-async", "Idempotency-Key": "alices"}
    body = {"session_id": SESSION, "message": "hi"}
    alices = http.post("/api/v1/chat", json=body, headers=key(alice.api_key, **more)).json()
    mallorys = http.post("/api/v1/chat", json=body, headers=key(mallory.api_key, **more)).json()
    assert not set(alices.values()) & (set(mallorys.values()) - {"received"})
    address = f"/api/v1/turns/{alices['turn_id']}"
    assert http.get(address, headers=key(mallory.api_key)).status_code == 404
    assert http.get(address, headers=key(alice.api_key)).status_code == 200


def test_every_key_in_redis_names_its_tenant(http, workers, alice):
    http.post(
        "/api/v1/chat",
        json={"session_id": SESSION, "message": "hi"},
        headers=key(alice.account_token, Prefer="respond-async", **{"Idempotency-Key": "x"}),
    )
    keys = [name.decode() for name in workers.redis.keys("*")]
    shared = (
        "{fd1}:z:",
        "{fd1}:r:",
        "{fd1}:v:",
        "{fd1}:vt:",
        "{fd1}:n:",
        "{fd1}:queues",
        "{fd1}:metrics",
        "{fd1}:procs",
    )
    assert [name for name in keys if str(alice.tenant_id) not in name and not name.startswith(shared)] == []
    assert not any(SESSION in name or "127.0.0.1" in name for name in keys)
