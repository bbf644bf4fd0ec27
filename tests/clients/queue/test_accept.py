from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clients.queue import Acceptance, Accepted, AsyncQueue, Bucket, Limits, Queue, connect_async
from tests.clients.queue.cast import ALICE, MALLORY, Clock, Task, Worker, label

Accept = Callable[..., Accepted]


@pytest.fixture
def accept(valkey_url: str, queue: Queue, clock: Clock) -> Iterator[Accept]:
    """Accept a task; message ids count up unless one is given."""
    with asyncio.Runner() as runner:

        async def make() -> AsyncQueue:
            return AsyncQueue(connect_async(valkey_url, max_connections=2), clock=clock)

        front = runner.run(make())
        count = iter(range(1_000_000))

        def run(task: Task | None = None, **facts: Any) -> Accepted:
            facts.setdefault("message_id", f"m{next(count)}")
            return runner.run(front.accept(Acceptance(job=task or Task(), **facts)))

        yield run
        runner.run(front.close())


def test_what_is_accepted_is_in_the_lane(accept: Accept, worker: Worker) -> None:
    accepted = accept(Task(label="hello", turn_id="t1"))
    assert (accepted.status, accepted.turn_id, accepted.epoch) == ("accepted", "t1", None)
    assert worker.labels() == ["hello"]


def test_a_duplicate_names_the_first_turn_and_enqueues_nothing(accept: Accept, worker: Worker) -> None:
    accept(Task(turn_id="t1"), dedupe=("a", "b"))
    again = accept(Task(turn_id="t2"), dedupe=("b",))
    assert (again.status, again.turn_id) == ("duplicate", "t1")
    assert len(worker.fetch(10)) == 1


def test_a_dedupe_name_of_one_tenant_means_nothing_to_another(accept: Accept) -> None:
    accept(Task(tenant_id=ALICE), dedupe=("a",))
    assert accept(Task(tenant_id=MALLORY), dedupe=("a",)).status == "accepted"


def test_the_same_name_with_another_fingerprint_is_a_conflict(accept: Accept) -> None:
    accept(dedupe=("key",), fingerprint="aa")
    assert accept(dedupe=("key",), fingerprint="bb").status == "conflict"
    assert accept(dedupe=("key",), fingerprint="aa").status == "duplicate"


def test_a_duplicate_caller_listens_to_the_first_turn(accept: Accept, queue: Queue, store: Any) -> None:
    accept(Task(turn_id="t1"), dedupe=("key",), channel="web-1")
    accept(Task(turn_id="t2"), dedupe=("key",), channel="web-2")
    assert store.smembers(f"{{fd1}}:to:{ALICE}:t1") == {b"web-1", b"web-2"}


def test_the_same_call_again_is_accepted_again_and_changes_nothing(accept: Accept, worker: Worker) -> None:
    first = accept(Task(turn_id="t1"), dedupe=("key",), sign="message", message_id="same")
    again = accept(Task(turn_id="t1"), dedupe=("key",), sign="message", message_id="same")
    assert again == first
    assert len(worker.fetch(10)) == 1


def test_a_human_sign_raises_the_epoch_at_once(accept: Accept, queue: Queue, clock: Clock) -> None:
    first = accept(sign="message").epoch
    assert first == clock.now_ms == queue.epoch(ALICE, "conversation")
    assert accept(sign="message").epoch == first + 1
    assert queue.raise_epoch(ALICE, "conversation", at_least=first + 100) == first + 100


def test_an_assignment_is_a_sign_only_when_the_assignee_changes(accept: Accept) -> None:
    assert accept(Task(assignee="bob"), sign="assignee").status == "accepted"
    unchanged = accept(Task(assignee="bob"), sign="assignee")
    epoch = unchanged.epoch
    assert unchanged.status == "unchanged"
    assert accept(Task(assignee="carol"), sign="assignee").epoch == (epoch or 0) + 1


def test_to_nobody_is_no_sign_but_the_same_person_counts_again_after_it(accept: Accept) -> None:
    assert accept(Task(assignee=None), sign="assignee").status == "unchanged"
    taken = accept(Task(assignee="bob"), sign="assignee")
    let_go = accept(Task(assignee=None), sign="assignee")
    assert (let_go.status, let_go.epoch) == ("accepted", taken.epoch)
    again = accept(Task(assignee="bob"), sign="assignee")
    assert again.status == "accepted"
    assert (again.epoch or 0) > (taken.epoch or 0)


def test_who_had_it_when_it_was_closed_does_not_take_it_by_its_being_opened(accept: Accept) -> None:
    closed = accept(Task(assignee="bob"), sign="closed")
    assert (closed.status, closed.epoch) == ("accepted", None)
    assert accept(Task(assignee="bob"), sign="assignee").status == "unchanged"
    assert (accept(Task(assignee="carol"), sign="assignee").epoch or 0) > 0


def test_a_caller_without_a_token_is_told_when_one_is_due(accept: Accept, queue: Queue, clock: Clock) -> None:
    queue.set_limits(ALICE, Limits(rate_per_s=2, burst=1))
    assert accept(token="refuse").status == "accepted"
    limited = accept(token="refuse", dedupe=("key",))
    assert (limited.status, limited.retry_after_ms) == ("limited", 500)
    clock.advance(500)
    assert accept(token="refuse", dedupe=("key",)).status == "accepted"


def test_every_bucket_must_yield_and_none_is_charged_for_a_refusal(accept: Accept, clock: Clock) -> None:
    session = Bucket("session:s", rate_per_s=1, burst=2)
    share = Bucket("public", rate_per_s=1, burst=1)
    assert accept(token="refuse", buckets=(session, share)).status == "accepted"
    assert accept(token="refuse", buckets=(session, share)).status == "limited"
    assert accept(token="refuse", buckets=(session,)).status == "accepted"
    assert accept(token="refuse", buckets=(session,)).retry_after_ms == 1000


def test_a_waiting_message_parks_its_lane_until_a_token_is_due(
    accept: Accept, queue: Queue, worker: Worker, clock: Clock
) -> None:
    queue.set_limits(ALICE, Limits(rate_per_s=2, burst=1))
    for name in ("a", "b", "c"):
        assert accept(Task(label=name), token="wait").status == "accepted"
    accept(Task(label="other", tenant_id=MALLORY), token="wait")
    fetched = worker.fetched(10)
    assert [label(entry) for entry in fetched.messages] == ["a", "other"]
    assert fetched.next_due_ms == 500
    clock.advance(499)
    assert worker.labels() == []
    clock.advance(1)
    assert worker.labels() == ["b"]
    clock.advance(500)
    assert worker.labels() == ["c"]


def test_a_token_is_taken_once_however_often_the_message_returns(
    accept: Accept, queue: Queue, worker: Worker, clock: Clock
) -> None:
    queue.set_limits(ALICE, Limits(rate_per_s=1, burst=1))
    accept(Task(label="a"), token="wait")
    accept(Task(label="b"), token="wait")
    worker.fetch(10)
    clock.advance(1000)
    (b,) = worker.fetch(10)
    worker.back(b)
    assert worker.labels() == ["b"]


def test_a_message_that_needs_no_token_never_waits_behind_one_that_does(
    accept: Accept, queue: Queue, worker: Worker
) -> None:
    queue.set_limits(ALICE, Limits(rate_per_s=1, burst=1))
    accept(Task(label="a"), token="wait")
    accept(Task(label="b"), token="wait")
    assert worker.labels() == ["a"]
    accept(Task(label="sign"), sign="message")
    assert worker.labels() == ["sign"]


def test_a_parked_lane_refuses_callers_that_can_be_told(
    accept: Accept, queue: Queue, worker: Worker, clock: Clock
) -> None:
    queue.set_limits(ALICE, Limits(rate_per_s=1, burst=1))
    accept(token="wait")
    accept(token="wait")
    worker.fetch(10)
    limited = accept(token="refuse")
    assert (limited.status, limited.retry_after_ms) == ("limited", 1000)


def test_new_limits_free_a_parked_lane_at_once(accept: Accept, queue: Queue, worker: Worker, clock: Clock) -> None:
    queue.set_limits(ALICE, Limits(rate_per_s=0.01, burst=1))
    accept(Task(label="a"), token="wait")
    accept(Task(label="b"), token="wait")
    assert worker.labels() == ["a"]
    queue.set_limits(ALICE, Limits(rate_per_s=1000, burst=10))
    clock.advance(1)
    assert worker.labels() == ["b"]


def test_a_bucket_never_gives_more_than_burst_and_rate_allow(
    accept: Accept, queue: Queue, worker: Worker, clock: Clock
) -> None:
    queue.set_limits(ALICE, Limits(rate_per_s=10, burst=5))
    for _ in range(40):
        accept(token="wait")
    started = 0
    for _ in range(30):
        started += len(worker.fetch(40))
        clock.advance(50)
    assert 5 + 14 <= started <= 5 + 15


def test_a_full_lane_refuses_work_but_no_human_sign(accept: Accept) -> None:
    accept(lane_limit=1)
    assert accept(lane_limit=1).status == "full"
    assert accept(lane_limit=1, sign="message").status == "accepted"


def test_parking_earns_no_credit(accept: Accept, queue: Queue, worker: Worker, clock: Clock) -> None:
    queue.set_limits(ALICE, Limits(rate_per_s=1, burst=1))
    accept(token="wait")
    accept(token="wait")
    worker.fetch(10)
    for _ in range(50):
        queue.enqueue(Task(tenant_id=MALLORY))
    worker.fetch(40)
    clock.advance(1000)
    for _ in range(10):
        queue.enqueue(Task(tenant_id=ALICE))
    tenants = [entry.tenant_id for entry in worker.fetch(10)]
    assert 4 <= tenants.count(ALICE) <= 6
