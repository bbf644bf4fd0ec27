"""(b) The queue beside stock Dramatiq, Celery and taskiq: jobs/s, enqueues/s, and how soon an idle worker starts a job.

One store with its append-only file on, a database for each; one worker process each, 8 threads, empty jobs, nothing restarted.
Ours has everything on: tenants with limits, a sequence key and a token per job, both classes, heartbeats, metrics, logs.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.line import Job, Line, Sent, lines, store
from bench.maths import quantile
from bench.report import Bound, Figure, Part, Progress, alternating, at_least, at_most, compared
from bench.systems.frontdesk import BenchMessage, BulkMessage
from bench.systems.journal import Start
from clients.queue import Acceptance, AsyncQueue, Limits, Queue, connect, connect_async

THREADS = 8
JOBS = 2_500  # a drain
TENANTS = 100
CONVERSATIONS = 10  # of each tenant
BULK_EVERY = 20  # every so many is of the class bulk
STARTS = 45  # idle ones of a round: 315 in seven
TICK_S = 0.08  # between two of one system; stock Dramatiq's queues take turns, so each of them rests 24 ticks
OURS, STOCK, CELERY, TASKIQ = "Frontdesk", "stock Dramatiq", "Celery", "taskiq"
OTHERS = (STOCK, CELERY, TASKIQ)
TOKENS = "Frontdesk, a token each"


@dataclass(frozen=True)
class Drain:
    """Jobs piled up, then let go at once."""

    enqueues_per_s: float
    jobs_per_s: float
    wrong: tuple[str, ...]


def measure(progress: Progress, rounds: int) -> list[Part]:
    progress("starting four systems")
    systems = ("frontdesk", "dramatiq_redis", "celery_redis", "taskiq_redis", "dramatiq_idle")
    with store() as url, lines(url, [(system, THREADS) for system in systems]) as (ours, stock, celery, taskiq, polled):
        queue = Queue(connect(ours.url, max_connections=1))
        drains = alternating(
            rounds,
            {
                OURS: lambda: drain(ours),
                TOKENS: lambda: drain_with_tokens(ours, queue),
                STOCK: lambda: drain(stock),
                CELERY: lambda: drain(celery),
                TASKIQ: lambda: drain(taskiq),
            },
            progress,
        )
        waits: dict[str, list[list[float]]] = {name: [] for name in (OURS, *OTHERS)}
        by_name = {OURS: ours, STOCK: polled, CELERY: celery, TASKIQ: taskiq}
        for number in range(rounds):
            progress(f"round {number + 1} of {rounds}: idle starts")
            for name, found in idle_starts(by_name).items():
                waits[name].append(found)
        queue.close()
    return [
        Part(
            "b",
            f"The queue: one worker process, {THREADS} threads, empty blocking jobs",
            (*_rates(drains), *_starts(waits)),
            notes=(
                f"Ours: {TENANTS} tenants with limits, sequence keys, both classes, heartbeats, metrics.",
                "Celery acknowledges before the job runs and loses it with its worker; the others acknowledge after.",
            ),
            details={
                "drains": {name: [vars(each) for each in each_round] for name, each_round in drains.items()},
                "idle_starts_ms": waits,
            },
            wrong=tuple(
                f"{name}: {what}" for name, each_round in drains.items() for each in each_round for what in each.wrong
            ),
        )
    ]


def jobs() -> list[Job]:
    """Round the tenants, each with its conversations."""
    return [
        Job(
            number,
            f"tenant-{number % TENANTS}",
            f"c{number % (TENANTS * CONVERSATIONS)}",
            bulk=number % BULK_EVERY == 0,
        )
        for number in range(JOBS)
    ]


def drain(line: Line) -> Drain:
    """Pile jobs up at the held worker, let go, and count from the first start to the last."""
    line.hold()
    piled = jobs()
    sent = line.send(piled)
    return _let_go(line, piled, sent)


def drain_with_tokens(line: Line, queue: Queue) -> Drain:
    """The same with messages that take their token when they start: their tenants had none when they were accepted."""
    line.hold()
    piled = jobs()
    _limit(queue, Limits(rate_per_s=0, burst=1))
    sent = asyncio.run(_accept(line.url, piled))
    _limit(queue, Limits(rate_per_s=1e6, burst=1))
    return _let_go(line, piled, sent)


def _let_go(line: Line, piled: Sequence[Job], sent: Sent) -> Drain:
    line.let_go()
    found = line.starts(len(piled))
    instants = sorted(start.at for start in found)
    return Drain(
        enqueues_per_s=len(piled) / sent.seconds,
        jobs_per_s=(len(instants) - 1) / (instants[-1] - instants[0]),
        wrong=_wrong(line, piled, found),
    )


def _wrong(line: Line, piled: Sequence[Job], found: Sequence[Start]) -> tuple[str, ...]:
    """Doubled jobs in any system; in ours also who started before an older one of his conversation."""
    numbers = [start.number for start in found]
    wrong = [f"{len(numbers) - len(set(numbers))} jobs ran twice"] if len(set(numbers)) != len(numbers) else []
    if line.system == "frontdesk":
        conversation_of = {job.number: job.conversation for job in piled}
        newest: dict[str | None, int] = {}
        early = 0
        for number in numbers:
            conversation = conversation_of[number]
            early += number < newest.get(conversation, -1)
            newest[conversation] = max(number, newest.get(conversation, -1))
        wrong += [f"{early} jobs started out of order"] if early else []
    return tuple(wrong)


async def _accept(url: str, piled: Sequence[Job]) -> Sent:
    client = connect_async(url, max_connections=1)
    queue, begin = AsyncQueue(client), time.monotonic()
    for job in piled:
        kind = BulkMessage if job.bulk else BenchMessage
        message = kind(tenant_id=job.tenant, number=job.number, conversation=job.conversation)
        await queue.accept(Acceptance(job=message, message_id=str(uuid.uuid4()), token="wait"))
    seconds = time.monotonic() - begin
    await queue.close()
    return Sent({}, seconds)


def _limit(queue: Queue, limits: Limits) -> None:
    for number in range(TENANTS):
        queue.set_limits(f"tenant-{number}", limits)


def idle_starts(by_name: Mapping[str, Line]) -> dict[str, list[float]]:
    """Milliseconds from just before a job was sent to its first line. The systems take turns within each tick."""
    begin = time.monotonic() + 0.5
    for place, line in enumerate(by_name.values()):
        shift = TICK_S / len(by_name)
        instants = [
            begin + tick * TICK_S + (place + tick) % len(by_name) * shift + random.uniform(0, shift / 2)
            for tick in range(STARTS)
        ]
        line.begin([Job(tick, f"tenant-{tick}", f"c{tick}", at=at) for tick, at in enumerate(instants)])
    sent = {name: line.sent() for name, line in by_name.items()}
    return {
        name: [(start.at - sent[name].at[start.number]) * 1000 for start in line.starts(STARTS)]
        for name, line in by_name.items()
    }


def _rates(drains: Mapping[str, Sequence[Drain]]) -> list[Figure]:
    per_s = {name: [each.jobs_per_s for each in each_round] for name, each_round in drains.items()}
    sent = {name: [each.enqueues_per_s for each in each_round] for name, each_round in drains.items()}
    faster = {STOCK: at_least(1.5, "x")}
    as_fast = {STOCK: at_least(0.95, "x")}
    return [
        *(compared("jobs/s", per_s[TOKENS], "1/s", name, per_s[name], ratio_bound=faster.get(name)) for name in OTHERS),
        compared("jobs/s, no token needed", per_s[OURS], "1/s", STOCK, per_s[STOCK]),
        *(
            compared("enqueues/s", sent[OURS], "1/s", name, sent[name], ratio_bound=as_fast.get(name))
            for name in OTHERS
        ),
    ]


def _starts(waits: Mapping[str, Sequence[Sequence[float]]]) -> list[Figure]:
    return [
        _start(f"idle start p{share * 100:.0f}", share, waits, name, bound if name == STOCK else None)
        for share, bound in ((0.5, at_most(3, "ms")), (0.99, at_most(15, "ms")))
        for name in OTHERS
    ]


def _start(
    title: str, share: float, waits: Mapping[str, Sequence[Sequence[float]]], name: str, bound: Bound | None
) -> Figure:
    """The quantile of all rounds' starts together; one round alone is too few for a 99th."""
    ours, theirs = (quantile([wait for each in waits[which] for wait in each], share) for which in (OURS, name))
    of_rounds = [quantile(each, share) for each in waits[OURS]]
    return Figure(
        title,
        ours,
        "ms",
        spread=(min(of_rounds), max(of_rounds)),
        beside=(name, theirs),
        ratio=ours / theirs,
        bound=bound.text if bound else None,
        holds=bound.holds(ours) if bound else None,
    )
