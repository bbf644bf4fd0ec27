"""What an evaluation found: measures with their bounds, shown as one table and kept as JSON, a set's newest run of each."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Progress = Callable[[str], None]  # says what is being done, for whoever waits

SHOWN_DETAILS = 12  # of a measure that missed its bound; the JSON has all of them


class NoSet(Exception):
    """There is nothing to measure, or a file is not a set of this kind; the text says so in a sentence."""


@dataclass(frozen=True)
class Measure:
    """One number. `bound` is what it must keep, in words (">= 85 %"); `holds` is None where there is none.

    `details` name the cases that count against it.
    """

    name: str
    value: float
    unit: str = ""
    bound: str | None = None
    holds: bool | None = None
    details: tuple[str, ...] = ()


def at_least(name: str, value: float, bound: float, unit: str = "%", details: Sequence[str] = ()) -> Measure:
    """A measure that must reach `bound`."""
    return Measure(name, value, unit, f">= {number(bound, unit)}", value >= bound, tuple(details))


def at_most(name: str, value: float, bound: float, unit: str = "", details: Sequence[str] = ()) -> Measure:
    """A measure that must not exceed `bound`."""
    return Measure(name, value, unit, f"<= {number(bound, unit)}", value <= bound, tuple(details))


@dataclass(frozen=True)
class Part:
    """What was measured on one set. `wrong`: why nothing or not everything could be; that counts as a bound missed."""

    kind: str
    source: str  # the file's name, or "own sets"
    measures: tuple[Measure, ...] = ()
    wrong: str | None = None

    @property
    def right(self) -> bool:
        return self.wrong is None and all(measure.holds is not False for measure in self.measures)


def number(value: float, unit: str = "") -> str:
    """Three digits that matter, and the unit: 96.2 %, 0.783, 12 ms, 1,387."""
    size = abs(value)
    if unit == "%":
        text = f"{value:.1f}".removesuffix(".0")
    elif value == int(value) or size >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.{1 if size >= 10 else 2 if size >= 1 else 3}f}"
    return f"{text} {unit}".rstrip()


def table(parts: Sequence[Part], not_measured: Sequence[str] = ()) -> str:
    """All parts, columns of one width; then what was not measured, and why."""
    rows = {id(part): [_row(measure) for measure in part.measures] for part in parts}
    cells = [row for each in rows.values() for row in each]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(4)]
    lines: list[str] = []
    for part in parts:
        lines += ["", f"{part.kind}: {part.source}"]
        for measure, (name, value, bound, verdict) in zip(part.measures, rows[id(part)], strict=True):
            row = (name.ljust(widths[0]), value.rjust(widths[1]), bound.ljust(widths[2]), verdict)
            lines.append(("  " + "  ".join(row)).rstrip())
            if measure.holds is False:
                lines += [f"      {detail}" for detail in measure.details[:SHOWN_DETAILS]]
                hidden = len(measure.details) - SHOWN_DETAILS
                lines += [f"      … and {hidden} more"] if hidden > 0 else []
        lines += [f"  WRONG: {part.wrong}"] if part.wrong else []
    lines += ["", *(f"not measured: {what}" for what in not_measured)] if not_measured else []
    return "\n".join(lines).lstrip("\n")


def _row(measure: Measure) -> tuple[str, str, str, str]:
    verdict = {True: "holds", False: "MISSED", None: ""}[measure.holds]
    return measure.name, number(measure.value, measure.unit), measure.bound or "", verdict


def write(path: Path, parts: Sequence[Part]) -> None:
    """Merge into the file by kind and set, so that measuring one again leaves the others."""
    try:
        kept: Any = json.loads(path.read_text())
    except (OSError, ValueError):
        kept = None
    known: dict[str, Any] = kept["sets"] if isinstance(kept, dict) and isinstance(kept.get("sets"), dict) else {}
    for part in parts:
        known[f"{part.kind}: {part.source}"] = {
            **dataclasses.asdict(part),
            "right": part.right,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"sets": dict(sorted(known.items()))}, indent=2, ensure_ascii=False) + "\n")
