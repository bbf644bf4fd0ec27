"""The queue gets limits back that it lost: of every tenant, whether or not anybody calls for it."""

from __future__ import annotations

from typing import Any

import pytest

from clients.queue import PREFIX, Limits
from clients.queue.survey import stale_limits
from models.administration import change_tenant
from workers.broker import queue
from workers.limits import republish_limits


def known(tenant: Any) -> dict[bytes, bytes]:
    return queue()._redis.hgetall(f"{PREFIX}cfg:{tenant.tenant_id}")


@pytest.fixture(autouse=True)
def _told(stores) -> None:
    """Other tests' tenants are told of."""
    queue()._redis.flushdb()
    republish_limits()


def test_a_tenants_limits_come_back_after_redis_lost_everything(alice, mallory):
    change_tenant(alice.tenant_id, {"weight": 3.5, "rate_per_s": 0.25, "burst": 4, "concurrency": 2})
    assert republish_limits() == 1
    queue()._redis.flushdb()
    assert republish_limits() >= 1
    assert known(alice) == {b"weight": b"3.5", b"rate": b"0.25", b"burst": b"4", b"cap": b"2"}
    assert known(mallory) == {}  # the defaults need not be told


def test_a_change_that_redis_did_not_hear_of_is_told_later(alice):
    change_tenant(alice.tenant_id, {"concurrency": 1})
    republish_limits()
    change_tenant(alice.tenant_id, {"concurrency": None})
    assert republish_limits() == 1
    assert known(alice)[b"cap"] == b""


def test_second_run_changes_nothing(alice):
    change_tenant(alice.tenant_id, {"weight": 2})
    assert republish_limits() == 1
    assert republish_limits() == 0


def test_what_the_release_before_stored_is_understood(alice):
    """It knew no cap."""
    tenant = str(alice.tenant_id)
    queue()._redis.hset(f"{PREFIX}cfg:{tenant}", mapping={"weight": "1", "rate": "20", "burst": "100"})
    assert stale_limits(queue(), {tenant: Limits()}) == []
    assert stale_limits(queue(), {tenant: Limits(concurrency=1)}) == [tenant]
