"""`manage.py eval`: measures what was asked for, prints one table, keeps the JSON. Status 1 when a bound is missed.

Each kind is a module of this package with `measure(path, progress)`; without a path it measures the project's own sets.
"""

from __future__ import annotations

import importlib
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from workers.evaluation import sets
from workers.evaluation.table import Measure, NoSet, Part, Progress, table, write

KINDS = ("intents", "retrieval", "answers", "grounding", "injections", "language")
OWN_SETS = "own sets"


def run(kind: str | None, file: Path | None, data: Path | None, result: Path) -> int:
    """One kind (on a file, or on our own sets), or everything with the sets of the folder `data`; the exit status."""
    not_measured: list[str] = []
    try:
        if kind is not None:
            wanted = [(kind, file)]
        else:
            wanted, not_measured = _everything(data)
    except NoSet as wrong:
        print(wrong, file=sys.stderr)
        return 2
    parts: list[Part] = []
    for each, path in wanted:
        part = measured(each, path, not_measured)
        if part is not None:
            parts.append(part)
            write(result, [part])  # at once: a later one that fails does not take it along
    print(table(parts, not_measured))
    print(f"\nWritten to {result}.")
    return 0 if parts and all(part.right for part in parts) else 1


def _everything(data: Path | None) -> tuple[list[tuple[str, Path | None]], list[str]]:
    wanted: list[tuple[str, Path | None]] = []
    if data is None:
        found: dict[str, list[Path]] = {}
        left_out = [f"{kind} on {name}: give DATA=<folder of sets>" for name, kind in sets.KNOWN.items()]
    else:
        found, left_out = sets.in_folder(data)
    for kind in KINDS:
        wanted += [(kind, None), *((kind, path) for path in found.get(kind, []))]
    return wanted, left_out


def measured(kind: str, path: Path | None, not_measured: list[str]) -> Part | None:
    """One part; None when there is no own set of this kind. An error is told and counts as a bound missed."""
    source = path.name if path else OWN_SETS
    try:
        module = importlib.import_module(f"workers.evaluation.{kind}")
        found: Sequence[Measure] = module.measure(path, _progress(kind, source))
    except NoSet as missing:
        if path is not None:
            return Part(kind, source, wrong=str(missing))
        not_measured.append(f"{kind}: {missing}")
        return None
    except Exception as error:
        traceback.print_exc()
        return Part(kind, source, wrong=f"{type(error).__name__}: {error}")
    return Part(kind, source, tuple(found))


def _progress(kind: str, source: str) -> Progress:
    start = time.monotonic()

    def show(text: str) -> None:
        print(f"{kind}, {source}: {time.monotonic() - start:5.0f} s  {text} …", file=sys.stderr, flush=True)

    return show
