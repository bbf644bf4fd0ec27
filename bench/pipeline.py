"""Visitors write to many tenants; measured is the time from the message in the channel to the reply in the channel.

Both instants are the double's: what it takes to bring the webhook to `web` and to store the reply is part of the number.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.deployment import BenchTenant, Deployment

QUESTION = "What is the secret word?"
SENDERS = 8
ANSWER_LIMIT_S = 60.0


@dataclass(frozen=True)
class Measured:
    """What was seen. Lost: no reply; doubled: more than one; mixed up: another tenant's word."""

    turns: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    per_s: float
    lost: int
    doubled: int
    mixed_up: int

    @property
    def right(self) -> bool:
        return not (self.lost or self.doubled or self.mixed_up)

    @property
    def verdict(self) -> str:
        return f"lost {self.lost}, doubled {self.doubled}, mixed up {self.mixed_up}"


def steady(deployment: Deployment, tenants: list[BenchTenant], rate: float, seconds: float) -> Measured:
    """One new conversation after another, evenly, round the tenants."""
    conversations: dict[str, BenchTenant] = {}
    start = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as senders:
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            tenant = tenants[number % len(tenants)]
            senders.submit(_ask, deployment, tenant, conversations)
    return _measure(deployment, conversations)


def burst(deployment: Deployment, tenants: list[BenchTenant], each: int) -> Measured:
    """`each` conversations of every tenant as fast as the double takes them."""
    conversations: dict[str, BenchTenant] = {}
    with ThreadPoolExecutor(SENDERS) as senders:
        for tenant in tenants * each:
            senders.submit(_ask, deployment, tenant, conversations)
    return _measure(deployment, conversations)


def _ask(deployment: Deployment, tenant: BenchTenant, conversations: dict[str, BenchTenant]) -> None:
    said = deployment.double.say(account_id=tenant.account_id, body=QUESTION)
    conversations[said["conversation_id"]] = tenant


def _measure(deployment: Deployment, conversations: dict[str, BenchTenant]) -> Measured:
    deadline = time.monotonic() + ANSWER_LIMIT_S
    while True:
        messages = [
            each for each in deployment.double.journal()["messages"] if each["conversation_id"] in conversations
        ]
        replies = [message for message in messages if message["who"] == "bot"]
        if len({reply["conversation_id"] for reply in replies}) == len(conversations) or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    time.sleep(1.0)  # a second reply would come now
    messages = [each for each in deployment.double.journal()["messages"] if each["conversation_id"] in conversations]
    return _judged(conversations, messages)


def _judged(conversations: dict[str, BenchTenant], messages: list[dict[str, Any]]) -> Measured:
    asked = {each["conversation_id"]: each["at_ms"] for each in messages if each["who"] == "customer"}
    replies = [each for each in messages if each["who"] == "bot"]
    counts = Counter(reply["conversation_id"] for reply in replies)
    waited = sorted(reply["at_ms"] - asked[reply["conversation_id"]] for reply in replies) or [0.0]
    cuts = statistics.quantiles(waited, n=100) if len(waited) > 1 else waited * 99
    span_s = (max(reply["at_ms"] for reply in replies) - min(asked.values())) / 1000 if replies else 0.0
    return Measured(
        turns=len(conversations),
        p50_ms=cuts[49],
        p95_ms=cuts[94],
        p99_ms=cuts[98],
        per_s=len(replies) / span_s if span_s else 0.0,
        lost=len(conversations) - len(counts),
        doubled=sum(1 for count in counts.values() if count > 1),
        mixed_up=sum(1 for reply in replies if conversations[reply["conversation_id"]].word not in reply["body"]),
    )
