"""Mallory holds valid credentials of her own tenant and every id of Alice's: she learns and changes nothing."""

from __future__ import annotations

import uuid

import pytest

from ingress.app import ROUTES
from models.base import now
from models.database import tenant_session
from models.golden import GoldenQuestion, GoldenRun
from models.intent_model import IntentModel
from models.knowledge import KnowledgeEntry
from models.own_intent import IntentExample, OwnIntent
from models.sources import add_website
from models.unanswered import UnansweredQuestion
from tests.ingress.conftest import SESSION, key
from tests.ingress.rows import conversation_of, recorded, state_of

CASES: dict[tuple[str, str], tuple[str, object]] = {
    ("GET", "/api/v1/turns/{id}"): ("turn", None),
    ("GET", "/api/v1/conversations/{id}"): ("conversation", None),
    ("GET", "/api/v1/conversations/{id}/messages"): ("conversation", None),
    ("POST", "/api/v1/conversations/{id}/messages"): ("conversation", {"text": "Hello from Mallory"}),
    ("GET", "/api/v1/conversations/{id}/turns"): ("conversation", None),
    ("POST", "/api/v1/conversations/{id}/owner"): ("conversation", {"owner": "human"}),
    ("POST", "/api/v1/conversations/{id}/close"): ("conversation", None),
    ("DELETE", "/api/v1/visitors/{id}"): ("conversation", None),
    ("GET", "/api/v1/knowledge/entries/{id}"): ("entry", None),
    ("PATCH", "/api/v1/knowledge/entries/{id}"): ("entry", {"answer": "Mallory's"}),
    ("DELETE", "/api/v1/knowledge/entries/{id}"): ("entry", None),
    ("GET", "/api/v1/knowledge/sources/{id}"): ("source", None),
    ("GET", "/api/v1/knowledge/sources/{id}/documents"): ("source", None),
    ("POST", "/api/v1/knowledge/sources/{id}/cancel"): ("source", None),
    ("POST", "/api/v1/knowledge/sources/{id}/refresh"): ("source", None),
    ("DELETE", "/api/v1/knowledge/sources/{id}"): ("source", None),
    ("GET", "/api/v1/intents/{id}"): ("intent", None),
    ("PATCH", "/api/v1/intents/{id}"): ("intent", {"description": "Mallory's"}),
    ("DELETE", "/api/v1/intents/{id}"): ("intent", None),
    ("GET", "/api/v1/intents/{id}/examples"): ("intent", None),
    ("POST", "/api/v1/intents/{id}/examples"): ("intent", {"examples": ["Mallory's"]}),
    ("DELETE", "/api/v1/intents/examples/{id}"): ("example", None),
    ("GET", "/api/v1/intents/models/{id}"): ("model", None),
    ("POST", "/api/v1/intents/models/{id}/activate"): ("model", None),
    ("PATCH", "/api/v1/knowledge/golden/{id}"): ("golden", {"question": "Mallory's?"}),
    ("DELETE", "/api/v1/knowledge/golden/{id}"): ("golden", None),
    ("GET", "/api/v1/knowledge/golden-runs/{id}"): ("golden_run", None),
    ("POST", "/api/v1/knowledge/golden-runs/{id}/activate"): ("golden_run", None),
    ("PATCH", "/api/v1/knowledge/unanswered/{id}"): ("unanswered", {"state": "dismissed"}),
    ("POST", "/api/v1/knowledge/unanswered/{id}/entry"): ("unanswered", {"answer": "Mallory's"}),
}
SAME_FOR_ALL = {"/api/v1/visitors/{id}"}  # tells nobody whether there was somebody


def test_every_route_with_an_id_is_tried():
    served = {(method, route.path) for route in ROUTES for method in route.methods - {"HEAD", "OPTIONS"}}
    assert {(method, path) for method, path in served if "{id}" in path} == set(CASES)


@pytest.mark.parametrize(("method", "path"), CASES)
def test_alices_ids_are_unknown_to_mallory(http, workers, alice, mallory, method, path):
    names, body = CASES[method, path]
    ids = dict(zip(("conversation", "turn"), recorded(alice), strict=True)) | {"entry": entry(alice)} | taught(alice)
    ids["source"] = str(add_website(alice.tenant_id, "https://alice.example").id)
    ids["golden"], ids["golden_run"] = golden(alice)
    ids["unanswered"] = unanswered(alice, ids["turn"])

    def call(name: str, credential: str):
        headers = key(credential, **{"X-Session-Id": SESSION})
        return http.request(method, path.format(id=name), headers=headers, json=body)

    for credential in (mallory.api_key, mallory.account_token):
        hers, nobodys = call(ids[names], credential), call(str(uuid.uuid4()), credential)
        assert hers.status_code in ({403, 404} | ({204} if path in SAME_FOR_ALL else set()))
        assert (hers.status_code, hers.text) == (nobodys.status_code, nobodys.text)
    assert conversation_of(alice, ids["conversation"]) == ("bot", 0)
    assert state_of(alice, ids["turn"]) == "delivered"
    assert workers.queue.epoch(str(alice.tenant_id), ids["conversation"]) is None
    assert workers.queue.epoch(str(mallory.tenant_id), ids["conversation"]) is None
    assert call(ids[names], alice.api_key).status_code in {200, 201, 204}


def entry(tenant) -> str:
    """The id of something the tenant's bot may quote."""
    made = KnowledgeEntry(tenant_id=tenant.tenant_id, id=uuid.uuid4(), question="Open?", answer="Yes.")
    with tenant_session(tenant.tenant_id) as session:
        session.add(made)
    return str(made.id)


def taught(tenant) -> dict[str, str]:
    """The ids of an intent of the tenant's own, an example and a version."""
    intent, example, model = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    with tenant_session(tenant.tenant_id) as session:
        session.add(OwnIntent(tenant_id=tenant.tenant_id, id=intent, name="parcel"))
        session.flush()
        session.add(IntentExample(tenant_id=tenant.tenant_id, id=example, intent_id=intent, text="Where is it?"))
        session.add(IntentModel(tenant_id=tenant.tenant_id, id=model, version=1, state="ready", data=b"0"))
    return {"intent": str(intent), "example": str(example), "model": str(model)}


def golden(tenant) -> tuple[str, str]:
    """The ids of a golden question, and of a run that holds a configuration back."""
    question = GoldenQuestion(tenant_id=tenant.tenant_id, id=uuid.uuid4(), question="Open?", expected=["Yes"])
    run = GoldenRun(
        tenant_id=tenant.tenant_id, id=uuid.uuid4(), cause="configuration", state="held", candidate={"tone": "Warm."}
    )
    with tenant_session(tenant.tenant_id) as session:
        session.add_all([question, run])
    return str(question.id), str(run.id)


def unanswered(tenant, turn_id: str) -> str:
    """The id of a question that nobody could answer."""
    made = UnansweredQuestion(
        tenant_id=tenant.tenant_id,
        id=uuid.uuid4(),
        subject="tyre",
        text="Tyres?",
        turn_id=uuid.UUID(turn_id),
        last_at=now(),
    )
    with tenant_session(tenant.tenant_id) as session:
        session.add(made)
    return str(made.id)


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
        "{fd1}:o:",
        "{fd1}:acc:",
        "{fd1}:n:",
        "{fd1}:queues",
        "{fd1}:metrics",
        "{fd1}:procs",
    )
    assert [name for name in keys if str(alice.tenant_id) not in name and not name.startswith(shared)] == []
    assert not any(SESSION in name or "127.0.0.1" in name for name in keys)
