"""/metrics tells how full and how old each queue is, and what the clock measured, once for the whole deployment."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from clients.queue.measured import KEY, note
from config import metrics
from tests.ingress.conftest import key, words


def of_all(http) -> dict[tuple[str, str], float]:
    """(name, queue) → value of what is not a process's."""
    text = http.get("/metrics").text
    return {
        (sample.name.removeprefix("frontdesk_"), sample.labels.get("queue", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.labels.get("process") == metrics.ALL
    }


def say(http, tenant) -> None:
    http.post("/api/v1/chat", json=words(), headers=key(tenant.api_key, Prefer="respond-async"))


def test_a_queue_is_shown_as_it_is_now(http, workers, alice, mallory):
    assert of_all(http)["queue_messages", "receive"] == 0
    for tenant in (alice, alice, mallory):
        say(http, tenant)
    workers.queue.fetch("test", ["receive"], 1, call="9:1")
    seen = of_all(http)
    assert (seen["queue_messages", "receive"], seen["queue_running_messages", "receive"]) == (3, 1)
    assert seen["queue_ready_tenants", "receive"] <= seen["queue_waiting_tenants", "receive"] <= 2
    assert 0 < seen["queue_oldest_seconds", "receive"] < 5
    assert {name for _, name in seen} >= {"receive", "turn", "lead", "notice", "reconcile", "knowledge", "answer"}
    assert str(alice.tenant_id) not in http.get("/metrics").text


def test_what_a_clock_measured_is_shown_and_what_none_has_is_not(http, workers):
    assert ("turns_unended", "") not in of_all(http)
    note(workers.queue, {"turns_unended": 2, "dead_letters|answer": 1, "of_a_newer_release": 9})
    seen = of_all(http)
    assert (seen["turns_unended", ""], seen["dead_letters", "answer"]) == (2, 1)
    assert "of_a_newer_release" not in http.get("/metrics").text
    note(workers.queue, {"turns_unended": 0})  # another clock's
    assert of_all(http)["turns_unended", ""] == 0


def test_what_was_measured_long_ago_is_not_known_any_more(http, workers):
    workers.redis.hset(KEY, "turns_unended", "3@1000000000")
    assert ("turns_unended", "") not in of_all(http)


def test_without_redis_the_rest_is_still_shown(serve):
    answer = serve(REDIS_URL="redis://127.0.0.1:1/0").get("/metrics")
    assert answer.status_code == 200
    assert "frontdesk_accept_seconds" in answer.text
    assert "frontdesk_queue_messages" not in answer.text


@pytest.mark.parametrize("name", metrics.OF_ALL)
def test_each_says_what_it_is(name):
    for values in ({name: 1.0}, {f"{name}|receive": 1.0}):
        text = metrics.samples_of_all(values)
        assert f"# HELP frontdesk_{name} {metrics.OF_ALL[name]}" in text
