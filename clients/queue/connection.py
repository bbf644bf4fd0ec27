"""The one Redis factory: protocol, time-outs, blocking pools, no retries of its own; and what "Redis is away" means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
import redis.asyncio
from redis import exceptions
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from clients.queue.pool import Pool
from config.errors import StoreUnavailable

PROTOCOL = 2  # RESP2: no push frames and no maintenance notifications to expect, the same on Redis 7.0 and Valkey
CONNECT_TIMEOUT_S = 1.0
SOCKET_TIMEOUT_S = 3.0  # longer than the longest blocking call (BLPOP for a wake-up, 1 s)
POOL_TIMEOUT_S = 5.0  # how long a thread waits for a free connection

# What a server that is up answers while it cannot do its work. Any other error answer is a bug of ours and stays one.
_AWAY = (
    "READONLY",
    "OOM",
    "LOADING",
    "MISCONF",
    "MASTERDOWN",
    "BUSY",
    "NOREPLICAS",
    "CLUSTERDOWN",
    "TRYAGAIN",
    "UNKILLABLE",
    "UNBLOCKED",  # a blocking call met the moment in which its server became a replica
)
LOST = (exceptions.ConnectionError, exceptions.TimeoutError, OSError)  # the answer, perhaps also the call, is lost


def connect(url: str, *, ca: Path | None = None, max_connections: int) -> redis.Redis:
    """A client whose threads share at most `max_connections` connections and wait for a free one."""
    pool = Pool.from_url(url, timeout=POOL_TIMEOUT_S, retry=Retry(NoBackoff(), 0), **_options(url, ca, max_connections))
    return redis.Redis(connection_pool=pool)


def connect_async(url: str, *, ca: Path | None = None, max_connections: int) -> redis.asyncio.Redis:
    """The same for an event loop."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url, timeout=POOL_TIMEOUT_S, retry=AsyncRetry(NoBackoff(), 0), **_options(url, ca, max_connections)
    )
    return redis.asyncio.Redis.from_pool(pool)


def _options(url: str, ca: Path | None, max_connections: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        "max_connections": max_connections,
        "protocol": PROTOCOL,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": SOCKET_TIMEOUT_S,
        "health_check_interval": 0,
        "decode_responses": False,
    }
    if not url.startswith("unix://"):
        options["socket_keepalive"] = True
    if ca is not None and url.startswith("rediss://"):
        options["ssl_ca_certs"] = str(ca)
    return options


def is_away(error: BaseException) -> bool:
    """Whether the store cannot be reached or refuses work for now, as opposed to a call that is wrong."""
    if isinstance(error, (*LOST, exceptions.ReadOnlyError, exceptions.OutOfMemoryError)):
        return True
    return isinstance(error, exceptions.ResponseError) and str(error).startswith(_AWAY)


def twice(call: Callable[[], Any]) -> Any:
    """Make a call that may be repeated, once more if its answer is lost. Raises StoreUnavailable."""
    try:  # as `store_errors`, whose generator would cost ten times as much: every call of every thread passes here
        try:
            return call()
        except LOST:
            return call()
    except (exceptions.RedisError, OSError) as error:
        if not is_away(error):
            raise
        raise StoreUnavailable(f"Redis: {type(error).__name__}") from error


async def twice_async(call: Callable[[], Awaitable[Any]]) -> Any:
    """The same for an event loop."""
    with store_errors():
        try:
            return await call()
        except LOST:
            return await call()


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn what redis-py raises into `StoreUnavailable`; errors of ours (a script's bug) pass as they are."""
    try:
        yield
    except (exceptions.RedisError, OSError) as error:
        if not is_away(error):
            raise
        raise StoreUnavailable(f"Redis: {type(error).__name__}") from error
