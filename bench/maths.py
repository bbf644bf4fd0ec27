"""The few formulas the parts share: quantiles, Jain's index. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed: 0.99 of 300 starts is the 297th."""
    if not values:
        raise ValueError("a quantile of nothing")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def jain(shares: Sequence[float]) -> float:
    """Jain's index of fairness: 1 when all got the same, 1/n when one got everything."""
    squares = sum(share * share for share in shares)
    if not squares:
        raise ValueError("nobody got anything")
    return sum(shares) ** 2 / (len(shares) * squares)
