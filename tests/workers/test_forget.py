"""A tenant that is deleted for good leaves Redis too, in steps, and without pulling a message from under a worker."""

from __future__ import annotations

from datetime import timedelta

import pytest

import workers.forget as of_clock
from clients.queue import Dead, Done, Limits
from clients.queue.forgetting import TenantKeys
from models.administration import delete_with_grace, resume
from models.database import tenant_session
from models.tenant import Tenant
from tests.workers.accepting import accepted
from tests.workers.line import Line, Visitor, api_visitor
from workers.broker import queue
from workers.forget import forget_tenants


@pytest.fixture(autouse=True)
def _whole_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a busy machine, and with tenants that other tests deleted."""
    monkeypatch.setattr(of_clock, "WITHIN_S", 60.0)


@pytest.fixture
def visitor(bakery) -> Visitor:
    return api_visitor(bakery)


def traces(tenant_id: str) -> list[str]:
    """Every place in Redis where a tenant's id stands, as key, member or field."""
    redis, found = queue()._redis, []
    for key in redis.scan_iter(count=1000):
        name, kind = key.decode(), redis.type(key).decode()
        inside: object = None
        match kind:
            case "hash":
                inside = redis.hgetall(key)
            case "zset":
                inside = redis.zrange(key, 0, -1)
            case "set":
                inside = redis.smembers(key)
            case "string":
                inside = redis.get(key)
        if tenant_id in name or tenant_id in str(inside):
            found.append(name)
    return found


def busy(line: Line, visitor: Visitor) -> None:
    """All kinds of keys: limits, a bucket, marks, events, an epoch, lanes, a sequence key, delays, a dead letter."""
    tenant_id = visitor.tenant_id
    queue().set_limits(tenant_id, Limits(2.0, 0.001, 5, 3))
    for number in range(4):
        accepted(visitor.message(f"m{number}"), token="wait", dedupe=(f"d{number}",), channel="{fd1}:answers:x")
    line.run(line.fetch("receive"))
    queue().settle(line.process, line.fetch("receive"), Dead("KeyError"), call=line.call())
    queue().enqueue(visitor.message("later"), delay_ms=60_000)
    queue().raise_epoch(tenant_id, str(visitor.conversation_id))
    queue().publish(tenant_id, "turn", "sentence", {"text": "hello"})
    queue().conversation_changed(tenant_id, str(visitor.conversation_id))


def clear(tenant_id: str) -> bool:
    return TenantKeys(queue(), tenant_id).clear(5)


def test_nothing_of_it_is_left_and_nothing_of_others_is_gone(line: Line, visitor: Visitor, mallory):
    other = api_visitor(mallory)
    busy(line, visitor)
    busy(line, other)
    before = set(traces(other.tenant_id)), queue().depth("receive")[other.tenant_id]
    queue()._redis.set(f"{{fd1}}:x:{other.tenant_id}:api:{visitor.tenant_id}", "|")  # an Idempotency-Key somebody chose
    assert len(traces(visitor.tenant_id)) > 10
    assert clear(visitor.tenant_id)
    settled_a_moment_ago = [key for key in traces(visitor.tenant_id) if queue()._redis.type(key) == b"string"]
    last_calls = [key for key in traces(visitor.tenant_id) if key.startswith("{fd1}:c:")]
    assert sorted(traces(visitor.tenant_id)) == sorted(settled_a_moment_ago + last_calls)
    assert before[0] <= set(traces(other.tenant_id))
    assert queue().depth("receive") == {other.tenant_id: before[1]}


def test_a_message_in_flight_is_left_to_whoever_runs_it(line: Line, visitor: Visitor):
    accepted(visitor.message("one"))
    accepted(api_visitor(visitor.tenant).message("two"))
    running = line.fetch("receive")
    assert not clear(visitor.tenant_id)
    assert line.fetch("receive") is None
    settled = queue().settle(line.process, running, Done(), call=line.call())
    assert settled.settled
    assert clear(visitor.tenant_id)
    assert queue().depth("receive") == {}


def test_a_message_that_waits_behind_one_in_flight_is_gone_when_that_ends(line: Line, visitor: Visitor):
    accepted(visitor.message("one"))
    accepted(visitor.message("two"))
    running = line.fetch("receive")
    assert not clear(visitor.tenant_id)
    queue().settle(line.process, running, Done(), call=line.call())
    assert line.fetch("receive") is None


def test_the_clock_clears_redis_before_the_tenants_row_goes(line: Line, visitor: Visitor):
    accepted(visitor.message("one"))
    accepted(visitor.message("two"))
    running = line.fetch("receive")
    delete_with_grace(visitor.tenant.tenant_id, timedelta(0))

    def there() -> bool:
        with tenant_session(visitor.tenant.tenant_id) as session:
            return session.get(Tenant, visitor.tenant.tenant_id) is not None

    forget_tenants()
    assert there()
    queue().settle(line.process, running, Done(), call=line.call())
    forget_tenants()
    assert not there()
    forget_tenants()  # twice changes nothing
    assert of_clock._keys == {}


def test_a_tenant_that_was_resumed_keeps_what_it_has(line: Line, visitor: Visitor):
    queue().set_limits(visitor.tenant_id, Limits(2.0))
    delete_with_grace(visitor.tenant.tenant_id, timedelta(0))
    resume(visitor.tenant.tenant_id)
    forget_tenants()
    assert f"{{fd1}}:cfg:{visitor.tenant_id}" in traces(visitor.tenant_id)


def test_a_pass_that_has_no_time_left_is_gone_on_with(line: Line, visitor: Visitor):
    busy(line, visitor)
    keys = TenantKeys(queue(), visitor.tenant_id)
    assert not keys.clear(0)
    assert keys.clear(5)
    assert keys.clear(5)
