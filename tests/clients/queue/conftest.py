"""A real Valkey for the queue's tests, a clock that stands still until told, and a queue over both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from clients.queue import Queue, connect
from config.embedded import valkey
from tests.clients.queue.cast import Clock, Worker

pytest.register_assert_rewrite("tests.clients.queue.lua_scenes")


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("valkey")
    with valkey(folder, temporary=True) as server:
        yield server.url


@pytest.fixture
def store(valkey_url: str) -> Iterator[redis.Redis]:
    """A bare client on an empty store."""
    client = connect(valkey_url, max_connections=4)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture(scope="module")
def model_store(valkey_url: str) -> Iterator[redis.Redis]:
    """For tests that play many examples: each empties it for itself."""
    client = connect(valkey_url, max_connections=2)
    yield client
    client.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(store: redis.Redis, clock: Clock) -> Queue:
    return Queue(store, clock=clock)


@pytest.fixture
def worker(queue: Queue) -> Worker:
    return Worker(queue, "worker-1")


@pytest.fixture
def other_worker(queue: Queue) -> Worker:
    return Worker(queue, "worker-2")
