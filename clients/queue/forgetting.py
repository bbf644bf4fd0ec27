"""Removes a tenant that is gone for good from Redis: lanes, limits, buckets, marks, dead letters, events.

By SCAN, some keys at a time, so Redis serves others in between. A message in flight is left to whoever runs it: then
another round is needed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from clients.queue.connection import twice
from clients.queue.queue import Queue
from clients.queue.scripts import PREFIX

SCANNED_AT_ONCE = 1000
MESSAGES_AT_ONCE = 100

# Where a key of each kind names its tenant: {fd1}:m:<tenant>:…, {fd1}:l:<queue>:<tenant>.
FIRST = frozenset({"m", "cfg", "b", "x", "e", "a", "t", "s", "to", "promised", "dead"})
SECOND = frozenset({"l", "u", "k", "i"})


class TenantKeys:
    """One tenant's, until there are none. `clear` may be called as often as time allows."""

    def __init__(self, queue: Queue, tenant_id: str) -> None:
        self._queue = queue
        self._tenant = tenant_id
        self._cursor, self._left = 0, 0

    def clear(self, within_s: float) -> bool:
        """Whether nothing of the tenant is left."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if self._scan() == 0:
                left, self._left = self._left, 0
                if left == 0:
                    self._queue._scripts.run("forget", self._tenant)
                return left == 0
        return False

    def _scan(self) -> int:
        """One step of the round; 0 at its end."""
        pattern = f"{PREFIX}*{self._tenant}*"
        cursor, found = twice(lambda: self._queue._redis.scan(self._cursor, match=pattern, count=SCANNED_AT_ONCE))
        keys = [key.decode("utf-8", "surrogateescape") for key in found]
        messages = list(self._messages(keys))
        for at in range(0, len(messages), MESSAGES_AT_ONCE):
            lot = messages[at : at + MESSAGES_AT_ONCE]
            self._left += int(self._queue._scripts.run("forget", self._tenant, *lot))
        others = [key.encode("utf-8", "surrogateescape") for key in keys if self._is_plain(key)]
        if others:
            twice(lambda: self._queue._redis.unlink(*others))
        self._cursor = int(cursor)
        return self._cursor

    def _messages(self, keys: list[str]) -> Iterator[str]:
        prefix = f"{PREFIX}m:{self._tenant}:"
        return (key.removeprefix(prefix) for key in keys if key.startswith(prefix))

    def _is_plain(self, key: str) -> bool:
        """A key of the tenant's that may simply be deleted. Another's key may hold this id in a name that a visitor chose."""
        kind, *names = key.removeprefix(PREFIX).split(":")
        if kind in {"m", "i"}:  # with their messages
            return False
        place = 0 if kind in FIRST else 1 if kind in SECOND else None
        return place is not None and len(names) > place and names[place] == self._tenant
