"""Budgets: of a plan, of one tenant instead, by API and command."""

from __future__ import annotations

import uuid

import manage
from tests.dashboard.test_admin import address
from tests.dashboard.test_plans import PLANS, put
from tests.workers.money import account

NONE = {"budget_day_micro": None, "budget_month_micro": None, "cheaper_model": None, "currency": "USD"}


def test_a_new_tenant_has_no_cap(http, operator, alice):
    view = http.get(address(alice), headers=operator).json()
    assert view["budget"] == NONE
    assert not account(alice).allowance.capped


def test_a_plans_budget_holds_unless_the_tenant_has_its_own(http, operator, alice):
    name = f"plan-{uuid.uuid4().hex[:8]}"
    body = {"id": name, "budget_day_micro": 500_000, "cheaper_model": "gpt-6-luna"}
    made = http.post(PLANS, json=body, headers=operator)
    assert made.status_code == 201, made.text
    assert made.json()["budget_day_micro"] == 500_000
    view = put(http, operator, alice, plan=name, budget_month_micro=2_000_000)
    assert view["budget"] == NONE | {
        "budget_day_micro": 500_000,
        "budget_month_micro": 2_000_000,
        "cheaper_model": "gpt-6-luna",
    }
    assert view["budget_of_plan"] == ["budget_day_micro", "cheaper_model"]
    assert put(http, operator, alice, budget_day_micro=7)["budget"]["budget_day_micro"] == 7
    http.patch(f"{PLANS}/{name}", json={"budget_day_micro": 1}, headers=operator)
    assert account(alice).allowance.day_micro == 7
    put(http, operator, alice, budget_day_micro=None)
    assert account(alice).allowance.day_micro == 1


def test_a_budget_below_nothing_is_refused(http, operator, alice):
    answer = http.patch(address(alice), json={"budget_day_micro": -1}, headers=operator)
    assert answer.status_code == 422
    assert "budget_day_micro" in answer.json()["detail"]


def test_the_command_sets_and_shows_it(stores, alice, capsys):
    assert manage.main(["budget", "set", "--tenant", str(alice.tenant_id), "--day", "1.50", "--month", "20"]) == 0
    assert account(alice).allowance.day_micro == 1_500_000
    manage.main(["budget", "set", "--tenant", str(alice.tenant_id), "--day", "none"])
    assert account(alice).allowance.day_micro is None
    manage.main(["budget", "show", "--tenant", str(alice.tenant_id)])
    assert "0.000000 USD spent, of 20.000000" in capsys.readouterr().out
