"""The same without pgbouncer, and how many connections each process holds while it works."""

from __future__ import annotations

import uuid

import pytest

from tests.scenarios.business import HOURS
from tests.scenarios.deployment import Mode

pytestmark = pytest.mark.scenario

LIMITS = {"web": (6, 4), "worker": (4 + 8 // 4, 4), "answers": (4 + 32 // 4, 4)}  # Redis, Postgres
CALLERS = 60


@pytest.fixture(scope="module")
def mode() -> Mode:
    return Mode(pooled=False)


def test_a_webhook_is_answered_without_a_pooler(shop):
    chat = shop.visitor_writes(HOURS)
    shop.ended(chat)
    assert len(shop.said(chat)) == 1


def test_no_process_holds_more_connections_than_promised(shop, meanwhile):
    deployment = shop.deployment
    ports = (deployment.valkey.port, deployment.postgres.port)
    most = dict.fromkeys(LIMITS, (0, 0))
    calls = [meanwhile(shop.ask, uuid.uuid4().hex) for _ in range(CALLERS)]
    while not all(call.done() for call in calls):
        for name in LIMITS:
            held = tuple(deployment.programs[name].connections_to(port) for port in ports)
            most[name] = (max(most[name][0], held[0]), max(most[name][1], held[1]))
    assert {call.result().status_code for call in calls} == {200}
    memory = {
        name: round(sum(each.memory_info().rss for each in deployment.programs[name].group()) / 2**20)
        for name in LIMITS
    }
    print(f"connections held at most (Redis, Postgres): {most}; resident memory in MiB: {memory}")
    for name, (redis_limit, postgres_limit) in LIMITS.items():
        assert 0 < most[name][0] <= redis_limit, (name, most)
        assert 0 < most[name][1] <= postgres_limit, (name, most)
