"""The ingress as it runs: the real application under uvicorn in a thread, on real stores; and a stand-in for the workers."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import uvicorn

from clients.queue import Done, Entry, Queue, connect
from config.settings import settings
from models.jobs import ReceiveMessage

SESSION = "a-session-nobody-guesses-000000"
PATIENCE_S = 20.0


@dataclass
class Received:
    """One accepted job as a worker sees it."""

    job: ReceiveMessage
    request_id: str | None


class Workers:
    """Takes what was accepted from the queue and tells callers how their turns go on."""

    def __init__(self, url: str) -> None:
        self.redis = connect(url, max_connections=4)
        self.queue = Queue(self.redis)
        self._calls = itertools.count(1)

    def take(self, within_s: float = 5.0) -> Received:
        """The next accepted job."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            fetched = self.queue.fetch("test", ["receive"], 1, call=f"0:{next(self._calls)}")
            if fetched.messages:
                return self._settle(fetched.messages[0])
            self.queue.wait("test", 0.2)
        raise AssertionError("nothing was accepted")

    def nothing(self) -> bool:
        """Whether the queue is empty."""
        return not self.queue.depth("receive")

    def say(self, job: ReceiveMessage, number: int, text: str) -> None:
        """Release one sentence of the reply."""
        self.queue.release(
            job.tenant_id,
            job.conversation_id,
            job.turn_id or "",
            number=number,
            kind="sentence",
            data={"text": text},
            epoch=2**50,
        )

    def end(self, job: ReceiveMessage, kind: str = "done", **facts: Any) -> dict[str, Any]:
        """Publish the turn's end in its JSON form."""
        view = {
            "reply": "Hello!",
            "intent": "greeting",
            "confidence": 0.9,
            "sources": [],
            "conversation_id": job.conversation_id,
            "turn_id": job.turn_id,
            "state": "delivered",
            **facts,
        }
        self.queue.publish(job.tenant_id, job.turn_id or "", kind, view)
        return view

    def _settle(self, entry: Entry) -> Received:
        message = json.loads(entry.payload)
        self.queue.settle("test", entry, Done(), call=f"0:{next(self._calls)}")
        return Received(ReceiveMessage.from_arguments(message["kwargs"]), message["options"].get("request_id"))


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """The application under uvicorn on a free port; its base URL."""
    config = uvicorn.Config(
        app, port=0, log_config=None, access_log=False, proxy_headers=False, lifespan="on", timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def environment(**values: str) -> Iterator[None]:
    """Other settings for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        settings.cache_clear()


@pytest.fixture(scope="session")
def base_url(stores: Any) -> Iterator[str]:
    from dashboard.app import ROUTES
    from ingress.app import build

    with served(build(ROUTES)) as url:
        yield url


@pytest.fixture
def serve(stores: Any) -> Iterator[Callable[..., httpx2.Client]]:
    """Another server with other settings."""
    from ingress.app import build

    with contextlib.ExitStack() as stack:

        def start(**values: str) -> httpx2.Client:
            stack.enter_context(environment(**values))
            url = stack.enter_context(served(build()))
            return stack.enter_context(httpx2.Client(base_url=url, timeout=PATIENCE_S))

        yield start


@pytest.fixture
def http(base_url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=base_url, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
def workers(valkey_url: str) -> Iterator[Workers]:
    made = Workers(valkey_url)
    made.redis.flushdb()
    yield made
    made.queue.close()


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., Future[Any]]]:
    """Run something beside the test."""
    with ThreadPoolExecutor(8) as pool:
        yield pool.submit


def key(credential: str, **more: str) -> dict[str, str]:
    return {"X-API-Key": credential, **more}


def words(text: str = "When do you open?", session: str = SESSION) -> dict[str, str]:
    return {"session_id": session, "message": text}


def new_session() -> str:
    return uuid.uuid4().hex
