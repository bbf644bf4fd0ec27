"""One seed, in a process of its own: `python -m bench.chaos.seed N --folder F [--plant P] [--short | --unscaled]`.

Writes the plan before, and facts, happenings and verdict after it ran, into its folder.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.chaos.deployment import Deployment
from bench.chaos.facts import Facts
from bench.chaos.gather import Gatherer
from bench.chaos.ledger import Ledger
from bench.chaos.load import Load
from bench.chaos.plan import Action, Plan, draw
from bench.chaos.plants import PLANTS
from bench.chaos.stories import (
    budget_as_promised,
    budget_plan,
    deploy_as_promised,
    deploy_plan,
    deployed,
    late_as_named,
    late_plan,
)
from bench.chaos.storm import Storm
from bench.chaos.verdict import AFTER_OUTAGE_S, LIMIT_S, Verdict, judge

UNEXPECTED = ("job.failed", "tick.failed", "Traceback")
PATIENCE_S = 20.0  # beyond the limits within which everything has to end


def run(plan: Plan, folder: Path, plant: str = "", story: str = "") -> dict[str, Any]:
    """Start everything, let the storm rage, drain, judge."""
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(plan.as_json())
    ledger = Ledger()
    deployment = Deployment(folder, plan, plant)
    try:
        deployment.start()
        deployment.redis.watch_file()
        load = Load(plan, deployment.tenants, ledger, web=deployment.router.url, channel=deployment.double.base_url)
        storm = Storm(plan, deployment, ledger, load)
        storm_began = time.monotonic()
        load.start(storm_began)
        storm.rage(storm_began)
        limits_s = (LIMIT_S + AFTER_OUTAGE_S) / plan.time_scale
        restless = storm.drain(time.monotonic() + limits_s + PATIENCE_S)
        load.stop()
        if load.failure is not None:
            raise load.failure
        deployment.stop_processes()  # what is looked at now must not move
        facts = Gatherer(deployment, ledger).facts()
        facts.restless = restless
        facts.errors = tuple(line for word in UNEXPECTED for line in deployment.log_lines(word))
    finally:
        deployment.close()
    verdict = judge(facts)
    result = _result(plan, ledger, facts, verdict, time.monotonic() - began)
    if story == "late":
        result["wrong"] = late_as_named(verdict)
    elif story == "deploy":
        deploy = deployed(facts, *ledger.deployed_s, ledger.spent + len(facts.errors))
        result |= {"deploy": dataclasses.asdict(deploy), "wrong": deploy_as_promised(deploy, verdict)}
    elif story == "budget":
        money = [dataclasses.asdict(each) for each in facts.money]
        result |= {"bills": money, "steps": facts.steps, "wrong": budget_as_promised(facts, verdict)}
    _keep(folder, ledger, facts, result, storm_began)
    return result


def _result(plan: Plan, ledger: Ledger, facts: Facts, verdict: Verdict, took_s: float) -> dict[str, Any]:
    """One line of the table, and what is behind it."""
    return {
        "seed": plan.seed,
        "time_scale": plan.time_scale,
        "kills": len(ledger.kills),
        "held": sum(each.held > 0 for each in ledger.kills),
        "spread": Counter(f"{each.stage}/{each.side}" for each in ledger.kills if each.held),
        "missed": ledger.missed,
        "trouble": Counter(
            action.args.get("kind")
            or " ".join([action.kind, *[str(v) for n, v in action.args.items() if n in {"how", "what"}]])
            for action in plan.trouble
            if action.kind != "kill"
        ),
        "messages": verdict.messages,
        "repeats": sum(len(call.attempts) - 1 for call in ledger.calls),
        "replies": verdict.replies,
        "signs": len(facts.signs),
        "duplicates": verdict.count("duplicate", "changed", "meter"),
        "late_duplicates": verdict.late_duplicates,
        "after_take_over": verdict.count("after take-over"),
        "crossings": len(verdict.crossings),
        "longest_crossing_s": max(verdict.crossings, default=0.0),
        "no_end": verdict.count("no end", "stuck", "mute", "dead letters", "restless"),
        "overdue": sum(count for name, count in verdict.ends.items() if name.endswith(":overdue")),
        "lost": verdict.count("lost"),
        "mix_ups": verdict.count("mix-up"),
        "money": verdict.count("over budget", "uncounted"),
        "violations": [str(each) for each in verdict.violations],
        "ends": verdict.ends,
        "errors": len(facts.errors),
        "took_s": round(took_s, 1),
        "machine_load": round(os.getloadavg()[0], 1),  # on how many cores: what others ran meanwhile is in it
        "cores": os.cpu_count(),
    }


def _named(action: Action) -> str:
    more = [str(action.args[name]) for name in ("fault", "how", "what") if name in action.args]
    return " ".join(more if action.kind == "fault" else [action.kind, *more])


def _keep(folder: Path, ledger: Ledger, facts: Facts, result: dict[str, Any], began_s: float) -> None:
    happened = [f"{at_s - began_s:8.2f} {text}" for at_s, text in sorted(ledger.happened)]
    (folder / "happened.txt").write_text("\n".join(happened) + "\n")
    (folder / "result.json").write_text(json.dumps(result, indent=1))
    kept = dataclasses.asdict(facts) | {"delivered": sorted(facts.delivered), "storm_began_s": began_s}
    (folder / "facts.json").write_text(json.dumps(kept, indent=1))
    (folder / "ledger.json").write_text(json.dumps(dataclasses.asdict(ledger), indent=1))


STORIES = {"late": late_plan, "deploy": deploy_plan, "budget": budget_plan}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--plant", default="")
    parser.add_argument("--story", choices=sorted(STORIES))
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--unscaled", action="store_true")
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    bias = PLANTS[asked.plant].bias if asked.plant else None
    if asked.story:
        plan = STORIES[asked.story](asked.seed)
    else:
        plan = draw(asked.seed, unscaled=asked.unscaled, short=asked.short, bias=bias)
    result = run(plan, asked.folder, asked.plant, story=asked.story or "")
    print("\n".join(result["violations"]))
    return 1 if result["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
