"""Ours, as production runs it: the Dramatiq command line over `workers.broker`, logs, metrics and heartbeats included."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import ClassVar

from bench.systems.journal import work
from clients.metrics import Publisher
from clients.queue import connect
from config import logs
from config.settings import process_name, settings
from models.jobs import Job
from models.turn import Delivery
from workers.broker import actor, queue


@dataclass(frozen=True, kw_only=True)
class BenchJob(Job):
    """A job of a conversation, worth `price`."""

    name: ClassVar[str] = "bench.run"
    queue: ClassVar[str] = "bench"

    number: int
    sleep_ms: int = 0
    conversation: str | None = None
    price: int = 1

    @property
    def sequence_key(self) -> str | None:
        return self.conversation

    @property
    def cost(self) -> int:
        return self.price


@dataclass(frozen=True, kw_only=True)
class BulkJob(BenchJob):
    """The same of the class bulk, in a queue that has it."""

    name: ClassVar[str] = "bench.bulk"
    queue: ClassVar[str] = "reconcile"


class _Accepted:
    """What the ingress wants to know of a job besides."""

    turn_id: ClassVar[None] = None
    assignee: ClassVar[None] = None
    conversation: str | None

    @property
    def conversation_id(self) -> str:
        return self.conversation or ""


@dataclass(frozen=True, kw_only=True)
class BenchMessage(_Accepted, BenchJob):
    """A job as the ingress accepts it: it starts work, so it takes a token."""


@dataclass(frozen=True, kw_only=True)
class BulkMessage(_Accepted, BulkJob):
    """The same of the class bulk."""


@actor(BulkJob)
@actor(BenchJob)
def run(job: BenchJob, delivery: Delivery) -> None:
    work(job.number, job.sleep_ms)


def send(number: int, sleep_ms: int, tenant: str, conversation: str | None, price: int, bulk: bool) -> None:
    """Enqueue one, as a stage does."""
    job_class = BulkJob if bulk else BenchJob
    job = job_class(tenant_id=tenant, number=number, sleep_ms=sleep_ms, conversation=conversation, price=price)
    queue().enqueue(job)


if os.environ.get("BENCH_ROLE") == "worker":  # what workers/app.py does at boot, without Postgres
    logs.configure(process_name())
    Publisher(connect(settings().redis_url, max_connections=1), process_name()).start()
