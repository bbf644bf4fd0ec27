"""Plans and limits: what is sold, what one tenant has instead, and that a change holds at once, everywhere."""

from __future__ import annotations

import time
import uuid

import pytest

from clients.queue import PREFIX
from models.plan import EffectiveLimits
from models.tenant import create_tenant
from tests.dashboard.test_admin import TENANTS, address, say
from tests.ingress.conftest import key

PLANS = "/api/v1/admin/plans"
DEFAULT = {"weight": 1.0, "rate_per_s": 20.0, "burst": 100, "concurrency": None}


@pytest.fixture
def plan(http, operator) -> str:
    """A plan of this test's own."""
    name = f"plan-{uuid.uuid4().hex[:8]}"
    body = {"id": name, "weight": 4, "rate_per_s": 2, "burst": 8, "concurrency": 3}
    assert http.post(PLANS, json=body, headers=operator).status_code == 201
    return name


def put(http, operator, tenant, **values):
    answer = http.patch(address(tenant), json=values, headers=operator)
    assert answer.status_code == 200, answer.text
    return answer.json()


def known(workers, tenant) -> dict[str, str]:
    """What the queue goes by."""
    found = workers.redis.hgetall(f"{PREFIX}cfg:{tenant.tenant_id}")
    return {name.decode(): value.decode() for name, value in found.items()}


def test_a_new_tenant_has_the_default_plan(http, operator, alice):
    view = http.get(address(alice), headers=operator).json()
    assert (view["plan"], view["limits"]) == ("default", DEFAULT)
    assert view["limits_of_plan"] == list(DEFAULT)


def test_a_limit_of_its_own_replaces_the_plans_until_it_is_null(http, workers, operator, alice):
    view = put(http, operator, alice, weight=3, concurrency=2)
    assert view["limits"] == {**DEFAULT, "weight": 3.0, "concurrency": 2}
    assert (view["weight"], view["burst"]) == (3.0, 100)  # where earlier releases showed them
    assert view["limits_of_plan"] == ["rate_per_s", "burst"]
    assert known(workers, alice) == {"weight": "3.0", "rate": "20.0", "burst": "100", "cap": "2"}
    view = put(http, operator, alice, weight=None, concurrency=None)
    assert (view["limits"], view["limits_of_plan"]) == (DEFAULT, list(DEFAULT))
    assert known(workers, alice) == {"weight": "1.0", "rate": "20.0", "burst": "100", "cap": ""}


def test_another_plan_brings_its_limits_and_leaves_what_is_the_tenants_own(http, workers, operator, alice, plan):
    put(http, operator, alice, burst=5)
    view = put(http, operator, alice, plan=plan)
    assert view["limits"] == {"weight": 4.0, "rate_per_s": 2.0, "burst": 5, "concurrency": 3}
    assert known(workers, alice) == {"weight": "4.0", "rate": "2.0", "burst": "5", "cap": "3"}
    assert put(http, operator, alice, plan="default")["limits"] == {**DEFAULT, "burst": 5}


def test_a_changed_plan_reaches_all_its_tenants_and_nobody_else(http, workers, operator, alice, mallory, plan):
    bob = create_tenant("Bob's")
    for tenant in (alice, bob):
        put(http, operator, tenant, plan=plan)
    put(http, operator, bob, burst=2)
    put(http, operator, mallory, weight=1)
    answer = http.patch(f"{PLANS}/{plan}", json={"weight": 9, "burst": 50, "concurrency": None}, headers=operator)
    assert (answer.status_code, answer.json()["tenants"]) == (200, 2)
    assert answer.json()["told_ms"] < 1000
    assert known(workers, alice) == {"weight": "9.0", "rate": "2.0", "burst": "50", "cap": ""}
    assert known(workers, bob)["burst"] == "2"
    assert known(workers, mallory)["weight"] == "1.0"
    assert http.get(address(bob), headers=operator).json()["limits"]["weight"] == 9.0


def test_a_changed_plan_holds_within_a_second_for_who_is_known_already(http, workers, operator, alice, plan):
    """The public credential's share is reckoned from what the process remembers of the tenant."""
    put(http, operator, alice, plan=plan)

    def accepted() -> int:
        body = {"session_id": uuid.uuid4().hex, "message": "Hello?"}
        headers = key(alice.account_token, Prefer="respond-async")
        return http.post("/api/v1/chat", json=body, headers=headers).status_code

    assert accepted() == 202
    http.patch(f"{PLANS}/{plan}", json={"rate_per_s": 0.01, "burst": 1}, headers=operator)
    workers.redis.delete(f"{PREFIX}b:{alice.tenant_id}", f"{PREFIX}b:{alice.tenant_id}:public")
    until = time.monotonic() + 1
    seen = [accepted() for _ in range(2)]
    while 429 not in seen and time.monotonic() < until:
        seen.append(accepted())
    assert seen[-1] == 429


def test_the_plans_are_listed_with_how_many_have_them(http, operator, alice, plan):
    put(http, operator, alice, plan=plan)
    found = {each["id"]: each for each in http.get(PLANS, headers=operator).json()["plans"]}
    assert {name: found["default"][name] for name in DEFAULT} == DEFAULT
    assert found["default"]["tenants"] >= 0
    assert (found[plan]["tenants"], found[plan]["concurrency"]) == (1, 3)
    assert found[plan]["created_at"].endswith("+00:00")


def test_a_plan_of_that_id_is_made_once(http, operator, plan):
    answer = http.post(PLANS, json={"id": plan, "weight": 1}, headers=operator)
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    found = {each["id"]: each for each in http.get(PLANS, headers=operator).json()["plans"]}
    assert found[plan]["weight"] == 4.0


@pytest.mark.parametrize(
    "body",
    [
        {"weight": None},
        {"weight": 0},
        {"rate_per_s": 0},
        {"burst": 0},
        {"burst": "1"},
        {"concurrency": 0},
        {"created_at": "2026-01-01"},
    ],
)
def test_a_wrong_field_of_a_plan_is_named_and_changes_nothing(http, operator, plan, body):
    before = http.get(PLANS, headers=operator).json()
    changed = http.patch(f"{PLANS}/{plan}", json=body, headers=operator)
    made = http.post(PLANS, json={"id": "another", **body}, headers=operator)
    for answer in (changed, made):
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
        assert next(iter(body)) in answer.json()["detail"]
    assert http.get(PLANS, headers=operator).json() == before


@pytest.mark.parametrize("name", ["", "A", "-x", "a b", "x" * 41, "é", None, 5])
def test_a_plans_id_is_a_short_word(http, operator, name):
    answer = http.post(PLANS, json={"id": name}, headers=operator)
    assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (422, "id")


def test_an_unknown_plan_is_not_found(http, operator):
    for name in ("nobody-sells-this", "x" * 500, "%00"):
        answer = http.patch(f"{PLANS}/{name}", json={"weight": 1}, headers=operator)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_plans_are_for_operators_alone(http, operator, owner, alice, mallory, plan):
    before = http.get(PLANS, headers=operator).json()
    for headers in ({}, owner, key(alice.api_key), key(mallory.api_key)):
        for method, path in (("GET", PLANS), ("POST", PLANS), ("PATCH", f"{PLANS}/{plan}")):
            answer = http.request(method, path, json={"id": "free", "weight": 1000}, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert http.get(PLANS, headers=operator).json() == before


def test_the_seeded_plan_is_what_the_queue_takes_for_a_tenant_it_knows_nothing_of():
    from dataclasses import asdict

    from clients.queue import Limits

    assert asdict(Limits()) == EffectiveLimits(**DEFAULT).as_json() == DEFAULT


def test_an_unknown_plan_of_a_tenant_is_refused_and_nothing_else_changes(http, operator, alice):
    answer = http.patch(address(alice), json={"name": "Changed", "plan": "free-lunch"}, headers=operator)
    assert (answer.status_code, answer.json()["detail"]) == (422, "plan: there is none by that id.")
    assert http.get(address(alice), headers=operator).json()["name"] == "Alice's Bakery"


def test_a_tenant_that_was_deleted_takes_its_limits_along(http, workers, operator, alice, forget_tenants):
    put(http, operator, alice, weight=2)
    assert say(http, alice) == 202
    http.delete(f"{address(alice)}?grace_days=0", headers=operator)
    forget_tenants()
    assert http.get(f"{TENANTS}/{alice.tenant_id}", headers=operator).status_code == 404
