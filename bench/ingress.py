"""(a) Signed webhooks accepted per second, beside a bare Starlette endpoint that reads the JSON and does one RPUSH.

The same line of the Procfile starts both, one process each, on the same Redis. Ours has everything production has: request
id, security headers, metrics and logs, size cap, tenant, HMAC, strict parse, and the script that knows duplicates, human
signs and tokens. The load maker has one process and a share of a core; where the machine is busy with something else, the
CPU per webhook says more than the rate.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from functools import partial

from bench.report import Figure, Part, Progress, alone, alternating, at_least, compared
from bench.webhooks.site import BARE, OURS, ROOT, Round, Site, site

SECONDS = 2.0
CONNECTIONS = 32
HALF_LOAD_SECONDS = 3.0


def measure(progress: Progress, rounds: int) -> list[Part]:
    progress("starting both servers")
    with site() as both:
        full = alternating(
            rounds,
            {name: partial(both.round, name, seconds=SECONDS, connections=CONNECTIONS) for name in (OURS, BARE)},
            progress,
        )
        half = _half_load(both, full, rounds, progress)
        progress("the parts, one by one")
        costs = _costs(both)
    return [
        Part(
            "a",
            "ingress: signed webhooks accepted, beside a bare endpoint (parse the JSON, one RPUSH)",
            (*_throughput(full), *_latency(half), *_parts(costs, full)),
            notes=(
                f"{CONNECTIONS} connections, {len(both.senders)} tenants, every message its own; "
                f"half load: both at {_half_rate(full):,.0f}/s, half of ours",
                f"web kept {_busy(full[OURS]):.0%} of a core busy, the bare endpoint {_busy(full[BARE]):.0%}: where that is "
                "far from 100 %, something else had the machine and the rates tell less than the CPU",
            ),
            details={
                "costs_us": costs,
                "full": {name: [vars(each.result) for each in taken] for name, taken in full.items()},
                "half": {name: [vars(each.result) for each in taken] for name, taken in half.items()},
            },
            wrong=tuple(
                f"{name} refused {each.refused} webhooks: {each.result.statuses}"
                for taken in (full, half)
                for name, each_round in taken.items()
                for each in each_round
                if each.refused
            ),
        )
    ]


def _half_load(both: Site, full: dict[str, list[Round]], rounds: int, progress: Progress) -> dict[str, list[Round]]:
    """Latency where nobody queues for long: both at half of what ours can do."""
    rate = _half_rate(full)
    return alternating(
        rounds,
        {
            name: partial(both.round, name, seconds=HALF_LOAD_SECONDS, connections=CONNECTIONS, rate=rate)
            for name in (OURS, BARE)
        },
        progress,
    )


def _half_rate(full: dict[str, list[Round]]) -> float:
    return statistics.median(each.result.per_s for each in full[OURS]) / 2


def _busy(taken: list[Round]) -> float:
    return statistics.median(each.server_us * each.result.per_s / 1e6 for each in taken)


def _throughput(full: dict[str, list[Round]]) -> tuple[Figure, ...]:
    ours, bare = full[OURS], full[BARE]
    return (
        compared(
            "accepted",
            [each.result.per_s for each in ours],
            "1/s",
            BARE,
            [each.result.per_s for each in bare],
            ratio_bound=at_least(0.5, "x"),
        ),
        compared("CPU of web", [each.server_us for each in ours], "us", BARE, [each.server_us for each in bare]),
        compared("CPU of Redis", [each.redis_us for each in ours], "us", BARE, [each.redis_us for each in bare]),
        compared("of it the command", [each.script_us for each in ours], "us", BARE, [each.script_us for each in bare]),
    )


def _latency(half: dict[str, list[Round]]) -> tuple[Figure, ...]:
    ours, bare = half[OURS], half[BARE]
    return tuple(
        compared(
            f"half load, {name}",
            [getattr(each.result, field) for each in ours],
            "ms",
            BARE,
            [getattr(each.result, field) for each in bare],
        )
        for name, field in (("p50", "p50_ms"), ("p99", "p99_ms"))
    )


def _parts(costs: dict[str, float], full: dict[str, list[Round]]) -> tuple[Figure, ...]:
    """Each part's CPU, and what is left for uvicorn, the event loop and the sockets."""
    server_us = statistics.median(each.server_us for each in full[OURS])
    return (
        *(alone(f"  {name}", [cost], "us") for name, cost in costs.items()),
        alone("  uvicorn, event loop, sockets, cold caches", [server_us - sum(costs.values())], "us"),
    )


def _costs(both: Site) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.webhooks.costs"],
        cwd=ROOT,
        env=both.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
