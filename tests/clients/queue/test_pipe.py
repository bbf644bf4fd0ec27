"""The one connection that the event loop's calls share: order, errors, loss, silence, cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import redis
from redis import exceptions

from clients.queue import AsyncQueue, connect_async
from clients.queue.pipe import Pipe
from config.errors import StoreUnavailable
from tests.clients.queue.cast import LossyProxy


@pytest.fixture
def proxy(valkey_url: str, store: object) -> Iterator[LossyProxy]:
    lossy = LossyProxy(valkey_url)
    yield lossy
    with suppress(OSError):
        lossy.close()


def run(url: str, work: Callable[[Pipe], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        pipe = Pipe(connect_async(url, max_connections=1))
        try:
            return await work(pipe)
        finally:
            await pipe.close()

    return asyncio.run(whole())


async def gathered(*calls: Awaitable[Any]) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


def test_each_caller_gets_its_own_answer(valkey_url: str, store: redis.Redis) -> None:
    async def work(pipe: Pipe) -> list[Any]:
        return await gathered(*(pipe.call("ECHO", f"number {number}") for number in range(1000)))

    assert run(valkey_url, work) == [f"number {number}".encode() for number in range(1000)]


def test_all_share_one_connection(valkey_url: str, store: redis.Redis) -> None:
    before = len(store.client_list())

    async def work(pipe: Pipe) -> int:
        await gathered(*(pipe.call("PING") for _ in range(50)))
        return len(store.client_list()) - before

    assert run(valkey_url, work) == 1


def test_an_error_is_its_callers_alone(valkey_url: str, store: redis.Redis) -> None:
    async def work(pipe: Pipe) -> list[Any]:
        return await gathered(
            pipe.call("SET", "a", 1),
            pipe.call("LPUSH", "a", 1),
            pipe.call("EVALSHA", "0" * 40, 0),
            pipe.call("GET", "a"),
        )

    first, wrong, unknown, last = run(valkey_url, work)
    assert (first, last) == (b"OK", b"1")
    assert isinstance(wrong, exceptions.ResponseError)
    assert isinstance(unknown, exceptions.NoScriptError)


def test_an_answer_of_any_size_arrives_whole(valkey_url: str, store: redis.Redis) -> None:
    async def work(pipe: Pipe) -> list[Any]:
        return await gathered(*(pipe.call("ECHO", b"x" * 3_000_000) for _ in range(4)), pipe.call("PING"))

    assert [len(answer) for answer in run(valkey_url, work)] == [3_000_000] * 4 + [4]


def test_a_caller_who_gives_up_takes_nobody_elses_answer(valkey_url: str, store: redis.Redis) -> None:
    async def work(pipe: Pipe) -> Any:
        await pipe.call("PING")
        leaver = asyncio.create_task(pipe.call("ECHO", "mine"))
        await asyncio.sleep(0)
        leaver.cancel()
        return await pipe.call("ECHO", "yours")

    assert run(valkey_url, work) == b"yours"


def test_a_lost_connection_is_told_to_all_who_wait_and_replaced(proxy: LossyProxy) -> None:
    async def work(pipe: Pipe) -> tuple[list[Any], Any]:
        await pipe.call("PING")
        proxy.lose_reply()
        return await gathered(*(pipe.call("PING") for _ in range(5))), await pipe.call("PING")

    lost, after = run(proxy.url, work)
    assert {type(error) for error in lost} == {exceptions.ConnectionError}
    assert after == b"PONG"


def test_silence_is_a_time_out(valkey_url: str, store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.queue.pipe.SOCKET_TIMEOUT_S", 0.1)

    async def work(pipe: Pipe) -> list[Any]:
        return await gathered(pipe.call("BLPOP", "nothing", 5), pipe.call("PING"))

    assert {type(error) for error in run(valkey_url, work)} == {exceptions.TimeoutError}


def test_a_busy_connection_is_not_taken_for_a_silent_one(
    valkey_url: str, store: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.queue.pipe.SOCKET_TIMEOUT_S", 0.2)

    async def work(pipe: Pipe) -> list[Any]:
        return [await pipe.call("BLPOP", f"nothing {number}", 0.05) for number in range(8)]

    assert run(valkey_url, work) == [None] * 8


def test_a_store_that_stays_away_is_said_to_be(proxy: LossyProxy) -> None:
    async def whole() -> list[Any]:
        front = AsyncQueue(connect_async(proxy.url, max_connections=1))
        await front.ping()
        proxy.close()
        answers = await gathered(*(front.ping() for _ in range(3)))
        await front.close()
        return answers

    assert {type(error) for error in asyncio.run(whole())} == {StoreUnavailable}


def test_a_demoted_primary_is_given_up(valkey_url: str, store: redis.Redis) -> None:
    """Its refusal counts as away, and the next call looks for the server anew."""

    @asynccontextmanager
    async def demoted() -> Any:
        store.replicaof("127.0.0.1", "1")
        try:
            yield
        finally:
            store.replicaof("NO", "ONE")

    async def whole() -> tuple[int, int]:
        front = AsyncQueue(connect_async(valkey_url, max_connections=1))
        before = await front.raise_epoch("tenant-alice", "c")
        async with demoted():
            with pytest.raises(StoreUnavailable):
                await front.raise_epoch("tenant-alice", "c")
        after = await front.raise_epoch("tenant-alice", "c")
        await front.close()
        return before, after

    before, after = asyncio.run(whole())
    assert after > before
