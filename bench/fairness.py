"""(c) One tenant floods, 99 are quiet: how long the quiet wait beside what they wait alone; and who gets what share.

Ours alone and ours under the flood are two workers that take turns; stock Dramatiq gets the same flood once, for the picture.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.chart import Curve, cumulative
from bench.line import Job, Line, lines, store
from bench.maths import jain, quantile
from bench.report import LEAST_ROUNDS, Figure, Part, Progress, alone, alternating, at_least, compared
from bench.systems.journal import Start
from clients.queue import Limits, Queue, connect

PICTURE = Path("docs/fairness.svg")
THREADS, SLEEP_MS = 16, 50  # 320 starts a second at most
SHARING_THREADS = 8
QUIET_TENANTS, QUIET_PER_S, QUIET_S = 99, 90, 3.0  # 90 x 50 ms are 28 % of 16 threads
FLOOD = 10_000
FIRST_OF_FLOOD = 1_000_000_000
MARGIN_MS = 65.0
LARGEST = 20  # jobs are worth 1 to 20
LEAST_JOBS = 200  # of the largest, that each tenant's service must amount to
WEIGHTS = (1, 1, 1, 1, 2, 2, 4, 4)
SEED = 4


def measure(progress: Progress, rounds: int) -> list[Part]:
    dice = random.Random(SEED)
    with store() as url:
        progress("starting two workers, piling up the flood")
        with lines(url, [("frontdesk", THREADS)] * 2) as (unharmed, flooded):
            calm, storm = Quiet(unharmed, dice), Quiet(flooded, dice, Flood(flooded, dice))
            waits = alternating(rounds, {"alone": calm.round, "under the flood": storm.round}, progress)
        with lines(url, [("frontdesk", SHARING_THREADS)]) as (shared,):
            shares = Shares(shared, dice)
            indices = alternating(rounds, {"shares": shares.round}, progress)["shares"]
        progress(f"stock Dramatiq under the same flood, {FLOOD * SLEEP_MS / THREADS / 1000:.0f} s")
        with lines(url, [("dramatiq_redis", THREADS)]) as (stock,):
            behind = Quiet(stock, dice, Flood(stock, dice))
            waits["stock"] = [behind.round()]
    if rounds >= LEAST_ROUNDS:
        PICTURE.write_text(_picture(waits))
    return [
        Part(
            "c",
            f"Fairness: 1 tenant floods {FLOOD:,} jobs of {SLEEP_MS} ms, {QUIET_TENANTS} are quiet, {THREADS} threads",
            (
                *_figures(waits),
                alone(f"Jain's index, weights {min(WEIGHTS)} to {max(WEIGHTS)}", indices, "", at_least(0.99)),
            ),
            notes=(
                f"The quiet send {QUIET_PER_S} jobs/s, {QUIET_PER_S * SLEEP_MS / THREADS / 10:.0f} % of what"
                f" {THREADS} threads do; jobs cost 1 to {LARGEST}. Stock Dramatiq: one run.",
                f"Jain's index of cost served per weight, each tenant at least {LEAST_JOBS} x {LARGEST} x its weight.",
            ),
            details={"waits_ms": waits, "indices": indices, "furthest_apart": shares.furthest_apart},
            wrong=tuple(
                f"{name}: {count} jobs ran twice"
                for name, count in (
                    ("alone", calm.doubled),
                    ("flooded", storm.doubled),
                    ("stock", behind.doubled),
                    ("shares", shares.doubled),
                )
                if count
            ),
        )
    ]


@dataclass
class Flood:
    """A tenant that has FLOOD jobs waiting when a round begins; between rounds its worker is held."""

    line: Line
    dice: random.Random
    next: int = FIRST_OF_FLOOD
    waiting: int = 0

    def __post_init__(self) -> None:
        self.line.hold()

    def begin(self) -> None:
        numbers = range(self.next, self.next + FLOOD - self.waiting)
        self.line.send([Job(number, "flood", f"c{number}", _price(self.dice), SLEEP_MS) for number in numbers])
        self.next, self.waiting = numbers.stop, FLOOD
        self.line.let_go()

    def end(self, starts: Sequence[Start]) -> list[Start]:
        every = [*starts, *self.line.hold()]
        self.waiting -= sum(1 for start in every if start.number >= FIRST_OF_FLOOD)
        return every


@dataclass
class Quiet:
    """The quiet tenants of one line, with a flood beside them or without."""

    line: Line
    dice: random.Random
    flood: Flood | None = None
    next: int = 0
    seen: Counter[int] = field(default_factory=Counter)

    @property
    def doubled(self) -> int:
        return sum(1 for count in self.seen.values() if count > 1)

    def round(self) -> list[float]:
        """Milliseconds from just before a quiet job was sent to its first line."""
        if self.flood:
            self.flood.begin()
        sent = self.line.send(self._jobs()).at
        starts = self.line.starts(len(sent), lambda start: start.number in sent)
        if self.flood:
            starts = self.flood.end(starts)
        self.seen.update(start.number for start in starts)
        return [(start.at - sent[start.number]) * 1000 for start in starts if start.number in sent]

    def _jobs(self) -> list[Job]:
        """At random instants, so that now and then several come at once."""
        count = int(QUIET_PER_S * QUIET_S)
        begin = time.monotonic() + 0.1
        instants = sorted(begin + self.dice.uniform(0, QUIET_S) for _ in range(count))
        numbers = range(self.next, self.next + count)
        self.next = numbers.stop
        return [
            Job(number, f"quiet-{self.dice.randrange(QUIET_TENANTS)}", f"c{number}", _price(self.dice), SLEEP_MS, at)
            for number, at in zip(numbers, instants, strict=True)
        ]


class Shares:
    """Tenants of different weight that all have more waiting than is served."""

    def __init__(self, line: Line, dice: random.Random) -> None:
        self._line, self._dice = line, dice
        self._jobs: dict[int, tuple[int, int]] = {}  # number -> tenant, price
        self._waiting = [0] * len(WEIGHTS)  # the prices of each one's jobs that did not start
        self._seen: Counter[int] = Counter()
        self.furthest_apart: list[float] = []  # between two tenants' service per weight, in largest jobs
        queue = Queue(connect(line.url, max_connections=1))
        for tenant, weight in enumerate(WEIGHTS):
            queue.set_limits(f"tenant-{tenant}", Limits(weight=weight))
        queue.close()
        line.hold()

    @property
    def doubled(self) -> int:
        return sum(1 for count in self._seen.values() if count > 1)

    def round(self) -> float:
        """Jain's index of what each was served per weight, when the last one has reached its least."""
        self._line.send(self._top_up())
        self._line.let_go()
        least = float(LEAST_JOBS * LARGEST)
        served = [0.0] * len(WEIGHTS)
        starts: list[Start] = []
        while min(served) < least:
            new = self._line.starts(1)
            starts += new
            for start in new:
                if min(served) >= least:
                    break
                tenant, price = self._jobs[start.number]
                served[tenant] += price / WEIGHTS[tenant]
        starts += self._line.hold()
        for start in starts:
            tenant, price = self._jobs[start.number]
            self._waiting[tenant] -= price
        self._seen.update(start.number for start in starts)
        if min(self._waiting) <= 0:
            raise SystemExit("a tenant had nothing left to wait for: its share says nothing")
        self.furthest_apart.append((max(served) - min(served)) / LARGEST)
        return jain(served)

    def _top_up(self) -> list[Job]:
        """Until everybody has half as much again as it will be served."""
        jobs = []
        for tenant, weight in enumerate(WEIGHTS):
            while self._waiting[tenant] < 1.5 * LEAST_JOBS * LARGEST * weight:
                number, price = len(self._jobs), _price(self._dice)
                self._jobs[number] = (tenant, price)
                self._waiting[tenant] += price
                jobs.append(Job(number, f"tenant-{tenant}", f"c{number}", price))
        return jobs


def _price(dice: random.Random) -> int:
    return dice.randint(1, LARGEST)


def _figures(waits: Mapping[str, Sequence[Sequence[float]]]) -> list[Figure]:
    """The bound is on the rounds' differences: what the flood adds to what the quiet wait alone."""
    found = []
    for share, bound in ((0.5, None), (0.99, MARGIN_MS)):
        name = f"quiet start p{share * 100:.0f} under the flood"
        calm, storm = ([quantile(each, share) for each in waits[which]] for which in ("alone", "under the flood"))
        added = statistics.median(more - less for more, less in zip(storm, calm, strict=True))
        figure = compared(name, storm, "ms", "alone", calm)
        if bound is not None:
            figure = replace(figure, bound=f"<= alone + {bound:g} ms", holds=added <= bound)
        found.append(figure)
    for share in (0.5, 0.99):
        ours = [quantile(each, share) for each in waits["under the flood"]]
        theirs = quantile(waits["stock"][0], share)
        found.append(
            replace(
                alone(f"quiet start p{share * 100:.0f} under the flood", ours, "ms"),
                beside=("stock Dramatiq", theirs),
                ratio=statistics.median(ours) / theirs,
            )
        )
    return found


def _picture(waits: Mapping[str, Sequence[Sequence[float]]]) -> str:
    curves = {"alone": "Frontdesk, no flood", "under the flood": "Frontdesk, flood", "stock": "stock Dramatiq, flood"}
    return cumulative(
        f"Start delay of {QUIET_TENANTS} quiet tenants while another floods {FLOOD:,} jobs",
        "from enqueue to the first line of the job, logarithmic",
        "share of their jobs started",
        [Curve(label, [wait for each in waits[name] for wait in each]) for name, label in curves.items()],
    )
