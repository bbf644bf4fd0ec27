from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from config.errors import StoreUnavailable
from ingress import credentials
from ingress.credentials import Credentials
from models.access import TenantAccess

TENANT = TenantAccess(uuid.uuid4(), "Alice", False, frozenset(), 1.0, 20.0, 100, 0.5)


class Store:
    """A Postgres that counts look-ups and can be away."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked = 0
        self.away = False
        self.subscribed = True
        self.answer: Any = TENANT
        self.gate: asyncio.Event | None = None
        self.cache = Credentials(self.look, subscribed=lambda: self.subscribed, clock=lambda: self.now)
        self.cache.changed(None)  # the subscription came up

    async def look(self, load: Callable[[], Any]) -> Any:
        self.asked += 1
        answer, away = self.answer, self.away
        if self.gate is not None:
            await self.gate.wait()
        if away:
            raise StoreUnavailable("away")
        return answer

    async def find(self) -> Any:
        return await self.cache.by_account_token("token")


def test_a_known_credential_is_remembered_for_a_minute():
    async def story(store: Store) -> None:
        for after_s, asked in ((0, 1), (59, 1), (61, 2)):
            store.now = 1000.0 + after_s
            assert await store.find() is TENANT
            assert store.asked == asked

    asyncio.run(story(Store()))


def test_an_unknown_one_and_one_without_a_subscription_for_a_second():
    async def story(store: Store) -> None:
        for after_s, asked in ((0, 1), (0.9, 1), (1.1, 2)):
            store.now = 1000.0 + after_s
            await store.find()
            assert store.asked == asked

    nobody, unsubscribed = Store(), Store()
    nobody.answer = None
    unsubscribed.subscribed = False
    asyncio.run(story(nobody))
    asyncio.run(story(unsubscribed))


def test_a_new_subscription_makes_older_entries_unsure():
    async def story(store: Store) -> None:
        await store.find()
        store.now += 2
        store.cache.changed(None)
        await store.find()
        assert store.asked == 2

    asyncio.run(story(Store()))


def test_a_change_drops_the_tenants_entries_only():
    async def story(store: Store) -> None:
        await store.find()
        store.cache.changed(str(uuid.uuid4()))
        await store.find()
        assert store.asked == 1
        store.cache.changed(str(TENANT.tenant_id))
        await store.find()
        assert store.asked == 2

    asyncio.run(story(Store()))


def test_what_was_read_before_a_change_is_not_remembered():
    async def story(store: Store) -> None:
        store.gate = asyncio.Event()
        old = asyncio.create_task(store.find())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        store.cache.changed(str(TENANT.tenant_id))
        store.answer = None
        new = asyncio.create_task(store.find())
        await asyncio.sleep(0)
        store.gate.set()
        assert await old is TENANT
        assert await new is None
        assert await store.find() is None
        assert store.asked == 2

    # `new` was read after the change, `old` must not have overwritten it
    asyncio.run(story(Store()))


def test_many_who_ask_at_once_ask_postgres_once():
    async def story(store: Store) -> None:
        found = await asyncio.gather(*(store.find() for _ in range(100)))
        assert found == [TENANT] * 100
        assert store.asked == 1

    asyncio.run(story(Store()))


def test_while_postgres_is_away_what_was_known_counts_for_five_minutes():
    async def story(store: Store) -> None:
        await store.find()
        store.away = True
        store.now += 200
        assert await store.find() is TENANT
        assert await store.find() is TENANT
        assert store.asked == 2  # asked again after a second, not for each request
        store.now += 1.1
        assert await store.find() is TENANT
        assert store.asked == 3
        store.now += 100
        with pytest.raises(StoreUnavailable):
            await store.find()
        store.away = False
        assert await store.find() is TENANT

    asyncio.run(story(Store()))


def test_a_changed_tenant_is_not_served_from_memory_while_postgres_is_away():
    async def story(store: Store) -> None:
        await store.find()
        store.away = True
        store.cache.changed(str(TENANT.tenant_id))
        with pytest.raises(StoreUnavailable):
            await store.find()

    asyncio.run(story(Store()))


def test_a_slow_postgres_is_not_waited_for_when_the_answer_is_known(monkeypatch):
    monkeypatch.setattr(credentials, "PATIENCE_S", 0.01)

    async def story(store: Store) -> None:
        await store.find()
        store.now += 61
        store.gate = asyncio.Event()
        assert await store.find() is TENANT
        store.gate.set()
        await store.cache.close()

    asyncio.run(story(Store()))


def test_the_cache_is_bounded_and_holds_no_credential(monkeypatch):
    monkeypatch.setattr(credentials, "ENTRIES", 3)

    async def story(store: Store) -> None:
        for number in range(10):
            await store.cache.by_account_token(f"secret-{number}")
        assert len(store.cache._entries) == 3
        assert not any("secret" in name for name in store.cache._entries)

    asyncio.run(story(Store()))


def test_guessing_does_not_pile_up_look_ups(monkeypatch):
    monkeypatch.setattr(credentials, "LOOK_UPS", 5)

    async def story(store: Store) -> None:
        store.gate = asyncio.Event()
        guesses = [asyncio.create_task(store.cache.by_account_token(str(number))) for number in range(6)]
        await asyncio.sleep(0)
        store.gate.set()
        results = await asyncio.gather(*guesses, return_exceptions=True)
        assert [type(result) for result in results] == [TenantAccess] * 5 + [StoreUnavailable]

    asyncio.run(story(Store()))
