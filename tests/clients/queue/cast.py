"""Who plays in the queue's tests: a job, a clock, a worker process, tenants, and a proxy that loses a reply."""

from __future__ import annotations

import itertools
import json
import select
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

from clients.queue import Back, Done, Entry, Fetched, Later, Queue, Verdict

ALICE, MALLORY = "tenant-alice", "tenant-mallory"


@dataclass(frozen=True, kw_only=True)
class Task:
    """A job of the tests; satisfies JobLike and ConversationJob."""

    name: ClassVar[str] = "task.run"
    queue: ClassVar[str] = "tasks"
    system: ClassVar[bool] = False

    tenant_id: str = ALICE
    label: str = ""
    key: str | None = None
    cost: int = 1
    conversation_id: str = "conversation"
    turn_id: str | None = None
    assignee: str | None = None

    @property
    def sequence_key(self) -> str | None:
        return self.key

    def arguments(self) -> dict[str, Any]:
        return {"tenant_id": self.tenant_id, "label": self.label}


@dataclass(frozen=True, kw_only=True)
class UrgentTask(Task):
    queue: ClassVar[str] = "urgent"


class Clock:
    """Milliseconds, standing still until `advance`."""

    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, ms: int) -> None:
        self.now_ms += ms


def label(entry: Entry) -> str:
    return str(json.loads(entry.payload)["kwargs"]["label"])


@dataclass
class Worker:
    """A process as the scripts see it."""

    queue: Queue
    name: str
    queues: tuple[str, ...] = ("tasks",)
    _calls: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def call(self) -> str:
        return f"1:{next(self._calls)}"

    def fetch(self, count: int = 1) -> list[Entry]:
        return self.fetched(count).messages

    def fetched(self, count: int = 1) -> Fetched:
        return self.queue.fetch(self.name, self.queues, count, call=self.call())

    def labels(self, count: int = 100) -> list[str]:
        return [label(entry) for entry in self.fetch(count)]

    def settle(self, entry: Entry, verdict: Verdict | None = None, *, count: int = 0) -> Fetched:
        return self.queue.settle(
            self.name, entry, verdict or Done(), fetch_from=self.queues, count=count, call=self.call()
        )

    def done(self, entry: Entry) -> bool:
        return self.settle(entry).settled

    def later(self, entry: Entry, delay_ms: int, payload: bytes | None = None) -> bool:
        return self.settle(entry, Later(delay_ms, payload)).settled

    def back(self, entry: Entry) -> bool:
        return self.settle(entry, Back()).settled

    def report(self, *held: Entry) -> list[str]:
        return self.queue.report(self.name, held)


class LossyProxy:
    """Forwards to the store. After `lose_reply()` the next answer is thrown away and its connection cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 6379)
        self._listener = socket.create_server(("127.0.0.1", 0))
        credentials = f"{parts.username or ''}:{parts.password}@" if parts.password else ""
        self.url = f"redis://{credentials}127.0.0.1:{self._listener.getsockname()[1]}/0"
        self._armed = threading.Event()
        self.lost = 0
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_reply(self) -> None:
        self._armed.set()

    def point_to(self, url: str) -> None:
        """From now on another server answers here, as after a fail-over; every connection breaks."""
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 6379)
        self.cut()

    def cut(self) -> None:
        """Break every connection there is."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake the thread in accept()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(near,), daemon=True).start()

    def _forward(self, near: socket.socket) -> None:
        far = socket.create_connection(self._target)
        self._sockets += [near, far]
        with near, far:
            while True:
                try:
                    ready, _, _ = select.select([near, far], [], [])
                    for source in ready:
                        data = source.recv(1 << 20)
                        if not data:
                            return
                        if source is far and self._armed.is_set():
                            self._armed.clear()
                            self.lost += 1
                            return
                        (far if source is near else near).sendall(data)
                except (OSError, ValueError):
                    return
