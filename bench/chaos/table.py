"""The table of a run: a line per seed, the spread of the kills, and what was violated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

COLUMNS = (
    ("seed", "seed", 6),
    ("scale", "time_scale", 6),
    ("kills", "kills", 6),
    ("held", "held", 5),
    ("messages", "messages", 9),
    ("replies", "replies", 8),
    ("repeats", "repeats", 8),
    ("signs", "signs", 6),
    ("twice", "duplicates", 6),
    ("after", "after_take_over", 6),
    ("no end", "no_end", 7),
    ("lost", "lost", 5),
    ("mixed", "mix_ups", 6),
    ("money", "money", 6),
    ("errors", "errors", 7),
    ("crossed", "crossings", 8),
    ("gap s", "longest_crossing_s", 6),
    ("late", "late_duplicates", 5),
    ("overdue", "overdue", 8),
    ("s", "took_s", 6),
    ("load", "machine_load", 6),
)
SIDES = ("before", "after", "inside")
LEGEND = """\
held: kills of a process that held work. twice, after, no end, lost, mixed, money: violations (said twice or changed; released
after a known or visible take-over; without a recorded end; accepted and lost; another tenant's; the model's bill exceeds a
budget, or what we counted). errors: exceptions nobody expected, violations too. Counted, allowed by
name: crossed a human message on the wire (longest gap); late: stored by the channel more than `settle` after our time-out.
overdue: turns that the sweep gave to a person because they had no end within the (scaled) limit."""


def heading() -> str:
    return "".join(f"{title:>{width}}" for title, _, width in COLUMNS)


def line(result: dict[str, Any]) -> str:
    cells = [f"{_shown(key, result[key]):>{width}}" for _, key, width in COLUMNS]
    return "".join(cells)


def _shown(key: str, value: float) -> str:
    return f"{value:.1f}" if key in {"longest_crossing_s", "took_s", "machine_load"} else f"{value:g}"


def summary(results: Sequence[dict[str, Any]]) -> str:
    """Totals, the spread of the kills over stages and sides, the trouble, how the turns ended."""
    spread, trouble, ends = Counter[str](), Counter[str](), Counter[str]()
    for result in results:
        spread.update(result["spread"])
        trouble.update(result["trouble"])
        ends.update(result["ends"])
    kills, held = sum(each["kills"] for each in results), sum(each["held"] for each in results)
    heads = "".join(f"{side:>8}" for side in SIDES)
    lines = [f"kill -9: {kills}, {held} of them while the target held work", "", f"{'stage':<16}{heads}"]
    for stage in sorted({name.split("/")[0] for name in spread}):
        counts = "".join(f"{spread[f'{stage}/{side}'] or '':>8}" for side in SIDES)
        lines += [f"{stage:<16}{counts}"]
    lines += [
        "before / after what a call to the outside does; inside: in a transaction, or before the queue heard of it",
        "",
    ]
    lines.append("trouble: " + ", ".join(f"{name} {count}" for name, count in trouble.most_common()))
    lines.append("ends: " + ", ".join(f"{name} {count}" for name, count in ends.most_common()))
    lines += ["", LEGEND]
    return "\n".join(lines)
