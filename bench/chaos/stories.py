"""Labelled runs beside the seeds: a channel that stores later than `settle`, a deploy under load, budgets nearly empty."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from bench.chaos import words
from bench.chaos.facts import Facts
from bench.chaos.plan import SEND_TIMEOUT_S, SETTLE_S, TIME_SCALE, Action, Plan
from bench.chaos.verdict import Verdict

# A post is made at most 10 s before its deadline, and repeated `settle` after that: stored later still, it is there twice.
LATE_S = 10.0 + SETTLE_S / TIME_SCALE + 3.0
LATE_TENANTS, PROMPT_TENANTS = 3, 3

CALM_S, DEPLOY_STORM_S = 20.0, 65.0
WARM_S = 5.0  # the first messages of fresh processes are no measure
LEAVING_S = 5.0  # those told to stop last are still at work
DEPLOY_TENANTS, DEPLOY_RATE = 8, 5.0
MAY_GROW_S = 1.0

BUDGET_STORM_S = 14.0
BUDGETS = (60_000, 150_000)  # micro-units: some ten and some thirty calls of at most 6,000
TURNS = 200  # at once, of those who have one; as many threads wait for the model
UNBOUNDED_TURNS = 20  # of a business without
WASTED = 0.25  # of a budget: so much at least has to be billed, or the run shows nothing


def late_plan(seed: int = 1) -> Plan:
    """Six visitors; to three of them the channel stores the reply when nobody counts on it any more."""
    chance = random.Random(seed)
    tenants = LATE_TENANTS + PROMPT_TENANTS
    assert LATE_S > SEND_TIMEOUT_S + SETTLE_S / TIME_SCALE
    load = tuple(_say(chance, 1.0, number, number) for number in range(tenants))
    given = {"fault": "store_late", "delay_ms": int(LATE_S * 1000)}
    trouble = tuple(Action(0.1, "fault", {**given, "tenant": number}) for number in range(LATE_TENANTS))
    return Plan(seed, TIME_SCALE, 4.0, tuple(words.word(chance) for _ in range(tenants)), load, trouble)


def late_as_named(verdict: Verdict) -> str:
    """What is wrong with the labelled run; empty when it shows exactly the duplicates that the exception names."""
    if verdict.violations:
        return "; ".join(map(str, verdict.violations))
    if verdict.late_duplicates != LATE_TENANTS:
        return f"{verdict.late_duplicates} late duplicates instead of {LATE_TENANTS}"
    return ""


def deploy_plan(seed: int = 1) -> Plan:
    """An even load, and after a while a new release in the place of each process."""
    chance = random.Random(seed)
    numbers = range(int(DEPLOY_RATE * DEPLOY_STORM_S))
    load = [_say(chance, number / DEPLOY_RATE, number, number % DEPLOY_TENANTS) for number in numbers]
    named = tuple(words.word(chance) for _ in range(DEPLOY_TENANTS))
    return Plan(seed, TIME_SCALE, DEPLOY_STORM_S, named, tuple(load), (Action(CALM_S, "deploy", {}),))


def _say(chance: random.Random, at_s: float, chat: int, tenant: int) -> Action:
    named = words.reference(chance)
    text = f"Where is your parking? My case is {named}."
    return Action(at_s, "say", {"chat": chat, "tenant": tenant, "reference": named, "text": text})


def budget_plan(seed: int = 1) -> Plan:
    """Two hundred callers at once, and budgets for a few of them; calls lose their processes, Redis its memory."""
    chance = random.Random(seed)
    texts = (
        "Where is your parking? My case is {}.",
        "And {} too, what do you think",
    )  # the model is asked once, or twice
    load = []
    for number in range(TURNS + UNBOUNDED_TURNS):
        tenant = len(BUDGETS) if number >= TURNS else number % len(BUDGETS)
        named, at_s = (
            words.reference(chance),
            chance.uniform(0.5, 1.5) if number < TURNS * 3 // 4 else chance.uniform(5, 11),
        )
        asked = {"session": number, "tenant": tenant, "mode": chance.choice(("json", "stream", "later"))}
        load.append(Action(at_s, "ask", asked | {"reference": named, "text": chance.choice(texts).format(named)}))
    kill = {"whole": False, "go_s": 0.0}
    trouble = (
        Action(1.6, "kill", {"stage": "answer", "side": "model after", **kill}),
        Action(2.2, "redis", {"how": "forget budgets"}),
        Action(2.6, "kill", {"stage": "any", "side": "answers", **kill, "whole": True}),
        Action(3.2, "redis", {"how": "cut"}),
        Action(5.5, "kill", {"stage": "any", "side": "worker", **kill}),
        Action(6.5, "redis", {"how": "fail over"}),
        Action(8.5, "redis", {"how": "forget budgets"}),
        Action(9.0, "kill", {"stage": "any", "side": "answers", **kill}),
    )
    named_ = tuple(words.word(chance) for _ in range(len(BUDGETS) + 1))
    in_order = tuple(sorted(load, key=lambda action: action.at_s))
    return Plan(seed, TIME_SCALE, BUDGET_STORM_S, named_, in_order, trouble, BUDGETS, answer_threads=TURNS // 2)


def budget_as_promised(facts: Facts, verdict: Verdict) -> str:
    """What is wrong with it; empty when no bill exceeds its cap, budgets were used, and replies did step down."""
    wrong = [str(each) for each in verdict.violations]
    wrong += [
        f"{each.tenant}: only {each.billed:.0f} of {each.cap} were billed"
        for each in facts.money
        if each.cap is not None and each.billed < WASTED * each.cap
    ]
    if not {"model", "contact"} <= set(facts.steps):
        wrong.append(f"replies came about as {facts.steps}")
    return "; ".join(wrong)


@dataclass(frozen=True)
class Deployed:
    """What a deploy did to the tenants."""

    grew_s: float  # of the tenant that felt it most: worst start delay during the deploy over worst before
    worst_calm_s: float
    worst_deploy_s: float
    took_s: float
    spent: int  # attempts


def deployed(facts: Facts, from_s: float, until_s: float, spent: int) -> Deployed:
    """Start delay: from the message in the channel to the first call of the model for it."""
    calm: dict[str, float] = defaultdict(float)
    during: dict[str, float] = defaultdict(float)
    for asked in facts.asked:
        started_s = facts.started.get(asked.reference)
        waited_s = (started_s or until_s + MAY_GROW_S) - asked.at_s
        if from_s - CALM_S + WARM_S < asked.at_s < from_s - MAY_GROW_S:
            calm[asked.tenant] = max(calm[asked.tenant], waited_s)
        elif from_s <= asked.at_s < until_s + LEAVING_S:
            during[asked.tenant] = max(during[asked.tenant], waited_s)
    grew_s = max(during[tenant] - calm[tenant] for tenant in during)
    return Deployed(grew_s, max(calm.values()), max(during.values()), until_s - from_s, spent)


def deploy_as_promised(result: Deployed, verdict: Verdict) -> str:
    """What is wrong with it; empty when no tenant's start delay grew by more than a second and no attempt was spent."""
    wrong = [str(each) for each in verdict.violations]
    if result.grew_s > MAY_GROW_S:
        wrong.append(f"a tenant's start delay grew by {result.grew_s:.2f} s")
    if result.spent:
        wrong.append(f"{result.spent} attempts were spent")
    return "; ".join(wrong)
