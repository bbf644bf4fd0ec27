"""What each part of accepting a signed webhook costs, one by one, in a process of its own: microseconds of CPU as JSON.

Each part is called with what the load maker sends, many times, and its best run counts. The whole endpoint is called with
a queue that does everything but ask Redis.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
import uuid
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

import asgi
from bench.webhooks.load import Sender, request
from clients.channels.papercups.webhook import account_id_of, parse_signed, read_unverified, verify_signature
from clients.queue import Acceptance, Accepted, connect_async
from clients.queue.pipe import Pipe
from clients.queue.wire import encode
from config.settings import settings
from ingress.body import read_body
from ingress.credentials import Credentials
from ingress.middleware import Surrounding
from ingress.shortcut import Shortcut
from models.access import ConnectionAccess, TenantAccess

CALLS, RUNS = 1000, 7
AT_ONCE = 16  # commands of one turn of the loop
PATH = "/papercups/webhook"
SENDER = Sender("the-account", "the-secret")
TENANT = TenantAccess(uuid.uuid4(), "Business", False, frozenset(), 1, 20, 100, 0.5)
CONNECTION = ConnectionAccess(uuid.uuid4(), SENDER.account_id, 12, SENDER.secret, TENANT)
ANSWER = JSONResponse({"status": "accepted"}, 202)


class NoQueue:
    """Remembers what it was to accept."""

    last: Acceptance

    async def accept(self, acceptance: Acceptance) -> Accepted:
        self.last = acceptance
        return Accepted("accepted", None, 0, None)


class Bench:
    """The parts, and what they are called with."""

    def __init__(self) -> None:
        head, self.raw = request(PATH, SENDER, 1).split(b"\r\n\r\n", 1)
        lines = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
        self._headers = [(name.lower(), value) for name, value in lines]
        self.signature = next(value for name, value in self._headers if name == b"x-papercups-signature").decode()
        self.body = read_unverified(self.raw)
        self.queue = NoQueue()
        self.credentials = Credentials(self._looked_up, subscribed=lambda: True)

    def scope(self) -> dict[str, Any]:
        shared = SimpleNamespace(credentials=self.credentials, queue=self.queue, settings=settings())
        return {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": self._headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": {"services": shared},
            "app": asgi.app,
        }

    async def receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": self.raw, "more_body": False}

    async def send(self, message: Any) -> None:
        pass

    async def _looked_up(self, _: Callable[[], Any]) -> ConnectionAccess:
        return CONNECTION


async def best_us(part: Callable[[], Awaitable[Any]]) -> float:
    """Of one call, the loop's own cost included."""
    await part()
    best = float("inf")
    for _ in range(RUNS):
        began = time.process_time()
        for _ in range(CALLS):
            await part()
        best = min(best, time.process_time() - began)
    return best / CALLS * 1e6


def plain(part: Callable[[], Any]) -> Callable[[], Awaitable[Any]]:
    """A part that waits for nothing."""

    async def called() -> Any:
        return part()

    return called


async def costs() -> dict[str, float]:
    """Every part of the endpoint, the rest of it, and one command on the shared connection."""
    bench = Bench()

    async def nothing(*_: Any) -> Any:
        pass

    async def answering(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 202, "headers": ANSWER.raw_headers})
        await send({"type": "http.response.body", "body": ANSWER.body})

    async def endpoint(_: Request) -> Any:
        return nothing

    surrounding, shortcut = Surrounding(answering), Shortcut(nothing, {PATH: endpoint})
    whole = await best_us(lambda: asgi.app(bench.scope(), bench.receive, bench.send))
    scope_us = await best_us(plain(bench.scope))
    answer_us = await best_us(lambda: answering(bench.scope(), None, bench.send))
    acceptance = bench.queue.last
    empty_us = await best_us(plain(lambda: None))
    parts = {
        "id, headers, count, net for bugs": (
            await best_us(lambda: surrounding(bench.scope(), bench.receive, bench.send)) - answer_us
        ),
        "way to the endpoint": await best_us(lambda: shortcut(bench.scope(), nothing, nothing)) - scope_us,
        "size cap, read within a time": await best_us(lambda: read_body(Request(bench.scope(), bench.receive)))
        - scope_us,
        "JSON": await best_us(plain(lambda: account_id_of(read_unverified(bench.raw)))) - empty_us,
        "tenant look-up": await best_us(lambda: bench.credentials.by_papercups_account(SENDER.account_id)),
        "HMAC signature": await best_us(plain(lambda: verify_signature(bench.raw, bench.signature, SENDER.secret)))
        - empty_us,
        "strict parse": await best_us(plain(lambda: parse_signed(bench.body))) - empty_us,
        "job's wire form": await best_us(
            plain(lambda: encode(acceptance.job, message_id=acceptance.message_id, request_id="r", now_ms=1))
        )
        - empty_us,
    }
    rest = whole - scope_us - sum(parts.values())
    return {
        **parts,
        "the endpoint's rest: ids, job, metrics, answer": rest,
        "one command to Redis": await _command_us(),
    }


async def _command_us() -> float:
    """This process's share of a call, many at once as under load."""
    client = connect_async(os.environ["REDIS_URL"], max_connections=1)
    pipe = Pipe(client)
    payload = b"x" * 1000
    try:
        together = await best_us(lambda: asyncio.gather(*(pipe.call("ECHO", payload) for _ in range(AT_ONCE))))
    finally:
        await pipe.close()
        await client.aclose()
    return together / AT_ONCE


def main() -> None:
    import uvloop

    print(json.dumps(uvloop.run(costs())))


if __name__ == "__main__":
    main()
