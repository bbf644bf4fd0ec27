"""Shows parts as one table and keeps them as JSON: a part measured again replaces its earlier one, the others stay."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.report import Figure, Part

HEAD = ("", "ours", "spread", "beside", "ratio", "bound", "")
LEFT = {0, 3, 5, 6}  # columns of words; numbers stand right


def number(value: float, unit: str = "") -> str:
    """Three or four digits that matter: 5,213 or 12.4 or 0.0312, and the unit."""
    size = abs(value)
    text = (
        f"{value:,.0f}"
        if size >= 100 or value == int(value)
        else f"{value:.{1 if size >= 10 else 2 if size >= 1 else 3}f}"
    )
    return f"{text} {unit}".rstrip()


def row(figure: Figure) -> tuple[str, ...]:
    """A figure's cells, in the order of HEAD."""
    return (
        figure.name,
        number(figure.ours, figure.unit),
        " – ".join(number(end) for end in figure.spread) if figure.spread else "",
        f"{figure.beside[0]} {number(figure.beside[1])}" if figure.beside else "",
        f"{figure.ratio:.{2 if figure.ratio >= 0.1 else 3}f} x" if figure.ratio is not None else "",
        figure.bound or "",
        {True: "holds", False: "MISSED", None: ""}[figure.holds],
    )


def table(parts: Sequence[Part]) -> str:
    """All parts under one head, columns of one width."""
    rows = {part.key: [row(figure) for figure in part.figures] for part in parts}
    cells = [HEAD, *(cells for each in rows.values() for cells in each)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]

    def line(values: Sequence[str]) -> str:
        aligned = (
            value.ljust(width) if column in LEFT else value.rjust(width)
            for column, (value, width) in enumerate(zip(values, widths, strict=True))
        )
        return ("  " + "  ".join(aligned)).rstrip()

    lines = [line(HEAD)]
    for part in parts:
        lines += ["", f"({part.key}) {part.title}", *map(line, rows[part.key])]
        lines += [f"  {note}" for note in part.notes]
        lines += [f"  WRONG: {what}" for what in part.wrong]
    return "\n".join(lines)


def read(path: Path, key: str) -> Part:
    """A part as `write` left it."""
    kept = json.loads(path.read_text())["parts"][key]
    figures = (
        Figure(**{**figure, "spread": figure["spread"] and tuple(figure["spread"])}) for figure in kept["figures"]
    )
    return Part(key, kept["title"], tuple(figures), tuple(kept["notes"]), kept["details"], tuple(kept["wrong"]))


def write(path: Path, parts: Iterable[Part]) -> None:
    """Merge into the file by part; each says when and where it was measured."""
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    known = kept.get("parts", {}) if isinstance(kept.get("parts"), dict) else {}
    for part in parts:
        known[part.key] = {
            **dataclasses.asdict(part),
            "right": part.right,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"parts": dict(sorted(known.items()))}, indent=2, ensure_ascii=False) + "\n")
