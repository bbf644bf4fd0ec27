"""`make bench`: from a webhook to the reply in the channel, on the processes that `make run` starts. One table, one JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench.deployment import running
from bench.pipeline import burst, steady

RESULT = Path(".frontdesk/bench.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--tenants", type=int, default=100)
    parser.add_argument("--conversations", type=int, default=5, help="of each tenant, all at once")
    parser.add_argument("--rate", type=float, default=20.0, help="turns per second of the steady part")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the steady part lasts")
    asked = parser.parse_args()
    with running() as deployment:
        print(f"Making {asked.tenants} tenants …", flush=True)
        tenants = deployment.make_tenants(asked.tenants)
        print(f"Steady: {asked.rate:g} turns/s for {asked.seconds:g} s, wait 0 …", flush=True)
        quiet = steady(deployment, tenants, asked.rate, asked.seconds)
        print(f"Burst: {asked.tenants} tenants x {asked.conversations} conversations at once …", flush=True)
        crowded = burst(deployment, tenants, asked.conversations)
        processes = deployment.processes()
    print(f"\n{'from webhook to reply':<24}{'turns':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'turns/s':>9}  found")
    for name, part in (("steady", quiet), ("burst", crowded)):
        row = f"{name:<24}{part.turns:>7}{part.p50_ms:>9.1f}{part.p95_ms:>9.1f}{part.p99_ms:>9.1f}{part.per_s:>9.1f}"
        print(f"{row}  {part.verdict}")
    print(f"\n{'process':<12}{'memory MB':>10}{'CPU s':>8}{'Redis':>7}{'Postgres':>9}")
    for each in processes:
        print(f"{each.name:<12}{each.memory_mb:>10.0f}{each.cpu_s:>8.1f}{each.redis:>7}{each.postgres:>9}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(
        json.dumps(
            {
                "steady": vars(quiet),
                "burst": vars(crowded),
                "processes": [vars(each) for each in processes],
            },
            indent=2,
        )
    )
    print(f"\nWritten to {RESULT}.")
    return 0 if quiet.right and crowded.right else 1


if __name__ == "__main__":
    sys.exit(main())
