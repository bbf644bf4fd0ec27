"""A real Valkey for the budget scripts, of this folder's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from clients.queue import connect
from clients.spending import Purses
from config.embedded import valkey


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("valkey")
    with valkey(folder, temporary=True) as server:
        yield server.url


@pytest.fixture
def store(valkey_url: str) -> Iterator[redis.Redis]:
    client = connect(valkey_url, max_connections=4)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def purses(store: redis.Redis) -> Purses:
    return Purses(store)
