"""The load maker: one process, keep-alive connections, requests built and signed beforehand, each message with its own id.

Its job is a JSON line on stdin, its result one on stdout. `rate` 0 keeps every connection busy (throughput); a rate sends
at fixed times whatever the answers do, and counts latency from the time a request was due (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import statistics
import sys
import time
import uuid
from collections import Counter, deque
from dataclasses import asdict, dataclass
from itertools import cycle

LENGTH = re.compile(rb"content-length: (\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class Sender:
    """A tenant as its signed webhooks show it."""

    account_id: str
    secret: str


@dataclass(frozen=True)
class Job:
    """What to send where. `count` requests are built; the round ends when they are used up or the time is."""

    port: int
    path: str
    senders: tuple[Sender, ...]
    connections: int = 32
    seconds: float = 2.0
    rate: float = 0.0
    count: int = 20_000

    def as_line(self) -> str:
        """For the load maker's stdin."""
        return json.dumps(asdict(self)) + "\n"


@dataclass(frozen=True)
class Result:
    """Answers by status, how long all of them took, their latency, and what the load maker itself used."""

    statuses: dict[str, int]
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_s: float

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())

    @property
    def per_s(self) -> float:
        return self.answered / self.seconds


def request(path: str, sender: Sender, number: int) -> bytes:
    """One signed webhook of a visitor's message, as bytes for the socket."""
    body = json.dumps(
        {
            "account_id": sender.account_id,
            "event": "message:created",
            "data": {
                "id": str(uuid.uuid4()),
                "from": "customer",
                "content": "Do you have a table for two tomorrow evening, and is there anything without gluten?",
                "conversation_id": f"conversation-{number % 5000}",
                "sent_at": "2026-11-22T12:00:00Z",
                "customer": {"id": f"c-{number % 5000}", "name": "Vera", "email": "vera@example.org"},
            },
        }
    ).encode()
    signature = hmac.new(sender.secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: desk.example\r\nUser-Agent: bench\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nX-Papercups-Signature: sha256={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One request at a time; `free` is told when the answer is whole."""

    def __init__(self, round_: Round) -> None:
        self._round = round_
        self._answer = b""
        self.due = 0.0
        self._waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def send(self, data: bytes, due: float) -> None:
        self.due, self._waits = due, True
        self.transport.write(data)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        answer = self._answer + data if self._answer else data
        end = answer.find(b"\r\n\r\n")
        length = LENGTH.search(answer) if end > 0 else None
        if length is None or len(answer) < end + 4 + int(length[1]):
            self._answer = answer
            return
        self._answer, self._waits = b"", False
        self._round.answered(self, int(answer[9:12]))

    def connection_lost(self, _: Exception | None) -> None:
        if self._waits:  # an idle one that the server gave up is no loss
            self._round.lost()


class Round:
    """Sends what is due over whichever connection is free."""

    def __init__(self, job: Job) -> None:
        self._job = job
        senders = cycle(job.senders)
        self._requests = deque(request(job.path, next(senders), number) for number in range(job.count))
        self._waiting: deque[float] = deque()  # when each was due, while every connection is busy
        self._free: deque[Connection] = deque()  # the longest idle first: none falls asleep
        self._sent_all = False
        self.statuses: Counter[int] = Counter()
        self.latencies_ms: list[float] = []
        self._until = 0.0
        self._over = asyncio.get_running_loop().create_future()

    async def run(self) -> Result:
        loop = asyncio.get_running_loop()
        for _ in range(self._job.connections):
            _, connection = await loop.create_connection(lambda: Connection(self), "127.0.0.1", self._job.port)
            self._free.append(connection)
        began, cpu = time.perf_counter(), time.process_time()
        self._until = began + self._job.seconds
        if self._job.rate:
            await self._evenly(began)
        else:
            starters = list(self._free)
            self._free.clear()
            for connection in starters:
                self._send(connection, time.perf_counter())
        await asyncio.wait_for(self._over, self._job.seconds + 30)
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        cuts = statistics.quantiles(self.latencies_ms, n=100)
        return Result({str(status): n for status, n in self.statuses.items()}, seconds, cuts[49], cuts[98], cpu_s)

    async def _evenly(self, began: float) -> None:
        number = 0
        while (due := began + number / self._job.rate) < self._until and self._requests:
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            number += 1
            if self._free:
                self._send(self._free.popleft(), due)
            else:
                self._waiting.append(due)
        self._sent_all = True
        self._end_if_idle()

    def _send(self, connection: Connection, due: float) -> None:
        connection.send(self._requests.popleft(), due)

    def answered(self, connection: Connection, status: int) -> None:
        now = time.perf_counter()
        self.statuses[status] += 1
        self.latencies_ms.append((now - connection.due) * 1000)
        if self._waiting:
            self._send(connection, self._waiting.popleft())
        elif not self._job.rate and now < self._until and self._requests:
            self._send(connection, now)
        else:
            self._free.append(connection)
            self._sent_all = self._sent_all or not self._job.rate
            self._end_if_idle()

    def lost(self) -> None:
        if not self._over.done():
            self._over.set_exception(ConnectionError("the server closed a connection"))

    def _end_if_idle(self) -> None:
        if self._sent_all and len(self._free) == self._job.connections and not self._over.done():
            self._over.set_result(None)


def main() -> None:
    raw = json.loads(sys.stdin.readline())
    job = Job(**{**raw, "senders": tuple(Sender(**each) for each in raw["senders"])})

    async def one() -> Result:
        return await Round(job).run()

    try:
        import uvloop

        result = uvloop.run(one())
    except ImportError:
        result = asyncio.run(one())
    print(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()
