"""Runs the Lua scripts: by hash, by text where the server does not know them, and once more after a lost reply.

Every script is idempotent under its own repetition, so a call whose answer was lost is made exactly once again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import NoScriptError, ReadOnlyError

from clients.queue.connection import twice, twice_async
from clients.queue.pipe import Pipe
from clients.queue.pool import Pool

PREFIX = "{fd1}:"  # the hash tag keeps all keys on one node; 1 is the layout's version
TENANTS_CHANNEL = f"{PREFIX}tenants"  # which tenant changed
_LUA = Path(__file__).parent / "lua"

Argument = str | bytes | int | float
Clock = Callable[[], int]  # milliseconds; tests only
Source = Callable[[str], tuple[bytes, str]]  # a script's text and its hash


# What each script needs in front of it. Fewer functions are fewer closures to make per call.
_LANES, _TURNS = ("common", "tokens", "counters", "lanes"), ("common", "turns")
PARTS = {
    **dict.fromkeys(("enqueue", "limits", "dead", "revive", "inspect", "forget"), _LANES),
    **dict.fromkeys(("fetch", "settle", "report", "goodbye"), (*_LANES, "flight")),
    **dict.fromkeys(("release", "publish", "supersede", "epoch", "changed"), _TURNS),
    "accept": (*_LANES, "turns"),
}


@cache
def source(name: str) -> tuple[bytes, str]:
    """A script's text, shared functions first, and its hash."""
    parts = [_LUA / "shared" / f"{part}.lua" for part in PARTS[name]]
    text = b"".join(path.read_bytes() for path in (*parts, _LUA / f"{name}.lua"))
    return text, hashlib.sha1(text, usedforsecurity=False).hexdigest()


def wall_clock_ms() -> int:
    """The time a message says it was made at."""
    return int(time.time() * 1000)


class Scripts:
    """The scripts over a pool of connections, for threads."""

    def __init__(self, client: redis.Redis, clock: Clock | None = None, source: Source = source) -> None:
        pool = client.connection_pool
        if not isinstance(pool, Pool):
            raise TypeError("the queue works on clients of clients.queue.connect")
        self._pool = pool
        self._clock = clock
        self._source = source

    def run(self, name: str, *arguments: Argument) -> Any:
        """Raises StoreUnavailable when the second try fails too."""
        now = "" if self._clock is None else str(self._clock())
        return twice(lambda: self._run(name, now, arguments))

    def run_on(self, keys: Sequence[str], text: bytes, sha: str, *arguments: Argument) -> Any:
        """The same for a script of another layout (clients/spending), on its own keys."""
        now = "" if self._clock is None else str(self._clock())
        return twice(lambda: self._evaluate(text, sha, len(keys), *keys, now, *arguments))

    def _run(self, name: str, now: str, arguments: tuple[Argument, ...]) -> Any:
        return self._evaluate(*self._source(name), 1, PREFIX, now, *arguments)

    def _evaluate(self, text: bytes, sha: str, *arguments: Argument) -> Any:
        try:
            return self._send("EVALSHA", sha, *arguments)
        except NoScriptError:
            return self._send("EVAL", text, *arguments)

    def _send(self, *command: Argument) -> Any:
        """One command on a pooled connection, past redis-py's retry and metrics layers (a third of a call's time)."""
        connection = self._pool.get_connection()
        try:
            connection.send_command(*command)
            return connection.read_response()
        except NoScriptError:
            raise
        except ReadOnlyError:  # a demoted primary: what it still answers to reads is of yesterday
            self._pool.renew()
            raise
        except BaseException:  # a time limit that strikes between command and reply
            connection.disconnect()
            raise
        finally:
            self._pool.release(connection)


class AsyncScripts:
    """The same for an event loop."""

    def __init__(self, pipe: Pipe, clock: Clock | None = None) -> None:
        self._pipe = pipe
        self._clock = clock

    async def run(self, name: str, *arguments: Argument) -> Any:
        """Raises StoreUnavailable when the second try fails too."""
        now = "" if self._clock is None else str(self._clock())
        return await twice_async(lambda: self._run(name, now, arguments))

    async def _run(self, name: str, now: str, arguments: tuple[Argument, ...]) -> Any:
        text, sha = source(name)
        try:
            return await self._pipe.call("EVALSHA", sha, 1, PREFIX, now, *arguments)
        except NoScriptError:
            return await self._pipe.call("EVAL", text, 1, PREFIX, now, *arguments)
        except ReadOnlyError:  # a demoted primary: the next call finds the new one
            self._pipe.drop()
            raise
