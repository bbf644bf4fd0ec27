from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from clients.queue import GAP, Acceptance, Answers, AsyncQueue, Queue, connect_async
from tests.clients.queue.cast import ALICE, LossyProxy, Task

PATIENCE_S = 5.0


@asynccontextmanager
async def listening(url: str, on_invalidation: Callable[[str | None], None] | None = None) -> AsyncIterator[Answers]:
    client = connect_async(url, max_connections=1)
    answers = Answers(client, "web-1", on_invalidation=on_invalidation)
    await answers.start()
    yield answers
    await answers.stop()
    await client.aclose()


async def in_thread(call: Callable[[], object]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, call)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


def run(story: Awaitable[None]) -> None:
    async def whole() -> None:
        await story

    asyncio.run(whole())


def test_a_caller_registered_before_accepting_hears_its_turn(valkey_url: str, queue: Queue) -> None:
    async def story() -> None:
        front = AsyncQueue(connect_async(valkey_url, max_connections=1))
        async with listening(valkey_url) as answers, answers.waiting("t1") as waiter:
            accepted = Acceptance(job=Task(turn_id="t1"), message_id="m", channel=answers.channel)
            await front.accept(accepted)
            await in_thread(lambda: queue.publish(ALICE, "t1", "done", {"reply": "hello"}))
            event = await waiter.next(PATIENCE_S)
            assert event is not None
            assert (event.n, event.kind, event.data) == (1, "done", {"reply": "hello"})
            assert await waiter.next(0.01) is None
        await front.close()

    run(story())


def test_many_callers_share_one_connection_and_hear_only_their_turn(valkey_url: str, queue: Queue) -> None:
    async def story() -> None:
        async with (
            listening(valkey_url) as answers,
            answers.waiting("t1") as one,
            answers.waiting("t1") as twin,
            answers.waiting("t2") as other,
        ):
            queue.listen(ALICE, "t1", answers.channel)
            await in_thread(lambda: queue.publish(ALICE, "t1", "done", {}))
            for waiter in (one, twin):
                assert await waiter.next(PATIENCE_S) is not None
            assert await other.next(0.05) is None

    run(story())


def test_a_missing_number_is_a_gap(valkey_url: str, queue: Queue) -> None:
    async def story() -> None:
        async with listening(valkey_url) as answers, answers.waiting("t1") as waiter:
            queue.publish(ALICE, "t1", "sources", {})  # nobody listened yet
            queue.listen(ALICE, "t1", answers.channel)
            queue.publish(ALICE, "t1", "done", {})
            gap = await waiter.next(PATIENCE_S)
            assert gap is not None
            assert gap.kind == GAP
            events = queue.events(ALICE, "t1", after=waiter.last("t1"))
            assert [event.kind for event in events] == ["sources", "done"]
            waiter.seen("t1", events[-1].n)
            assert await waiter.next(0.01) is None

    run(story())


def test_a_caller_can_follow_the_turn_it_was_joined_to(valkey_url: str, queue: Queue) -> None:
    async def story() -> None:
        async with listening(valkey_url) as answers, answers.waiting("t1") as waiter:
            queue.listen(ALICE, "t2", answers.channel)
            waiter.follow("t2")
            queue.publish(ALICE, "t2", "done", {})
            event = await waiter.next(PATIENCE_S)
            assert event is not None
            assert event.turn_id == "t2"

    run(story())


def test_after_a_reconnect_every_waiter_is_told_to_read_again(valkey_url: str, queue: Queue) -> None:
    async def story() -> None:
        proxy = LossyProxy(valkey_url)
        dropped: list[str | None] = []
        async with listening(proxy.url, dropped.append) as answers, answers.waiting("t1") as waiter:
            assert dropped == [None]
            queue.listen(ALICE, "t1", answers.channel)
            proxy.lose_reply()
            queue.publish(ALICE, "t1", "sources", {})  # lost with the connection
            event = await waiter.next(PATIENCE_S)
            assert event is not None
            assert event.kind == GAP
            assert dropped == [None, None]
            waiter.seen("t1", 1)
            queue.publish(ALICE, "t1", "done", {})
            event = await waiter.next(PATIENCE_S)
            assert event is not None
            assert event.kind == "done"
        proxy.close()

    run(story())


def test_a_changed_tenant_is_told_to_every_process(valkey_url: str, queue: Queue) -> None:
    async def story() -> None:
        dropped: list[str | None] = []
        front = AsyncQueue(connect_async(valkey_url, max_connections=1))
        async with listening(valkey_url, dropped.append):
            await front.publish_invalidation(ALICE)
            await until(lambda: ALICE in dropped)
        await front.close()

    run(story())


def test_who_watches_a_conversation_hears_of_changes_and_of_its_turns_ends(valkey_url: str, queue: Queue) -> None:
    async def story() -> None:
        front = AsyncQueue(connect_async(valkey_url, max_connections=1))
        async with listening(valkey_url) as answers, answers.waiting("c1") as watcher:
            await front.watch(ALICE, "c1", answers.channel)
            changes: list[Callable[[], object]] = [
                lambda: queue.conversation_changed(ALICE, "c1"),
                lambda: queue.publish(ALICE, "t1", "done", {"conversation_id": "c1"}),
            ]
            for change in changes:
                await in_thread(change)
                event = await watcher.next(PATIENCE_S)
                assert event is not None
                assert event.kind == GAP
            await in_thread(lambda: queue.publish(ALICE, "t2", "sources", {"conversation_id": "c1"}))
            await in_thread(lambda: queue.conversation_changed(ALICE, "c2"))
            assert await watcher.next(0.05) is None
        await front.close()

    run(story())
