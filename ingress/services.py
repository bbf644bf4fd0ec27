"""What the endpoints of one process share, opened and closed in order: Redis, queue, subscription, credentials, threads.

At most 6 connections to Redis, the subscription among them, and 4 to Postgres.
"""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar, cast

import anyio.to_thread
import redis.asyncio
import structlog
from starlette.requests import Request

from clients import metrics as metrics_feed
from clients.queue import Answers, AsyncQueue, Limits, connect_async
from clients.queue.answers import end
from config import metrics
from config.errors import StoreUnavailable
from config.settings import Settings, process_name, settings
from ingress.addresses import Network, trusted_proxies
from ingress.body import read_body
from ingress.credentials import Credentials
from ingress.stopping import Stopping
from models.access import TenantAccess
from models.database import CONNECTIONS, refuse_unsafe_role

T = TypeVar("T")

REDIS_CONNECTIONS = 5  # and the queue's own

log = structlog.get_logger()


@dataclass
class Threads:
    """Where blocking Postgres calls run: as many threads as there are connections, and never as an unsafe role."""

    limiter: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(CONNECTIONS))
    role_is_safe: bool = False

    async def run(self, work: Callable[[], T]) -> T:
        """Raises what `work` raises; StoreUnavailable also when the role turns out to be unsafe."""
        return await anyio.to_thread.run_sync(
            partial(self._checked, work), limiter=self.limiter, abandon_on_cancel=True
        )

    def _checked(self, work: Callable[[], T]) -> T:
        if not self.role_is_safe:  # Postgres was away at the start
            try:
                refuse_unsafe_role()
            except SystemExit:
                log.critical("role.refused")
                raise StoreUnavailable("the role bypasses row-level security") from None
            self.role_is_safe = True
        return work()

    async def check_role(self) -> None:
        """At the start.

        Raises:
            SystemExit: the role could walk past row-level security.
        """
        try:
            await anyio.to_thread.run_sync(refuse_unsafe_role, limiter=self.limiter, abandon_on_cancel=True)
            self.role_is_safe = True
        except Exception as error:  # away, or not migrated yet: readiness says so
            log.warning("role.check.failed", error=type(error).__name__)


@dataclass
class Services:
    """One per process; endpoints get it by `services(request)`."""

    settings: Settings
    redis: redis.asyncio.Redis
    queue: AsyncQueue
    answers: Answers
    credentials: Credentials
    threads: Threads
    stopping: Stopping
    trusted: tuple[Network, ...]
    name: str

    async def read_body(self, request: Request) -> bytes:
        """For the dashboard, which may not import from here."""
        return await read_body(request)


def services(request: Request) -> Services:
    """This process's services."""
    return cast(Services, request.scope["state"]["services"])


@asynccontextmanager
async def open_services() -> AsyncIterator[Services]:
    """Everything up; on leaving everything down, the subscription first."""
    config = settings()
    trusted = trusted_proxies(config.trusted_proxies)
    threads = Threads()
    await threads.check_role()
    client = connect_async(config.redis_url, ca=config.redis_ca, max_connections=REDIS_CONNECTIONS)
    queue = AsyncQueue(client)
    answers = Answers(client, uuid.uuid4().hex, on_invalidation=lambda tenant_id: credentials.changed(tenant_id))
    credentials = Credentials(threads.run, subscribed=lambda: answers.subscribed, loaded=partial(_pass_limits, queue))
    stopping = Stopping()
    await answers.start(timeout_s=1.0)
    publishing = asyncio.create_task(_publish_metrics(client, _own_name(config)), name="metrics")
    try:
        with stopping.listening():
            yield Services(config, client, queue, answers, credentials, threads, stopping, trusted, _own_name(config))
    finally:
        stopping.stop()
        await end(publishing)
        await answers.stop()
        await credentials.close()
        await queue.close()


async def _pass_limits(queue: AsyncQueue, tenant: TenantAccess) -> None:
    """The accept script reads a tenant's rate from Redis; pushing it with every look-up heals a Redis that lost it."""
    with suppress(StoreUnavailable, ValueError):
        limits = Limits(tenant.weight, tenant.rate_per_s, tenant.burst, tenant.concurrency)
        await queue.set_limits(str(tenant.tenant_id), limits)


async def _publish_metrics(client: redis.asyncio.Redis, name: str) -> None:
    """What clients.metrics.Publisher does in workers; a lost Redis is only a gap in the samples."""
    while True:
        try:
            at_s = time.time()
            async with client.pipeline(transaction=False) as pipeline:
                pipeline.set(metrics_feed.PREFIX + name, metrics.samples(), ex=metrics_feed.KEPT_S)
                pipeline.zadd(metrics_feed.INDEX, {name: at_s})
                pipeline.zremrangebyscore(metrics_feed.INDEX, "-inf", at_s - metrics_feed.KEPT_S)
                await pipeline.execute()
        except (redis.RedisError, OSError):
            log.warning("metrics.publish.failed")
        await asyncio.sleep(metrics_feed.EVERY_S)


def _own_name(config: Settings) -> str:
    """Several web processes of one dyno share its name, so they add their number."""
    return process_name() if config.web_concurrency == 1 else f"{process_name()}-{os.getpid()}"
