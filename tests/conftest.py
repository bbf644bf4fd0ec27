"""Fixtures for every test: embedded servers, the database built by the migrations, tenants of the cast.

Alice owns a business, Bob is on her team, Mallory belongs to another tenant. A fresh tenant per test instead of a rollback:
row-level security isolates tests as it isolates customers. A missing server fails the test; nothing is skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings

# The same examples at every run; many more, and new ones each time, with `pytest --hypothesis-profile=long`.
# How long an example takes says nothing where others hold the processor.
settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "long", settings.get_profile("repeatable"), max_examples=5000, derandomize=False, print_blob=True
)
settings.load_profile("repeatable")

os.environ["ENVIRONMENT"] = "test"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the workers do, and before numpy is loaded
os.environ["SECRET_KEY"] = "a-key-for-tests-only-0123456789abcdef"
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")  # unit tests need none
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")

LONGEST = (  # begun first, so that at the end of `make test` no process works on one of them while the other has nothing left
    "workers/test_crawl_site.py",
    "workers/test_own_intents.py",
    "models/test_isolation.py",
    "documents/test_reader.py",
    "workers/test_broker.py",
    "models/test_search.py",
    "queue/test_model.py",
    "tests/test_architecture.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        name = "/".join(item.path.parts[-2:])
        return LONGEST.index(name) if name in LONGEST else len(LONGEST)

    items.sort(key=place)


@dataclass(frozen=True)
class Stores:
    """Addresses of the servers of this test run."""

    superuser_url: str
    owner_url: str
    app_url: str
    redis_url: str


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Embedded Postgres, migrated as the owner, and Valkey; the settings of this process point at them."""
    from config import embedded
    from config.settings import settings
    from migrations.run import upgrade

    folder = tmp_path_factory.mktemp("stores")
    with embedded.postgres(folder, temporary=True) as postgres, embedded.valkey(folder, temporary=True) as valkey:
        found = Stores(postgres.superuser_url, postgres.owner_url, postgres.app_url, valkey.url)
        os.environ["DATABASE_OWNER_URL"] = found.owner_url
        os.environ["DATABASE_URL"] = found.app_url
        os.environ["REDIS_URL"] = found.redis_url
        settings.cache_clear()
        upgrade()
        yield found
        from models.database import engine
        from workers.broker import queue

        queue().close()
        engine().dispose()


@pytest.fixture(scope="session")
def valkey_url(stores: Stores) -> str:
    return stores.redis_url


@pytest.fixture
def alice(stores: Stores):  # -> NewTenant
    from models.tenant import create_tenant

    return create_tenant("Alice's Bakery")


@pytest.fixture
def mallory(stores: Stores):  # -> NewTenant
    from models.tenant import create_tenant

    return create_tenant("Mallory & Co")
