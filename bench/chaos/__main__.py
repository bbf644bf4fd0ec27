"""`make chaos`: twenty seeds of trouble on real processes, and whether every promise held. Non-zero when one did not.

`make chaos SEED=n` repeats one seed, `make chaos PLANT=name` runs up to three with a planted fault and must find it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.chaos import table
from bench.chaos.plants import PLANTS
from config.parent import launcher

FOLDER = Path(".frontdesk/chaos")
SEEDS = 20
UNSCALED = 20  # the last one takes as long as it takes
PLANTED_SEEDS = 3
STORIES = {
    "late": "Labelled: the channel stores three replies later than `settle`, and has each of them twice, nothing else",
    "budget": "Budgets nearly empty: 200 turns at once, kills, Redis loses its memory; the model's bill stays within each cap",
    "deploy": "Deploy under load: each process replaced in turn, no tenant's start delay grows by more than 1 s",
}


def run_seed(seed: int, *, plant: str = "", options: Sequence[str] = ()) -> dict[str, Any]:
    """One seed in a process of its own; its result, or an exit when the harness itself failed."""
    folder = FOLDER / (
        "-".join(["seed", str(seed), *([plant] if plant else []), *(each.strip("-") for each in options)])
    )
    command = [sys.executable, "-m", "bench.chaos.seed", str(seed), "--folder", str(folder), "--plant", plant, *options]
    done = subprocess.run(launcher(command), stdout=subprocess.DEVNULL, check=False)
    if not (folder / "result.json").exists():
        raise SystemExit(
            f"seed {seed} could not be run (exit status {done.returncode}); its logs are in {folder / 'logs'}"
        )
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    print(table.line(result), flush=True)
    for violation in result["violations"]:
        print(f"       {violation}", flush=True)
    if result["violations"] and not plant:
        print(f"       plan, facts and logs: {folder}; again: make chaos SEED={seed}", flush=True)
    return result


def run_seeds(seeds: Sequence[int], *, options: Sequence[str] = ()) -> int:
    print(table.heading(), flush=True)
    results = [run_seed(seed, options=options or (("--unscaled",) if seed == UNSCALED else ())) for seed in seeds]
    print("\n" + table.summary(results))
    violations = sum(len(each["violations"]) for each in results)
    print(f"\n{violations} violations in {len(results)} seeds.")
    return 1 if violations else 0


def tell_story(name: str, *, seed: int = 1, plant: str = "") -> int:
    """A labelled run, and whether it shows what it must."""
    folder = FOLDER / "-".join([name, *([str(seed), plant] if plant else [])])
    command = [sys.executable, "-m", "bench.chaos.seed", str(seed), "--folder", str(folder)]
    command += ["--story", name, "--plant", plant]
    subprocess.run(launcher(command), stdout=subprocess.DEVNULL, check=False)
    if not (folder / "result.json").exists():
        raise SystemExit(f"the story {name!r} could not be run; its logs are in {folder / 'logs'}")
    result = json.loads((folder / "result.json").read_text())
    print(f"\n{STORIES[name]}\n{table.heading()}\n{table.line(result)}")
    if name == "deploy":
        told = result["deploy"]
        print(
            f"       took {told['took_s']:.1f} s; worst start delay {told['worst_calm_s']:.2f} s before, "
            f"{told['worst_deploy_s']:.2f} s meanwhile; most grown tenant {told['grew_s']:+.2f} s; "
            f"{told['spent']} attempts spent"
        )
    if name == "budget":
        for each in result["bills"]:
            cap = "no cap" if each["cap"] is None else f"cap {each['cap']}"
            print(f"       {cap}: billed {each['billed']:.0f}, charged {each['charged']}, held {each['held']}")
        print(f"       replies: {result['steps']}")
    print(f"       {'WRONG: ' + result['wrong'] if result['wrong'] else 'as it must be'}", flush=True)
    return 1 if result["wrong"] else 0


def prove(plant: str) -> int:
    """A planted fault must be found; like any violation it makes the command fail."""
    print(f"Planted: {PLANTS[plant].says}\n{table.heading()}", flush=True)
    for seed in range(1, PLANTED_SEEDS + 1):
        story = PLANTS[plant].story
        if story and tell_story(story, seed=seed, plant=plant):
            print(f"\nFound with seed {seed}.")
            return 1
        if not story and run_seed(seed, plant=plant)["violations"]:
            print(f"\nFound with seed {seed}.")
            return 1
    print(f"\nNOT found in {PLANTED_SEEDS} seeds.")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--seeds", type=int, nargs=2, metavar=("FIRST", "LAST"))
    parser.add_argument("--plant", choices=sorted(PLANTS), help="with this fault in the product")
    parser.add_argument("--story", choices=sorted(STORIES), help="one of the labelled runs alone")
    parser.add_argument("--short", action="store_true", help="one short seed, as CI runs it")
    asked = parser.parse_args()
    if asked.plant:
        return prove(asked.plant)
    if asked.short:
        return run_seeds([asked.seed or 1], options=("--short",))
    if asked.seed is not None:
        return run_seeds([asked.seed])
    if asked.story:
        return tell_story(asked.story)
    first, last = asked.seeds or (1, SEEDS)
    failed = run_seeds(range(first, last + 1))
    for name in STORIES if not asked.seeds else ():
        failed |= tell_story(name)
    return failed


if __name__ == "__main__":
    sys.exit(main())
