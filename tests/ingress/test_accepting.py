"""ACCEPT=durable over HTTP: the row stands before the answer, and without Postgres nothing is accepted."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.database import tenant_session
from models.webhook_event import WebhookEvent
from tests.ingress.conftest import key, words
from tests.ingress.test_faults import postgres_away  # noqa: F401  # a fixture
from tests.ingress.test_papercups import hook, message


def events(tenant) -> list[WebhookEvent]:
    with tenant_session(tenant.tenant_id) as session:
        return list(session.scalars(select(WebhookEvent)))


@pytest.fixture
def durable(serve, workers):
    return serve(ACCEPT="durable")


def say(http, tenant, **headers: str):
    return http.post("/api/v1/chat", json=words(), headers=key(tenant.api_key, Prefer="respond-async", **headers))


def test_what_was_accepted_stands_in_postgres_under_its_queue_messages_name(durable, workers, alice):
    assert say(durable, alice).status_code == 202
    assert durable.post(hook(alice), json=message(alice)).status_code == 202
    stored = {event.payload["conversation_id"]: event for event in events(alice)}
    for received in (workers.take(), workers.take()):
        assert received.job.durable
        event = stored.pop(received.job.conversation_id)
        assert (event.payload, event.request_id) == (received.job.arguments(), received.request_id)
    assert stored == {}


def test_a_repeat_is_a_repeat_and_leaves_no_second_row(durable, alice):
    body = message(alice)
    statuses = [durable.post(hook(alice), json=body).json()["status"] for _ in range(3)]
    assert statuses == ["accepted", "duplicate", "duplicate"]
    answers = [say(durable, alice, **{"Idempotency-Key": "k"}).json()["turn_id"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(events(alice)) == 2


def test_without_postgres_nothing_is_accepted_but_a_take_over_is_known(durable, workers, alice, postgres_away):  # noqa: F811
    assert say(durable, alice).status_code == 202  # who calls is known from here on
    assert durable.post(hook(alice), json=message(alice)).status_code == 202
    for _ in range(2):
        workers.take()
    with postgres_away():
        answer = say(durable, alice)
        assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
        assert durable.post(hook(alice), json=message(alice)).status_code == 503
        assert workers.nothing()
        sign = message(alice, user_id=7, customer_id=None, conversation_id="another", customer=None)
        assert durable.post(hook(alice), json=sign).status_code == 503
        taken = workers.take().job
        assert (taken.kind, taken.durable) == ("human", False)
    assert say(durable, alice).status_code == 202


def test_without_redis_nothing_is_accepted_and_nothing_is_left_to_be_accepted_later(
    durable, workers, alice, monkeypatch
):
    assert say(durable, alice).status_code == 202
    before = len(events(alice))
    monkeypatch.setattr("clients.queue.pipe.SOCKET_TIMEOUT_S", 0.2)  # a silence that ends only below
    workers.redis.execute_command("CLIENT", "PAUSE", 20_000, "WRITE")
    try:
        assert say(durable, alice).status_code == 503
    finally:
        workers.redis.execute_command("CLIENT", "UNPAUSE")
    assert len(events(alice)) == before


def test_fast_writes_no_row(http, workers, alice):
    assert say(http, alice).status_code == 202
    assert not workers.take().job.durable
    assert events(alice) == []


def test_another_word_is_refused(monkeypatch):
    from config.settings import SettingsError, settings

    monkeypatch.setenv("ACCEPT", "sometimes")
    settings.cache_clear()
    try:
        with pytest.raises(SettingsError, match="ACCEPT"):
            settings()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
