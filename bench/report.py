"""What a part of `make bench` hands back: figures beside others' in the same run, with spread and bound. No measuring here."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
LEAST_ROUNDS = 7  # a median of fewer is not quoted


class Progress(Protocol):
    """Says what is being measured now."""

    def __call__(self, text: str) -> None: ...


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    ours: float
    unit: str  # "1/s", "ms", "MB", "x", "" for an index or a count
    spread: tuple[float, float] | None = None  # lowest and highest of the rounds
    beside: tuple[str, float] | None = None  # ("stock Dramatiq", 2010.0)
    ratio: float | None = None  # median of the rounds' ratios, ours / beside
    bound: str | None = None  # ">= 1.5 x", shown
    holds: bool | None = None  # is the bound met?


@dataclass(frozen=True)
class Part:
    """One letter of the table. `wrong` says what must never be seen at all: something lost, doubled, mixed up."""

    key: str
    title: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)  # goes to the JSON only
    wrong: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Nothing wrong, no bound missed."""
        return not self.wrong and all(figure.holds is not False for figure in self.figures)


@dataclass(frozen=True)
class Bound:
    """A limit and its words. On a figure with a ratio it limits the ratio, else the value itself."""

    text: str
    holds: Callable[[float], bool]


def at_least(limit: float, unit: str = "") -> Bound:
    """`at_least(1.5, "x")` reads ">= 1.5 x"."""
    return Bound(f">= {limit:g} {unit}".rstrip(), lambda value: value >= limit)


def at_most(limit: float, unit: str = "") -> Bound:
    """`at_most(3, "ms")` reads "<= 3 ms"."""
    return Bound(f"<= {limit:g} {unit}".rstrip(), lambda value: value <= limit)


def alternating(rounds: int, runs: Mapping[str, Callable[[], T]], progress: Progress) -> dict[str, list[T]]:
    """Each of `runs` once a round, every other round in the opposite order, so that no one always goes first."""
    taken: dict[str, list[T]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(runs)[:: 1 if number % 2 == 0 else -1]:
            progress(f"round {number + 1} of {rounds}: {name}")
            taken[name].append(runs[name]())
    return taken


def alone(name: str, values: Sequence[float], unit: str, bound: Bound | None = None) -> Figure:
    """The median of the rounds, with nothing beside it. The bound is on the value."""
    middle = statistics.median(values)
    return Figure(
        name,
        middle,
        unit,
        spread=(min(values), max(values)) if len(values) > 1 else None,
        bound=bound.text if bound else None,
        holds=bound.holds(middle) if bound else None,
    )


def compared(
    name: str,
    ours: Sequence[float],
    unit: str,
    beside: str,
    theirs: Sequence[float],
    *,
    ratio_bound: Bound | None = None,
    value_bound: Bound | None = None,
) -> Figure:
    """Medians of both and of the rounds' ratios; `ours[i]` and `theirs[i]` were measured in the same round."""
    middle = statistics.median(ours)
    ratio = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
    verdicts = [bound.holds(value) for bound, value in ((ratio_bound, ratio), (value_bound, middle)) if bound]
    return Figure(
        name,
        middle,
        unit,
        spread=(min(ours), max(ours)),
        beside=(beside, statistics.median(theirs)),
        ratio=ratio,
        bound=", ".join(bound.text for bound in (ratio_bound, value_bound) if bound) or None,
        holds=all(verdicts) if verdicts else None,
    )
