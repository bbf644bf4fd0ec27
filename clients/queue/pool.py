"""A pool of connections for threads: at most so many, made on demand, the one used last goes first; whoever finds none waits.

redis-py's own blocking pool does the same with metrics, deprecation checks and locks in Python, which took a quarter of a
worker's time (7 µs to take and give back; here 0.7).
"""

from __future__ import annotations

import os
import time
from collections import deque
from queue import Empty, SimpleQueue
from typing import Any

import redis
from redis.exceptions import ConnectionError as LostConnection

CHECK_S = 1.0  # a connection that rested longer is looked at before it is used: the server may have closed it


class Pool(redis.ConnectionPool):
    """Its methods are redis-py's; only taking and giving back are done anew."""

    def __init__(self, *, timeout: float, **options: Any) -> None:
        self._timeout_s = timeout
        super().__init__(**options)

    def reset(self) -> None:
        """As at the start, and in a process that was forked."""
        self._permits: SimpleQueue[None] = SimpleQueue()  # one for each connection that may be taken
        for _ in range(self.max_connections):
            self._permits.put(None)
        self._rested: deque[tuple[Any, float]] = deque()
        self._lost_at = 0.0  # when one was last found broken: those that rested since before may be, too
        self._renewed_at = 0.0
        self._opened_at: dict[Any, float] = {}
        super().reset()

    def get_connection(self, *_: Any, **__: Any) -> Any:
        """A connection that is open.

        Raises:
            redis.ConnectionError: it cannot be opened, or none came free in time.
        """
        if self.pid != os.getpid():
            self._checkpid()
        try:
            self._permits.get(timeout=self._timeout_s)
        except Empty:
            raise LostConnection("no connection came free") from None
        connection = None
        try:
            try:
                connection, since = self._rested.pop()
            except IndexError:
                connection, since = self.make_connection(), 0.0
                self._in_use_connections.add(connection)  # redis-py's name for all that were made, here
            if self._opened_at.get(connection, 0.0) <= self._renewed_at:
                connection.disconnect()
            if not connection.is_connected:
                opened_at = time.monotonic()
                connection.connect()
                self._opened_at[connection] = opened_at
            elif since <= self._lost_at or time.monotonic() - since > CHECK_S:
                _check(connection)
        except BaseException:
            self.release(connection)
            raise
        return connection

    def renew(self) -> None:
        """The server at the other end is a replica now: whatever is open goes there, and is opened anew before its next use."""
        self._renewed_at = time.monotonic()

    def release(self, connection: Any) -> None:
        """Give one back."""
        if connection is not None:
            now = time.monotonic()
            if not connection.is_connected:
                self._lost_at = now
            self._rested.append((connection, now))
        self._permits.put(None)

    def disconnect(self, inuse_connections: bool = True) -> None:
        """Close all, or those that rest; each opens again when it is taken."""
        self._checkpid()
        for connection in list(self._in_use_connections) if inuse_connections else [each for each, _ in self._rested]:
            connection.disconnect()


def _check(connection: Any) -> None:
    """A closed one, or one with an answer that nobody took, starts anew."""
    try:
        if not connection.can_read():
            return
    except (redis.ConnectionError, redis.TimeoutError, OSError):
        pass
    connection.disconnect()
    connection.connect()
