"""Is this process alive, is the service ready and what is missing, and the metrics of every process."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import redis
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clients import metrics as metrics_feed
from clients.queue.measured import noted
from config import metrics
from config.errors import NotFound, StoreUnavailable, Unauthorized
from config.secrets import equal
from ingress.addresses import is_loopback
from ingress.services import Services, services
from models.base import now
from models.database import system_session
from models.jobs import ANSWER_QUEUES, WORKER_QUEUES
from models.schema import missing_columns
from models.tick import last_finished

WITHIN_S = 3.0  # a store that answers later than this is not ready
TICK_AGE_S = 120.0  # the sweep comes every 10 s
CHECKED_EVERY_S = 2.0  # what Postgres said, however often readiness is asked for
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

log = structlog.get_logger()


@dataclass
class PostgresState:
    """The last look at Postgres. Columns never go away, so a complete schema is not looked at again."""

    missing: list[str] = field(default_factory=list)
    looked_at: float = float("-inf")
    migrated: bool = False


async def healthz(_: Request) -> Response:
    """The event loop turns; no store is touched."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Whether callers can be served, and what is missing otherwise."""
    shared = services(request)
    missing = [*await _postgres(request, shared), *await _redis(shared)]
    if missing:
        return JSONResponse({"status": "not_ready", "missing": missing}, 503)
    return JSONResponse({"status": "ready", "missing": []})


async def show_metrics(request: Request) -> Response:
    """Everybody's samples; this process's are live. Without METRICS_TOKEN they are for this machine alone."""
    shared = services(request)
    token = shared.settings.metrics_token
    if token is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not equal(given.strip(), token.get_secret_value()):
            raise Unauthorized
    elif not _on_this_machine(request):
        raise NotFound("There is nothing at this path.")
    try:
        by_process = await metrics_feed.collect(shared.redis, time.time())
    except (redis.RedisError, OSError):
        by_process = {}
    by_process[shared.name] = metrics.samples().decode()
    by_process[metrics.ALL] = metrics.samples_of_all(await _of_all(shared))
    return Response(metrics.merged(by_process), headers={"Content-Type": METRICS_TYPE})


async def _of_all(shared: Services) -> dict[str, float]:
    """The queues as they are now, and what a clock measured; nothing while Redis is away."""
    try:
        states = await shared.queue.queue_states((*WORKER_QUEUES, *ANSWER_QUEUES))
        values = await noted(shared.queue)
    except StoreUnavailable:
        return {}
    for state in states:
        values |= {
            f"queue_messages|{state.queue}": state.depth,
            f"queue_running_messages|{state.queue}": state.in_flight,
            f"queue_oldest_seconds|{state.queue}": (state.oldest_ms or 0) / 1000,
            f"queue_waiting_tenants|{state.queue}": state.tenants,
            f"queue_ready_tenants|{state.queue}": state.ready,
        }
    return values


def _on_this_machine(request: Request) -> bool:
    """A proxy on this machine speaks for others, and says so."""
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    return not forwarded and is_loopback(request.client.host if request.client else None)


async def _postgres(request: Request, shared: Services) -> list[str]:
    state: PostgresState = request.state.postgres
    if time.monotonic() - state.looked_at < CHECKED_EVERY_S:
        return state.missing
    try:
        async with asyncio.timeout(WITHIN_S):
            state.missing = await shared.threads.run(lambda: _look(state))
    except (StoreUnavailable, TimeoutError):
        state.missing = ["postgres"]
    except Exception as error:  # roles or tables that a migration makes
        log.warning("readiness.failed", error=type(error).__name__)
        state.missing = ["migrations"]
    state.looked_at = time.monotonic()
    return state.missing


def _look(state: PostgresState) -> list[str]:
    with system_session() as session:
        if not state.migrated:
            lacking = missing_columns(session)
            if lacking:
                log.warning("readiness.schema.behind", lacking=lacking[:10])
                return ["migrations"]
            state.migrated = True
        finished = last_finished(session)
    if finished and (now() - max(finished.values())).total_seconds() > TICK_AGE_S:
        return ["clock"]
    return []


async def _redis(shared: Services) -> list[str]:
    try:
        async with asyncio.timeout(WITHIN_S):
            await shared.queue.ping()
    except (StoreUnavailable, TimeoutError):
        return ["redis"]
    return [] if shared.answers.subscribed else ["answers"]
