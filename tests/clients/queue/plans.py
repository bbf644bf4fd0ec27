"""What hypothesis plays on the queue: lists of steps, each kind with what its property is about in it often."""

from __future__ import annotations

from hypothesis import strategies as st

from clients.queue import Limits
from tests.clients.queue.steps import (
    BULK,
    INTERACTIVE,
    PROCESSES,
    Advance,
    Fetch,
    FlushScripts,
    Goodbye,
    Pass,
    Put,
    PutAgain,
    Repeat,
    Report,
    Revive,
    SetLimits,
    Settle,
    Step,
)
from tests.clients.queue.view import TENANTS

Steps = tuple[Step, ...]
Chunk = st.SearchStrategy[Steps]

some = st.integers(0, 11)
process = st.integers(0, PROCESSES - 1)
tenant = st.sampled_from(TENANTS)
queue = st.sampled_from((*INTERACTIVE, *BULK))
key = st.sampled_from(("", "", "k", "j"))
cost = st.sampled_from((1, 2, 5, 8))
weight = st.sampled_from((0.5, 1.0, 2.0, 4.0))  # powers of two: counters are exact, and equal ones equal on both sides
real_cost = st.sampled_from((None, 0, 1, 3, 20))
delay_ms = st.sampled_from((1, 300, 1500))
rate = st.sampled_from((0.0, 0.5, 1.0, 4.0))
burst = st.integers(1, 3)
cap = st.sampled_from((None, None, 1, 2))


def one(kind: type[Step], *facts: st.SearchStrategy[object], **more: st.SearchStrategy[object]) -> Chunk:
    return st.builds(lambda *given, **named: (kind(*given, **named),), *facts, **more)


def plan(*chunks: Chunk, at_least: int = 15, at_most: int = 40) -> st.SearchStrategy[list[Step]]:
    """Chunks in any order; one named twice comes twice as often."""
    return st.lists(st.one_of(*chunks), min_size=at_least, max_size=at_most).map(
        lambda drawn: [step for chunk in drawn for step in chunk]
    )


def _limits(tenant: str, *facts: object) -> SetLimits:
    return SetLimits(tenant, Limits(*facts))  # type: ignore[arg-type]


def _crash(process: int, count: int, times: int) -> Steps:
    """So many processes in a row die of what they fetched."""
    return (Fetch(process, count), Pass(6, process, crashed=True)) * times


def _starved(tenant: str, queue: str, rate: float, burst: int, count: int, process: int, token: str) -> Steps:
    """More is accepted than there are tokens for, and what has one starts."""
    return (
        SetLimits(tenant, Limits(1.0, rate, burst)),
        Put(tenant, queue, count, token=token),  # type: ignore[arg-type]
        Fetch(process, 1),
    )


def _capped(tenant: str, queue: str, cap: int, count: int, process: int) -> Steps:
    """More waits than may run at once, and as much as may does."""
    return (SetLimits(tenant, Limits(concurrency=cap)), Put(tenant, queue, count), Fetch(process, 20))


def _flood(tenant: str, other: str, count: int, process: int) -> Steps:
    """Bulk work waits behind more than its share of interactive work."""
    return (Put(tenant, count=count), Put(other, "crawl", 2), Fetch(process, count))


put = one(Put, tenant, queue, st.integers(1, 4), cost, key)
put_delayed = one(Put, tenant, queue, st.just(1), cost, key, delay_ms)
accept = one(Put, tenant, queue, st.integers(1, 4), cost, key, st.just(0), st.sampled_from(("wait", "refuse", "none")))
starved = st.builds(
    _starved, tenant, queue, rate, burst, st.integers(2, 5), process, st.sampled_from(("wait", "wait", "refuse"))
)
fetch = one(Fetch, process, st.integers(1, 4))
fetch_lost = one(Fetch, process, st.integers(0, 3), st.booleans(), st.just(True))
outcome = st.sampled_from(("done", "done", "later", "back", "dead"))
settle = one(Settle, some, outcome, real_cost, st.sampled_from((0, 1, 200, 2500)), st.integers(0, 2))
settle_lost = one(Settle, some, st.just("done"), count=st.integers(0, 2), lost=st.just(True))
limits = st.builds(lambda *facts: (_limits(*facts),), tenant, weight, rate, burst, cap)
crash = st.builds(_crash, process, st.integers(1, 3), st.sampled_from((1, 1, 4, 5)))
silence = one(Pass, st.integers(1, 4), process)
advance = one(Advance, st.sampled_from((1, 100, 500, 2000, 7000)))
report = one(Report, process, st.integers(0, 2))
revive = one(Revive, tenant, st.booleans())

anything = plan(
    *(put, accept, starved, put_delayed, fetch, fetch, fetch_lost, settle, settle, settle_lost),
    *(limits, crash, silence, advance, report, revive),
    *(one(PutAgain, some), one(Repeat, process), one(Goodbye, process), st.just((FlushScripts(),))),
)

# Calls start one message at most, so that each shows one charge.
chat = st.just("chat")
shares = plan(
    one(Put, tenant, chat, st.integers(2, 6), cost),
    st.builds(_starved, tenant, chat, rate, burst, st.just(3), process, st.just("wait")),
    one(Fetch, process),
    one(Fetch, process),
    one(Settle, some, outcome, real_cost, delay_ms, st.integers(0, 1)),
    one(Settle, some, st.just("done"), real_cost, st.just(0), st.just(1)),
    st.builds(_crash, process, st.just(1), st.just(1)),
    st.builds(lambda *facts: (_limits(*facts),), tenant, weight, st.just(20.0), st.just(100), cap),
    one(Advance, st.sampled_from((500, 2000))),
    at_least=25,
    at_most=50,
)

# Neither delays before the first start, nor tokens, nor dead letters tried again: each message has one place in its lane.
orders = plan(
    one(Put, st.sampled_from(TENANTS[:2]), chat, st.integers(1, 3), cost, key),
    one(Fetch, process, st.integers(1, 2)),
    one(
        Settle, some, st.sampled_from(("done", "later", "back", "back", "dead")), real_cost, delay_ms, st.integers(0, 1)
    ),
    st.builds(_crash, process, st.integers(1, 2), st.just(1)),
    one(Goodbye, process),
    advance,
)

# Caps, tokens, crashes, keys: all that keeps a message from starting, and who asks for more than there is.
idle_hands = plan(
    one(Put, tenant, queue, st.integers(1, 4), cost, key),
    starved,
    st.builds(_capped, tenant, queue, st.integers(1, 2), st.integers(2, 4), process),
    limits,
    one(Fetch, process, st.just(20)),
    *(one(Settle, some, outcome, real_cost, delay_ms, st.just(20)),) * 2,
    st.builds(_crash, process, st.integers(1, 3), st.just(1)),
    advance,
)

# One set of limits per tenant, and whatever may start does so at once.
_accept_and_start = st.builds(
    lambda tenant, count, token: (Put(tenant, "chat", count, token=token), Fetch(0, 100)),
    tenant,
    st.integers(1, 4),
    st.sampled_from(("wait", "wait", "refuse")),
)
_wait_and_start = st.builds(
    lambda ms: (Advance(ms), Fetch(0, 100)), st.sampled_from((1, 50, 249, 250, 499, 1000, 2001, 9000))
)
buckets = st.builds(
    lambda given, steps: [*given, *steps],
    st.tuples(*(st.builds(_limits, st.just(name), weight, rate, burst) for name in TENANTS)),
    plan(_accept_and_start, _wait_and_start),
)

# Nobody dies, and every process asks for all classes.
classes = plan(
    one(Put, tenant, queue, st.integers(1, 8)),
    st.builds(_flood, tenant, tenant, st.integers(15, 25), st.integers(0, 1)),
    one(Fetch, st.integers(0, 1), st.integers(1, 12)),
    one(Settle, some, st.just("done"), count=st.integers(0, 3)),
    at_least=6,
    at_most=15,
)

deaths = plan(
    one(Put, tenant, chat, st.integers(1, 3)),
    one(Fetch, process, st.integers(1, 3)),
    one(Settle, some, st.sampled_from(("done", "back", "later")), st.none(), st.just(1), st.integers(0, 1)),
    st.builds(_crash, process, st.integers(1, 2), st.integers(1, 5)),
    one(Report, process, st.integers(0, 1)),
    revive,
    at_least=8,
    at_most=25,
)

# Replies are lost, no process is.
repeats = plan(
    one(Put, tenant, chat, st.integers(1, 3)),
    one(Fetch, process, st.integers(0, 3), st.booleans(), st.booleans()),
    one(Settle, some, st.just("done"), count=st.integers(0, 2), lost=st.booleans()),
    one(Repeat, process),
)
