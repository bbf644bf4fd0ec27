"""The fair queue: Lua, key layout, a front for threads and one for the event loop. README.md draws the keys."""

from __future__ import annotations

from clients.queue.answers import Answers, Waiter
from clients.queue.async_queue import AsyncQueue
from clients.queue.connection import connect, connect_async
from clients.queue.courier import Courier
from clients.queue.inspection import DeadLetter, QueueState, TenantService
from clients.queue.queue import Queue
from clients.queue.records import (
    ENDS,
    GAP,
    Acceptance,
    Accepted,
    Back,
    Bucket,
    BucketState,
    ConversationJob,
    Dead,
    Done,
    Entry,
    Event,
    Fetched,
    Later,
    Limits,
    Released,
    Verdict,
)
from clients.queue.scripts import PREFIX
from clients.queue.wire import JobLike, encode

__all__ = [
    "ENDS",
    "GAP",
    "PREFIX",
    "Acceptance",
    "Accepted",
    "Answers",
    "AsyncQueue",
    "Back",
    "Bucket",
    "BucketState",
    "ConversationJob",
    "Courier",
    "Dead",
    "DeadLetter",
    "Done",
    "Entry",
    "Event",
    "Fetched",
    "JobLike",
    "Later",
    "Limits",
    "Queue",
    "QueueState",
    "Released",
    "TenantService",
    "Verdict",
    "Waiter",
    "connect",
    "connect_async",
    "encode",
]
