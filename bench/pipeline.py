"""(e) A turn through the whole deployment: what lies between a webhook and its reply that is not the model.

All instants are the Papercups double's: from the moment it sends the webhook to the moment it has stored the reply, so
the way into `web` is part of the number. Visitors come evenly; nobody waits for anybody.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from bench.deployment import BenchTenant, Deployment, running
from bench.first_sentence import first_sentences
from bench.maths import quantile
from bench.model_server import model_server
from bench.report import Bound, Figure, Part, Progress, alone, at_most
from bench.stages import stages

TENANTS = 100
RATE_PER_S = 20.0
SECONDS = 10.0  # of one round
QUESTION = "What is the secret word today?"  # an answer to what depends on the day is never kept for the next who asks
SENDERS = 8
PATIENCE_S = 60.0
WARM_UP_S = 4.0
BURST = 5  # conversations of each tenant


@dataclass
class Round:
    """What was seen. Lost: no reply; doubled: more than one; mixed up: another tenant's word."""

    turns: int
    waited_ms: list[float]  # from the webhook to the reply
    whole_ms: list[float]  # from the visitor's message to the reply: the double's own work is in it
    per_s: float
    cpu_ms: dict[str, float] = field(default_factory=dict)  # per turn, by process
    wrong: list[str] = field(default_factory=list)


def measure(progress: Progress, rounds: int) -> list[Part]:
    """Quoting its entries, so that there is no model at all; then with a model that answers at once."""
    with running() as deployment:
        progress(f"making {TENANTS} tenants")
        tenants = deployment.make_tenants(TENANTS)
        steady(deployment, tenants, WARM_UP_S)
        quiet = []
        for number in range(rounds):
            progress(f"steady, round {number + 1} of {rounds}")
            quiet.append(steady(deployment, tenants, SECONDS))
        progress(f"{TENANTS} tenants x {BURST} conversations at once")
        crowded = burst(deployment, tenants, BURST)
    with ExitStack() as stack:
        url = stack.enter_context(model_server())
        deployment = stack.enter_context(running(OPENAI_BASE_URL=url, OPENAI_API_KEY="bench"))
        tenants = deployment.make_tenants(TENANTS)
        steady(deployment, tenants, WARM_UP_S)
        progress("with a model that answers at once")
        asked = steady(deployment, tenants, SECONDS * 2)
        progress("first streamed sentence")
        first_ms = first_sentences(deployment, tenants, RATE_PER_S, SECONDS * 2)
    progress("the stages, one turn at a time")
    each = stages()
    figures = [
        *_quantiles(
            "webhook to reply, no model", quiet, {0.5: at_most(40, "ms"), 0.95: None, 0.99: at_most(200, "ms")}
        ),
        *_quantiles("with an instant model", [asked], {0.5: None, 0.99: None}),
        _figure("first streamed sentence, p50", quantile(first_ms, 0.5), "ms"),
        _figure("first streamed sentence, p95", quantile(first_ms, 0.95), "ms", at_most(500, "ms")),
        _figure("burst of 500: turns a second", crowded.per_s, "1/s"),
        *_processor_time(quiet),
        *each,
    ]
    wrong = [word for one in (*quiet, crowded, asked) for word in one.wrong]
    details = {"steady": [vars(one) for one in quiet], "burst": vars(crowded), "instant_model": vars(asked)}
    title = f"Pipeline: {TENANTS} tenants, {RATE_PER_S:g} turns/s, wait 0"
    return [Part("e", title, tuple(figures), (), details, tuple(wrong))]


def steady(deployment: Deployment, tenants: Sequence[BenchTenant], seconds: float) -> Round:
    """One new conversation after another, evenly, round the tenants."""
    conversations: dict[str, BenchTenant] = {}
    before, start = deployment.cpu_s(), time.monotonic()
    with ThreadPoolExecutor(SENDERS) as senders:
        for number in range(int(RATE_PER_S * seconds)):
            time.sleep(max(0.0, start + number / RATE_PER_S - time.monotonic()))
            senders.submit(_ask, deployment, tenants[number % len(tenants)], conversations)
    found = _judged(deployment, conversations)
    after = deployment.cpu_s()
    found.cpu_ms = {name: (after[name] - before[name]) / found.turns * 1000 for name in after}
    return found


def burst(deployment: Deployment, tenants: Sequence[BenchTenant], each: int) -> Round:
    """`each` conversations of every tenant as fast as the double takes them."""
    conversations: dict[str, BenchTenant] = {}
    with ThreadPoolExecutor(SENDERS) as senders:
        for tenant in list(tenants) * each:
            senders.submit(_ask, deployment, tenant, conversations)
    return _judged(deployment, conversations)


def _ask(deployment: Deployment, tenant: BenchTenant, conversations: dict[str, BenchTenant]) -> None:
    said = deployment.double.say(account_id=tenant.account_id, body=QUESTION)
    conversations[said["conversation_id"]] = tenant


def _judged(deployment: Deployment, conversations: dict[str, BenchTenant]) -> Round:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        journal = deployment.double.journal()
        messages = [each for each in journal["messages"] if each["conversation_id"] in conversations]
        replies = [message for message in messages if message["who"] == "bot"]
        if len({reply["conversation_id"] for reply in replies}) == len(conversations) or time.monotonic() > deadline:
            break
        time.sleep(1.0)
    asked = {each["conversation_id"]: each["at_ms"] for each in messages if each["who"] == "customer"}
    sent = {
        each["body"]["payload"]["conversation_id"]: each["at_ms"]
        for each in journal["webhooks"]
        if each["event"] == "message:created" and each["body"]["payload"].get("conversation_id") in conversations
    }
    span_s = (max(reply["at_ms"] for reply in replies) - min(asked.values())) / 1000
    return Round(
        turns=len(conversations),
        waited_ms=sorted(reply["at_ms"] - sent[reply["conversation_id"]] for reply in replies),
        whole_ms=sorted(reply["at_ms"] - asked[reply["conversation_id"]] for reply in replies),
        per_s=len(replies) / span_s,
        wrong=_wrong(conversations, replies),
    )


def _wrong(conversations: dict[str, BenchTenant], replies: Sequence[dict[str, Any]]) -> list[str]:
    counts = Counter(reply["conversation_id"] for reply in replies)
    seen = {
        "lost": len(conversations) - len(counts),
        "doubled": sum(1 for count in counts.values() if count > 1),
        "mixed up": sum(1 for reply in replies if conversations[reply["conversation_id"]].word not in reply["body"]),
    }
    return [f"{count} {name}" for name, count in seen.items() if count]


def _quantiles(name: str, rounds: Sequence[Round], wanted: dict[float, Bound | None]) -> list[Figure]:
    """Medians of the rounds' quantiles."""
    return [
        alone(f"{name}, p{share * 100:g}", [quantile(one.waited_ms, share) for one in rounds], "ms", bound)
        for share, bound in wanted.items()
    ]


def _processor_time(rounds: Sequence[Round]) -> list[Figure]:
    """Of each process, idle work included."""
    names = rounds[0].cpu_ms
    return [
        alone("processor time of a turn", [sum(one.cpu_ms.values()) for one in rounds], "ms"),
        *(alone(f"  {name}", [one.cpu_ms[name] for one in rounds], "ms") for name in names),
    ]


def _figure(name: str, value: float, unit: str, bound: Bound | None = None) -> Figure:
    return alone(name, [value], unit, bound)
