"""(d) The queue with 1, 100 and 10,000 tenants that all have jobs waiting; and what a tenant and a message cost in Redis.

A database and a worker for each number of tenants. They take turns; after a turn what was started is piled up again, so
that no tenant ever runs out and the number of active ones stays what it says.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import redis

from bench.line import Job, Line, lines, store
from bench.report import Figure, Part, Progress, alone, alternating, at_least, compared
from bench.systems.journal import Start
from clients.queue import Limits, Queue, connect

THREADS = 8
STARTS = 3_000  # of a turn
TENANTS = (1, 100, 10_000)
MOST = 10_000


def measure(progress: Progress, rounds: int) -> list[Part]:
    progress("starting three workers")
    with store() as url, lines(url, [("frontdesk", THREADS)] * len(TENANTS)) as each:
        crowds = {tenants: Crowd(line, tenants) for tenants, line in zip(TENANTS, each, strict=True)}
        memory: tuple[Figure, ...] = ()
        for tenants, crowd in crowds.items():
            progress(f"piling up for {tenants:,} tenants")
            if tenants == MOST:
                memory = _memory(crowd)
            else:
                crowd.pile_up(math.ceil(2 * STARTS / tenants))
        rates = alternating(
            rounds, {f"{tenants:,} tenants": crowd.round for tenants, crowd in crowds.items()}, progress
        )
    return [
        Part(
            "d",
            f"Scale: one worker process, {THREADS} threads, empty jobs, tenants that all have some waiting",
            (
                compared(
                    f"jobs/s with {MOST:,} active tenants",
                    rates[f"{MOST:,} tenants"],
                    "1/s",
                    "1 tenant",
                    rates["1 tenants"],
                    ratio_bound=at_least(0.85, "x"),
                ),
                compared("jobs/s with 100 active tenants", rates["100 tenants"], "1/s", "1 tenant", rates["1 tenants"]),
                *memory,
            ),
            notes=("Memory is Redis' own count, divided; every tenant has limits, every message a sequence key.",),
            details={"jobs_per_s": rates},
            wrong=tuple(
                f"{tenants:,} tenants: {crowd.doubled} jobs ran twice"
                for tenants, crowd in crowds.items()
                if crowd.doubled
            ),
        )
    ]


class Crowd:
    """So many tenants on one line. Its worker is held but for the rounds."""

    def __init__(self, line: Line, tenants: int) -> None:
        self._line, self._tenants = line, tenants
        self._owner: list[int] = []  # of each job by its number
        self._seen: Counter[int] = Counter()
        self._queue = Queue(connect(line.url, max_connections=1))
        line.hold()

    @property
    def doubled(self) -> int:
        return sum(1 for count in self._seen.values() if count > 1)

    def limit(self) -> None:
        for tenant in range(self._tenants):
            self._queue.set_limits(f"tenant-{tenant}", Limits())

    def pile_up(self, each: int) -> None:
        """`each` jobs of every tenant, one tenant after another in each of so many rounds."""
        self.send([tenant for _ in range(each) for tenant in range(self._tenants)])

    def send(self, owners: Sequence[int]) -> None:
        first = len(self._owner)
        self._owner += owners
        self._line.send(
            [Job(first + place, f"tenant-{tenant}", f"c{first + place}") for place, tenant in enumerate(owners)]
        )

    def round(self) -> float:
        """Starts per second; what started is piled up again afterwards."""
        self._line.let_go()
        measured = self._line.starts(STARTS)
        started: list[Start] = [*measured, *self._line.hold()]
        self._seen.update(start.number for start in started)
        self.send([self._owner[start.number] for start in started])
        instants = sorted(start.at for start in measured)
        return (len(instants) - 1) / (instants[-1] - instants[0])

    def used_bytes(self) -> int:
        """What the store holds now, all databases: only one crowd may change meanwhile."""
        with redis.Redis.from_url(self._line.url) as client:
            return int(client.info("memory")["used_memory"])


def _memory(crowd: Crowd) -> tuple[Figure, ...]:
    """The second message of each tenant costs what a message costs; the first one's further cost is the tenant's."""
    empty = crowd.used_bytes()
    crowd.limit()
    crowd.pile_up(1)
    first = crowd.used_bytes()
    crowd.pile_up(1)
    message = (crowd.used_bytes() - first) / MOST
    tenant = (first - empty) / MOST - message
    return alone("Redis memory per active tenant", [tenant], "bytes"), alone(
        "Redis memory per waiting message", [message], "bytes"
    )
