"""What goes into the queue and comes out of it: plain values, no behaviour."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from clients.queue.wire import JobLike


@dataclass(frozen=True)
class Limits:
    """A tenant's share: service is charged by cost / weight, messages that start work take tokens.

    At most `concurrency` of its messages run at once in each queue; None: as many as there are free threads.
    """

    weight: float = 1.0
    rate_per_s: float = 20.0
    burst: int = 100
    concurrency: int | None = None

    def __post_init__(self) -> None:
        if self.weight <= 0 or self.rate_per_s < 0 or self.burst < 1:
            raise ValueError("limits need weight > 0, rate_per_s >= 0 and burst >= 1")
        if self.concurrency is not None and self.concurrency < 1:
            raise ValueError("limits need concurrency >= 1, or none")


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery of a message to a process. `delivery` counts from 1 and fences older deliveries.

    One that is `alone` has gone down with processes before: nothing else may run beside it.
    """

    queue: str
    tenant_id: str
    message_id: str
    delivery: int
    payload: bytes = field(repr=False)
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """`settled` is False when the verdict came too late: another has the message. `next_due_ms` is relative."""

    messages: list[Entry]
    next_due_ms: int | None
    settled: bool = True


@dataclass(frozen=True)
class Done:
    """Delete the message; the next of its key may start. `cost` is the real one, None as estimated."""

    cost: float | None = None


@dataclass(frozen=True)
class Later:
    """Come back in `delay_ms`, keeping the sequence key; a new payload replaces the old one. `cost` as for `Done`."""

    delay_ms: int
    payload: bytes | None = field(default=None, repr=False)
    cost: float | None = None


@dataclass(frozen=True)
class Dead:
    """A bug: set aside for a person. Class, message and place of the error, never content: `payload` is sealed."""

    error: str
    message: str = ""
    location: str = ""
    payload: bytes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Back:
    """Return to the head of the lane, nothing spent."""


Verdict = Done | Later | Dead | Back


class Released(StrEnum):
    """What came of letting a sentence go."""

    SENT = "sent"  # it is out, now or already
    HUMAN = "human"  # a person took over first
    SUPERSEDED = "superseded"  # a newer turn took the messages before the first sentence
    ENDED = "ended"  # the turn's end was already told


@dataclass(frozen=True)
class Event:
    """One numbered event of a turn. GAP says: something may be missing, read `events` and the row once."""

    n: int
    turn_id: str
    kind: str
    data: dict[str, Any]

    @classmethod
    def parse(cls, text: bytes) -> Event:
        raw = json.loads(text)
        return cls(n=raw["n"], turn_id=raw["turn_id"], kind=raw["kind"], data=raw["data"] or {})


GAP = "gap"
ENDS = frozenset({"done", "stopped", "error", "superseded", "handed_over"})


class ConversationJob(JobLike, Protocol):
    """A job the ingress may accept: it belongs to a conversation and perhaps promises a turn."""

    @property
    def conversation_id(self) -> str: ...

    @property
    def turn_id(self) -> str | None: ...

    @property
    def assignee(self) -> str | None: ...


@dataclass(frozen=True)
class Bucket:
    """A further limit that must yield a token too (public share, session, address), named within the tenant."""

    name: str
    rate_per_s: float
    burst: int


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """One request on the accepting path, as the accept script sees it."""

    job: ConversationJob
    message_id: str
    dedupe: tuple[str, ...] = ()
    dedupe_ttl_s: float = 86_400
    fingerprint: str = ""  # hex; the same dedupe name with another fingerprint is a conflict
    sign: Literal["message", "assignee", "closed"] | None = None
    token: Literal["none", "wait", "refuse"] = "none"  # noqa: S105  # a rate token
    buckets: tuple[Bucket, ...] = ()
    lane_limit: int = 10_000
    channel: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class BucketState:
    """What a caller may be told of the tightest limit that was asked: whole tokens left, and when all are back."""

    name: str  # "tenant", or a `Bucket`'s
    remaining: int
    reset_ms: int
    burst: int


@dataclass(frozen=True)
class Accepted:
    """What the accept script answered; `turn_id` is the first turn's for a duplicate."""

    status: Literal["accepted", "duplicate", "conflict", "limited", "full", "unchanged"]
    turn_id: str | None
    retry_after_ms: int
    epoch: int | None
    limit: BucketState | None = None
