"""`make bench`: what Frontdesk does, measured beside others in the same run. One table, one JSON; 1 if a bound is missed.

`python -m bench` measures everything, `python -m bench b c` these parts.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import time
from pathlib import Path

from bench.report import LEAST_ROUNDS, Part, Progress
from bench.table import table, write

RESULT = Path(".frontdesk/bench.json")
PARTS = {
    "a": "ingress",
    "b": "queues",
    "c": "fairness",
    "d": "scale",
    "e": "pipeline",
    "f": "models",
    "g": "retrieval",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="of each comparison; fewer is for trying out")
    asked = parser.parse_args()
    unknown = [key for key in asked.parts if key not in PARTS]
    if unknown or asked.rounds < 1:
        parser.error(f"there is no part {', '.join(unknown)}" if unknown else "at least one round")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what the parts started is ended on the way out
    parts: list[Part] = []
    busy = os.getloadavg()[0]
    for key in asked.parts or PARTS:
        found = importlib.import_module(f"bench.{PARTS[key]}").measure(_progress(key), asked.rounds)
        write(RESULT, found)  # at once: a later part that fails does not take it along
        parts += found
    print(table(parts))
    if busy > 1:
        print(f"\nThe machine was busy before the start (load {busy:.1f}, {os.cpu_count()} cores): measure again.")
    if asked.rounds < LEAST_ROUNDS:
        print(f"\nMedians of {asked.rounds}: to try out, not to quote.")
    print(f"\nWritten to {RESULT}.")
    return 0 if all(part.right for part in parts) else 1


def _progress(key: str) -> Progress:
    start = time.monotonic()

    def show(text: str) -> None:
        print(f"({key}) {time.monotonic() - start:5.0f} s  {text} …", file=sys.stderr, flush=True)

    return show


if __name__ == "__main__":
    sys.exit(main())
