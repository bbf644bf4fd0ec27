"""How the labelled runs of `make chaos` are judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.chaos.facts import Asked, Facts, Money
from bench.chaos.stories import (
    BUDGETS,
    LATE_S,
    LATE_TENANTS,
    budget_as_promised,
    budget_plan,
    deploy_as_promised,
    deployed,
    late_as_named,
    late_plan,
)
from bench.chaos.verdict import SEND_TIMEOUT_S, SETTLE_S, Verdict, Violation

ALICE, BOB = "tenant-alice", "tenant-bob"


def test_late_is_later_than_settle_after_our_time_out():
    assert SEND_TIMEOUT_S + SETTLE_S / late_plan().time_scale < LATE_S


def test_the_late_run_must_show_exactly_its_duplicates():
    assert late_as_named(Verdict(late_duplicates=LATE_TENANTS)) == ""
    assert late_as_named(Verdict(late_duplicates=LATE_TENANTS - 1))
    assert late_as_named(Verdict(late_duplicates=LATE_TENANTS + 1))
    assert late_as_named(Verdict([Violation("lost", "something")], late_duplicates=LATE_TENANTS))


@pytest.fixture
def facts() -> Facts:
    """Two tenants who write each second for 40 s, started after 0.5 s; a deploy takes from 20 to 30."""
    facts = Facts({})
    for second in range(40):
        for tenant in (ALICE, BOB):
            reference = f"{tenant}-{second}"
            facts.asked.append(Asked(reference, tenant, tenant, channel=True, at_s=float(second), accepted=True))
            facts.started[reference] = second + 0.5
    return facts


def test_a_deploy_that_nobody_feels_is_as_promised(facts):
    result = deployed(facts, 20.0, 30.0, spent=0)
    assert (result.grew_s, result.worst_calm_s, result.worst_deploy_s) == (0.0, 0.5, 0.5)
    assert deploy_as_promised(result, Verdict()) == ""


def test_one_tenant_who_waits_a_second_longer_is_enough(facts):
    facts.started[f"{BOB}-25"] = 25 + 1.6
    result = deployed(facts, 20.0, 30.0, spent=0)
    assert result.grew_s == pytest.approx(1.1)
    assert deploy_as_promised(result, Verdict())


def test_a_message_that_never_started_counts_as_waiting(facts):
    del facts.started[f"{BOB}-25"]
    assert deployed(facts, 20.0, 30.0, spent=0).grew_s > 1.0


def test_a_spent_attempt_or_a_violation_is_no_promise_kept(facts):
    result = deployed(facts, 20.0, 30.0, spent=0)
    assert deploy_as_promised(replace(result, spent=1), Verdict())
    assert deploy_as_promised(result, Verdict([Violation("lost", "something")]))


def test_the_budget_run_must_use_its_budgets_and_step_down():
    used = [Money(ALICE, 100, 80.0, 90, 0), Money(BOB, None, 500.0, 500, 0)]
    steps = {"model": 3, "contact": 2}
    assert budget_as_promised(Facts({}, money=used, steps=steps), Verdict()) == ""
    assert budget_as_promised(Facts({}, money=[replace(used[0], billed=10.0)], steps=steps), Verdict())
    assert budget_as_promised(Facts({}, money=used, steps={"model": 5}), Verdict())
    assert budget_as_promised(Facts({}, money=used, steps=steps), Verdict([Violation("over budget", "Alice")]))


def test_the_budget_run_asks_two_hundred_times_at_once_and_more_than_budgets_allow():
    plan = budget_plan()
    bounded = [action for action in plan.load if action.args["tenant"] < len(BUDGETS)]
    assert len(bounded) == 200
    assert {action.args["how"] for action in plan.trouble if action.kind == "redis"} == {
        "forget budgets",
        "cut",
        "fail over",
    }
    assert any(action.kind == "kill" and action.args["side"] == "answers" for action in plan.trouble)
